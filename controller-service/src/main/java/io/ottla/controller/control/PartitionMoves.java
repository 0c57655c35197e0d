package io.ottla.controller.control;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.metadata.TopicShares;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Partition changes that follow from a broker's coming and going. Pure. What does not fit the piece is left out; since every change removes
 * what called for it, the same question asked of the image with the piece in it gives the next piece, whoever asks (M5). Topics that a
 * question does not concern cost next to nothing.
 */
final class PartitionMoves {
  private final MetadataImage image;
  private final Piece piece;

  private PartitionMoves(MetadataImage image, Piece piece) {
    this.image = image;
    this.piece = piece;
  }

  /** How a broker leaves. */
  enum Departure {
    /** It stops, or restarted with a log that holds everything it confirmed: ISR membership turns into ELR membership as usual. */
    CLEAN,
    /** Its log may lack confirmed data: it leaves ISRs and ELRs (M11). */
    UNCLEAN;

    private Set<Integer> uncleanReplicas(int brokerId) {
      return this == UNCLEAN ? Set.of(brokerId) : Set.of();
    }

    private boolean concerns(PartitionState state, int brokerId) {
      return state.isr().contains(brokerId) || (this == UNCLEAN && state.elr().contains(brokerId));
    }
  }

  /** What a question does with a partition. */
  private interface Visitor {
    void visit(TopicImage topic, int number, PartitionState state, ElectionRules rules);
  }

  private void scan(Predicate<TopicShares> concerned, Visitor visitor) {
    for (TopicImage topic : image.topics()) {
      if (piece.isOverflown()) {
        return;
      }
      if (concerned.test(topic.shares())) {
        ElectionRules rules = ElectionRules.of(image, topic);
        for (int number = 0; number < topic.partitions().size() && !piece.isOverflown(); number++) {
          visitor.visit(topic, number, topic.partitions().get(number), rules);
        }
      }
    }
  }

  /** The broker leaves every ISR; leaderships move where they can, and before anything else, since those partitions stand still (M18). */
  static void leave(MetadataImage image, int brokerId, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    moves.scan(shares -> shares.of(brokerId).led() > 0, (topic, number, state, rules) -> {
      if (state.leader() == brokerId) {
        moves.takeOut(brokerId, Departure.CLEAN, topic, number, state, rules.without(brokerId));
      }
    });
    moves.scan(shares -> shares.of(brokerId).inSync() > 0, (topic, number, state, rules) -> {
      if (state.leader() != brokerId && state.isr().contains(brokerId)) {
        moves.takeOut(brokerId, Departure.CLEAN, topic, number, state, rules.without(brokerId));
      }
    });
  }

  /**
   * The logs of these replicas of the broker are gone, so they leave ISRs and ELRs (M14, P45). A new leader epoch begins, whoever leads: what
   * such a replica said of its log before, and what a leader proposed on the strength of it, is void from then on, however late it arrives.
   * That concerns a replica outside ISR and ELR too. A report made in an epoch that is over is void itself: since then the replica may have
   * been begun anew and let in again, and if not, it will be reported again. Does not look at any other partition.
   */
  static void lose(MetadataImage image, int brokerId, List<HeartbeatCommand.Lost> lost, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    Set<TopicIdPartition> seen = new HashSet<>();
    for (HeartbeatCommand.Lost one : lost) {
      TopicIdPartition id = one.id();
      image.topic(id.topicId()).ifPresent(topic -> topic.partition(id.partition()).ifPresent(state -> {
        boolean concerned = state.isReplica(brokerId) && state.leaderEpoch() <= one.leaderEpoch();
        if (concerned && seen.add(id)) {
          UUID directory = state.directories().get(state.replicas().indexOf(brokerId));
          moves.loseLog(brokerId, directory, topic, id.partition(), state);
        }
      }));
    }
  }

  /** Everything the broker had in these directories is gone (M14); new logs come into the one that is left, or the broker chooses. */
  static void lose(MetadataImage image, int brokerId, List<UUID> directories, List<UUID> left, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    UUID newDirectory = left.size() == 1 ? left.getFirst() : PartitionState.UNASSIGNED_DIRECTORY;
    moves.scan(shares -> shares.of(brokerId).replicas() > 0, (topic, number, state, rules) -> {
      int replica = state.replicas().indexOf(brokerId);
      if (replica >= 0 && directories.contains(state.directories().get(replica))) {
        moves.loseLog(brokerId, newDirectory, topic, number, state);
      }
    });
  }

  private void loseLog(int brokerId, UUID newDirectory, TopicImage topic, int number, PartitionState state) {
    Settled settled = LeaderElection.settle(state, without(state.isr(), brokerId), Set.of(brokerId),
        ElectionRules.of(image, topic).without(brokerId));
    PartitionState after = withNewLog(settled.state(), state.replicas().indexOf(brokerId), newDirectory);
    offer(topic, number, state, new Settled(after, true, settled.unclean()));
  }

  /** The broker has put this replica into one of its directories. */
  static void locate(MetadataImage image, int brokerId, HeartbeatCommand.Location location, Piece piece) {
    TopicIdPartition id = location.id();
    image.topic(id.topicId()).ifPresent(topic -> topic.partition(id.partition()).ifPresent(state -> {
      int replica = state.replicas().indexOf(brokerId);
      if (replica >= 0 && !state.directories().get(replica).equals(location.directoryId())) {
        List<UUID> directories = new ArrayList<>(state.directories());
        directories.set(replica, location.directoryId());
        PartitionState after = new PartitionState(state.replicas(), state.isr(), state.elr(), state.lastKnownLeader(),
            state.adding(), state.removing(), state.leader(), state.leaderRecoveryState(), state.leaderEpoch(),
            state.partitionEpoch(), directories);
        piece.offer(PartitionChange.between(id.topicId(), id.partition(), state, after));
      }
    }));
  }

  private void takeOut(int brokerId, Departure departure, TopicImage topic, int number, PartitionState state,
      ElectionRules rules) {
    offer(topic, number, state, LeaderElection.settle(state, without(state.isr(), brokerId),
        departure.uncleanReplicas(brokerId), rules));
  }

  /**
   * What a new incarnation of a broker does to partitions (M11): it leaves ISRs (and ELRs when unclean) as in fencing, and replicas whose
   * directory is gone move to the directory the broker has now; an emptied log is nobody's last hope, so it is forgotten as last leader.
   */
  static void reRegister(MetadataImage image, int brokerId, Departure departure, List<UUID> directoryIds,
      Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    UUID newDirectory = directoryIds.size() == 1 ? directoryIds.getFirst() : PartitionState.UNASSIGNED_DIRECTORY;
    boolean anyLost = image.broker(brokerId).map(old -> !directoryIds.containsAll(old.directoryIds())).orElse(true);
    moves.scan(shares -> shares.of(brokerId).replicas() > 0, (topic, number, state, rules) -> {
      int replica = state.replicas().indexOf(brokerId);
      if (replica >= 0) {
        Settled settled = departure.concerns(state, brokerId)
            ? LeaderElection.settle(state, without(state.isr(), brokerId), departure.uncleanReplicas(brokerId),
                rules.without(brokerId))
            : new Settled(state, false, false);
        UUID directory = state.directories().get(replica);
        boolean logLost = directory.equals(PartitionState.UNASSIGNED_DIRECTORY)
            ? anyLost
            : !directoryIds.contains(directory);
        PartitionState after = logLost ? withNewLog(settled.state(), replica, newDirectory) : settled.state();
        if (!after.equals(state) || settled.newLeadership()) {
          moves.offer(topic, number, state, new Settled(after, settled.newLeadership(), settled.unclean()));
        }
      }
    });
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
  static void handOver(MetadataImage image, int brokerId, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    moves.scan(shares -> shares.of(brokerId).inSync() > 0, (topic, number, state, rules) -> {
      if (state.isr().contains(brokerId) && hasOtherActive(image, state.isr(), brokerId)) {
        moves.takeOut(brokerId, Departure.CLEAN, topic, number, state, rules.withShuttingDown(brokerId));
      }
    });
  }

  private static boolean hasOtherActive(MetadataImage image, List<Integer> isr, int brokerId) {
    for (int member : isr) {
      if (member != brokerId && image.isActive(member)) {
        return true;
      }
    }
    return false;
  }

  /** Leaderless partitions the broker can lead once it is unfenced (M17). */
  static void comeBack(MetadataImage image, int brokerId, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    moves.scan(shares -> shares.leaderless() > 0 && shares.of(brokerId).replicas() > 0,
        (topic, number, state, rules) -> {
          if (!state.hasLeader() && state.isReplica(brokerId)) {
            moves.elect(topic, number, state, rules.with(brokerId));
          }
        });
  }

  /** Elections that are due by the image alone: no leader though somebody could lead, or a leader that may not (M5). */
  static void dueElections(MetadataImage image, Piece piece) {
    PartitionMoves moves = new PartitionMoves(image, piece);
    List<Integer> inactive = image.brokers().values().stream().filter(broker -> !broker.active())
        .map(BrokerRegistration::brokerId).toList();
    moves.scan(
        shares -> shares.leaderless() > 0 || inactive.stream().anyMatch(broker -> shares.of(broker).led() > 0),
        (topic, number, state, rules) -> {
          if (!state.hasLeader() || !image.isActive(state.leader())) {
            moves.elect(topic, number, state, rules);
          }
        });
  }

  private void elect(TopicImage topic, int number, PartitionState state, ElectionRules rules) {
    if (state.hasLeader() || LeaderElection.mayFindLeader(state, rules)) {
      Settled settled = LeaderElection.settle(state, rules);
      if (settled.newLeadership()) {
        offer(topic, number, state, settled);
      }
    }
  }

  private void offer(TopicImage topic, int number, PartitionState before, Settled settled) {
    piece.offer(PartitionChange.between(topic.id(), number, before, settled.state(), settled.newLeadership()));
  }

  private static List<Integer> without(List<Integer> brokers, int brokerId) {
    List<Integer> others = new ArrayList<>(brokers.size());
    for (Integer broker : brokers) {
      if (broker != brokerId) {
        others.add(broker);
      }
    }
    return others;
  }
}
