package io.ottla.controller.control;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * I15 to I19 checked from outside, entry by entry, with a memory of everything that ever was. Knows nothing of how decisions are made.
 */
final class ImageInvariants {
  private final Set<UUID> topicsEverSeen = new HashSet<>();
  private final Set<Long> brokerEpochsEverSeen = new HashSet<>();
  private final Map<TopicIdPartition, Map<Integer, Long>> isrGrants = new HashMap<>();
  private long highestBrokerEpoch;

  /** Checks one entry that led from one image to the next. */
  void check(MetadataImage before, List<MetadataRecord> records, MetadataImage after) {
    checkBrokers(before, after);
    checkTopics(before, after);
    after.forEachPartition((topic, number, state) -> {
      TopicIdPartition id = new TopicIdPartition(topic.id(), number);
      checkPartition(after, id, after.effectiveMinIsr(topic, state), state);
      checkEpochs(before, records, id, state);
      before.partition(id.topicId(), id.partition())
          .ifPresent(old -> checkMove(id, old, state, after.effectiveMinIsr(topic, state)));
      checkGrants(after, id, state);
    });
  }

  private void checkBrokers(MetadataImage before, MetadataImage after) {
    for (BrokerRegistration broker : after.brokers().values()) {
      long known = before.broker(broker.brokerId()).map(BrokerRegistration::brokerEpoch).orElse(-1L);
      if (broker.brokerEpoch() != known) {
        require(brokerEpochsEverSeen.add(broker.brokerEpoch()), "I18: broker epoch used twice", broker);
        require(broker.brokerEpoch() > highestBrokerEpoch, "I18: broker epochs must grow", broker);
        require(broker.brokerEpoch() == after.index(), "I18: the epoch is the entry's index", broker);
        require(broker.fenced(), "M11: a registration starts fenced", broker);
        highestBrokerEpoch = broker.brokerEpoch();
      }
    }
  }

  private void checkTopics(MetadataImage before, MetadataImage after) {
    after.topicIdsByName().forEach((name, id) -> {
      if (before.topic(id).isEmpty()) {
        require(topicsEverSeen.add(id), "I19: topic id used twice", id);
      }
      require(after.topic(id).orElseThrow().name().equals(name), "I19: name and id disagree", name);
      require(!after.topic(id).orElseThrow().partitions().isEmpty(), "I19: topic without partitions", name);
    });
  }

  private static void checkPartition(MetadataImage image, TopicIdPartition id, int minIsr, PartitionState state) {
    Set<Integer> replicas = new HashSet<>(state.replicas());
    Set<Integer> both = new HashSet<>(state.isr());
    both.retainAll(state.elr());
    require(replicas.size() == state.replicas().size(), "I15: replicas distinct", id);
    require(replicas.containsAll(state.isr()) && replicas.containsAll(state.elr()), "I15: ISR, ELR within replicas",
        state);
    require(both.isEmpty(), "I15: ISR and ELR disjoint", state);
    require(state.leader() == -1 || state.isr().contains(state.leader()), "I15: leader in ISR", state);
    require(state.isr().size() < minIsr || state.elr().isEmpty(), "I15: no ELR beside a sufficient ISR", state);
    require(state.leaderRecoveryState() == LeaderRecoveryState.RECOVERED || state.isr().size() <= 1,
        "M24: a recovering leader is alone", state);
    for (int member : state.isr()) {
      require(!image.broker(member).orElseThrow().fenced(), "I16: fenced broker " + member + " in ISR of " + id, state);
    }
    require(!state.isr().isEmpty() || state.leader() == -1, "no leader without ISR", state);
  }

  /** M32, M33: a move ends with everything in place, or where it began; and no replica goes without a new leadership. */
  private static void checkMove(TopicIdPartition id, PartitionState before, PartitionState after, int minIsr) {
    boolean completed = before.reassigning() && !after.reassigning() && after.replicas().equals(before.target());
    require(!completed || (after.isr().containsAll(before.adding()) && after.isr().size() >= minIsr),
        "M32: a move of " + id + " from " + before + " is not complete", after);
    require(after.replicas().containsAll(before.replicas()) || after.leaderEpoch() > before.leaderEpoch(),
        "M1: a replica of " + id + " is removed without a new leadership", after);
    require(!before.hasLeader() || after.replicas().equals(before.replicas()) || after.hasLeader(),
        "M33: a change of the replicas of " + id + " costs the leader", after);
    require(new HashSet<>(after.original()).equals(new HashSet<>(before.original()))
        || !after.reassigning() || !before.reassigning(), "M33: the original replicas of " + id + " are forgotten",
        after);
  }

  /** I17. */
  private static void checkEpochs(MetadataImage before, List<MetadataRecord> records, TopicIdPartition id,
      PartitionState after) {
    PartitionState old = before.partition(id.topicId(), id.partition()).orElse(null);
    List<PartitionChange> changes = records.stream()
        .filter(r -> r instanceof PartitionChange c && c.topicId().equals(id.topicId())
            && c.partition() == id.partition())
        .map(PartitionChange.class::cast).toList();
    if (old == null) {
      require(after.leaderEpoch() == 0 && after.partitionEpoch() == 0, "M31: epochs start at 0", after);
      return;
    }
    require(changes.size() <= 1, "at most one change of a partition per entry", id);
    int leaderFields = (int) changes.stream().filter(change -> change.leader() != null).count();
    require(after.partitionEpoch() == old.partitionEpoch() + changes.size(), "M1: partition epoch", after);
    require(after.leaderEpoch() == old.leaderEpoch() + leaderFields, "M1: leader epoch", after);
    require(after.leader() == old.leader() || leaderFields == 1, "M1: a new leader has a new epoch", after);
    require(!changes.isEmpty() || after.equals(old), "a partition changes only by a record", after);
  }

  /** I18: a member stays in the ISR only under the broker epoch under which it was let in. */
  private void checkGrants(MetadataImage image, TopicIdPartition id, PartitionState state) {
    Map<Integer, Long> grants = isrGrants.computeIfAbsent(id, key -> new HashMap<>());
    grants.keySet().retainAll(state.isr());
    for (int member : state.isr()) {
      long epoch = image.broker(member).orElseThrow().brokerEpoch();
      long granted = grants.computeIfAbsent(member, key -> epoch);
      require(granted == epoch, "I18: broker " + member + " is in the ISR of " + id + " since epoch " + granted, epoch);
    }
  }

  private static void require(boolean holds, String invariant, Object subject) {
    if (!holds) {
      throw new AssertionError(invariant + ": " + subject);
    }
  }
}
