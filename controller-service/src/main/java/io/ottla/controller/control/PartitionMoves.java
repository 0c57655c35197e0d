package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;

/**
 * Partition changes that follow from a broker's coming and going, found by a scan over all partitions of an image. Pure; linear in the number
 * of partitions, so for rare events only.
 */
final class PartitionMoves {
  /** One entry cannot hold more; whoever gets this many knows that there are more and asks again after the first ones took effect. */
  private static final int ENOUGH = MetadataRecord.MAX_PER_ENTRY;

  private PartitionMoves() {
  }

  /** How a broker leaves. */
  enum Departure {
    /** It stops, or restarted with a log that holds everything it confirmed: ISR membership turns into ELR membership as usual. */
    CLEAN,
    /** Its log may lack confirmed data: it leaves ISRs and ELRs (M11). */
    UNCLEAN
  }

  /** The broker leaves every ISR, and every ELR when unclean; leaderships move where they can (M11, M18). */
  static List<PartitionChange> leave(MetadataImage image, int brokerId, Departure departure) {
    return leave(image, brokerId, departure, (topic, partition) -> true);
  }

  /** As the other form, for some of the partitions. */
  static List<PartitionChange> leave(MetadataImage image, int brokerId, Departure departure,
      BiPredicate<UUID, Integer> which) {
    Set<Integer> unclean = departure == Departure.UNCLEAN ? Set.of(brokerId) : Set.of();
    List<PartitionChange> changes = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      if (concerns(state, brokerId, departure) && changes.size() < ENOUGH && which.test(topic.id(), number)) {
        ElectionRules rules = ElectionRules.of(image, topic, state).without(brokerId);
        addChange(changes, topic, number, state,
            LeaderElection.settle(state, without(state.isr(), brokerId), unclean, rules));
      }
    });
    return changes;
  }

  /**
   * What a new incarnation of a broker does to partitions (M11): it leaves ISRs (and ELRs when unclean) as in fencing, and replicas whose
   * directory is gone move to the directory the broker has now; an emptied log is nobody's last hope, so it is forgotten as last leader.
   */
  static List<PartitionChange> reRegister(MetadataImage image, int brokerId, Departure departure,
      List<UUID> directoryIds) {
    Set<Integer> unclean = departure == Departure.UNCLEAN ? Set.of(brokerId) : Set.of();
    UUID newDirectory = directoryIds.size() == 1 ? directoryIds.getFirst() : PartitionState.UNASSIGNED_DIRECTORY;
    List<PartitionChange> changes = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      int replica = state.replicas().indexOf(brokerId);
      if (replica >= 0 && changes.size() < ENOUGH) {
        Settled settled = concerns(state, brokerId, departure)
            ? LeaderElection.settle(state, without(state.isr(), brokerId), unclean,
                ElectionRules.of(image, topic, state).without(brokerId))
            : new Settled(state, false, false);
        boolean logLost = isLost(state.directories().get(replica), image, brokerId, directoryIds);
        PartitionState after = logLost ? withNewLog(settled.state(), replica, newDirectory) : settled.state();
        if (!after.equals(state) || settled.newLeadership()) {
          addChange(changes, topic, number, state, new Settled(after, settled.newLeadership(), settled.unclean()));
        }
      }
    });
    return changes;
  }

  private static boolean concerns(PartitionState state, int brokerId, Departure departure) {
    return state.isr().contains(brokerId) || (departure == Departure.UNCLEAN && state.elr().contains(brokerId));
  }

  private static boolean isLost(UUID directory, MetadataImage image, int brokerId, List<UUID> directoryIds) {
    return directory.equals(PartitionState.UNASSIGNED_DIRECTORY)
        ? image.broker(brokerId).map(old -> !directoryIds.containsAll(old.directoryIds())).orElse(true)
        : !directoryIds.contains(directory);
  }

  private static PartitionState withNewLog(PartitionState state, int replica, UUID directory) {
    List<UUID> directories = new ArrayList<>(state.directories());
    directories.set(replica, directory);
    boolean wasLast = state.lastKnownLeader() == state.replicas().get(replica);
    return new PartitionState(state.replicas(), state.isr(), state.elr(),
        wasLast ? PartitionState.NO_LEADER : state.lastKnownLeader(), state.adding(), state.removing(), state.leader(),
        state.leaderRecoveryState(), state.leaderEpoch(), state.partitionEpoch(), directories);
  }

  /** The broker, about to shut down, leaves every ISR in which another active member stays, and its leaderships with them (M19). */
  static List<PartitionChange> handOver(MetadataImage image, int brokerId) {
    List<PartitionChange> changes = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      if (changes.size() < ENOUGH && state.isr().contains(brokerId)
          && state.isr().stream().anyMatch(id -> id != brokerId && image.isActive(id))) {
        ElectionRules rules = ElectionRules.of(image, topic, state).withShuttingDown(brokerId);
        addChange(changes, topic, number, state,
            LeaderElection.settle(state, without(state.isr(), brokerId), Set.of(), rules));
      }
    });
    return changes;
  }

  /** Leaderless partitions the broker can lead once it is unfenced (M17). */
  static List<PartitionChange> comeBack(MetadataImage image, int brokerId) {
    List<PartitionChange> changes = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      if (changes.size() < ENOUGH && !state.hasLeader() && state.isReplica(brokerId)) {
        elect(changes, topic, number, state, ElectionRules.of(image, topic, state).with(brokerId));
      }
    });
    return changes;
  }

  /** Elections that are due by the image alone: no leader though somebody could lead, or a leader that may not (M5). */
  static List<PartitionChange> dueElections(MetadataImage image) {
    List<PartitionChange> changes = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      boolean led = state.hasLeader() && image.isActive(state.leader());
      if (!led && changes.size() < ENOUGH) {
        elect(changes, topic, number, state, ElectionRules.of(image, topic, state));
      }
    });
    return changes;
  }

  private static void elect(List<PartitionChange> changes, TopicImage topic, int number, PartitionState state,
      ElectionRules rules) {
    Settled settled = LeaderElection.settle(state, rules);
    if (settled.newLeadership()) {
      addChange(changes, topic, number, state, settled);
    }
  }

  private static void addChange(List<PartitionChange> changes, TopicImage topic, int number, PartitionState before,
      Settled settled) {
    changes.add(PartitionChange.between(topic.id(), number, before, settled.state(), settled.newLeadership()));
  }

  private static List<Integer> without(List<Integer> brokers, int brokerId) {
    return brokers.stream().filter(id -> id != brokerId).toList();
  }
}
