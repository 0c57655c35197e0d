package io.ottla.sim.cluster;

import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.ReplicaRole;
import io.ottla.broker.replica.port.ReplicaAlarms.Kind;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.broker.runtime.BrokerTurns.Hosted;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.sim.InvariantViolation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The invariants of partitions, looked at after every single thing a broker does, with knowledge of all (I24 to I30). */
final class ClusterChecker {
  private static final long TAIL = 30;

  private final SimCluster cluster;
  private final Map<TopicIdPartition, PartitionHistory> histories = new TreeMap<>();
  private final Map<Integer, Map<TopicIdPartition, Mark>> marks = new HashMap<>();
  private final Set<UUID> registeredDisks = new HashSet<>();
  private long elections;

  /** What a replica was when it was last looked at. */
  private record Mark(boolean leads, int epoch, long logStart, long highWatermark, long logEnd) {
    private static final Mark NOTHING = new Mark(false, -1, 0, 0, 0);
  }

  ClusterChecker(SimCluster cluster) {
    this.cluster = cluster;
  }

  PartitionHistory history(TopicIdPartition id) {
    return histories.computeIfAbsent(id, PartitionHistory::new);
  }

  Iterable<PartitionHistory> histories() {
    return histories.values();
  }

  /** Leaderships that began. */
  long elections() {
    return elections;
  }

  /** A disk failed a write or a force: until it is registered again, its next start may take it for damaged, and nobody for merely crashed. */
  void diskFailed(SimBroker broker) {
    registeredDisks.remove(broker.disk().directoryId());
  }

  /** A process starts; what it lost on the way is forgiven by nobody: a crash is no damage (P42, M12). */
  void restarted(SimBroker broker, RestartClass restart, List<PartitionLog> logs) {
    Map<TopicIdPartition, Mark> before = marks.getOrDefault(broker.id(), Map.of());
    // A leader may have died just when it had let go of records, before anybody could see it.
    logs.stream().filter(log -> before.getOrDefault(log.id(), Mark.NOTHING).leads())
        .forEach(log -> history(log.id()).mayStartAt(log.logStartOffset()));
    marks.remove(broker.id());
    boolean known = registeredDisks.contains(broker.disk().directoryId());
    if (known && restart == RestartClass.LOSSY) {
      throw new InvariantViolation("M12", "broker " + broker.id() + " takes a crash for damage");
    }
  }

  /** An alarm of production code: none may be raised without unclean elections. */
  void alarm(int brokerId, Kind kind, String detail) {
    StringBuilder text = new StringBuilder();
    histories.values().forEach(history -> text.append('\n').append(history.id()).append(" T=").append(history.end())
        .append(": ").append(describe(history.id())));
    throw new InvariantViolation("P15", "broker " + brokerId + " raises " + kind + ": " + detail + text);
  }

  /** What every broker has of a partition, for readers of a failure. */
  String describe(TopicIdPartition id) {
    StringBuilder text = new StringBuilder();
    for (SimBroker broker : cluster.brokers()) {
      BrokerTurns turns = broker.turns();
      for (Hosted one : turns == null ? List.<Hosted>of() : turns.hosted()) {
        if (one.id().equals(id)) {
          ReplicaRole role = one.replica().role();
          text.append("broker ").append(broker.id()).append(role instanceof LeaderReplica ? " leads" : " follows")
              .append(" in ").append(role == null ? -1 : role.leaderEpoch()).append(" with ")
              .append(one.log().logStartOffset()).append("..").append(one.log().durableOffset()).append("..")
              .append(one.log().logEndOffset()).append(", high watermark ").append(one.replica().highWatermark())
              .append(", epochs ").append(one.log().epochs()).append("; ");
        }
      }
    }
    return text.toString();
  }

  /** A metadata entry was committed. */
  void committed(MetadataDelta delta) {
    delta.changedPartitions().forEach((id, state) -> {
      checkCandidates(id);
      if (isLost(state)) {
        delta.before().partition(id.topicId(), id.partition()).ifPresent(before -> checkLoss(id, before));
      }
    });
  }

  /**
   * Nobody is known to have everything any more. It happens when all who had it lose their disks after others have left: better offline than lossy
   * (F22).
   */
  static boolean isLost(PartitionState state) {
    return !state.hasLeader() && state.isr().isEmpty() && state.elr().isEmpty();
  }

  /** M11, M22: who had everything is forgotten only with its disk. */
  private void checkLoss(TopicIdPartition id, PartitionState before) {
    for (int index = 0; index < before.replicas().size(); index++) {
      int member = before.replicas().get(index);
      UUID disk = cluster.broker(member).disk().directoryId();
      if ((before.isr().contains(member) || before.elr().contains(member)) && registeredDisks.contains(disk)
          && disk.equals(before.directories().get(index))) {
        throw new InvariantViolation("M22", "nobody may lead " + id + " any more, and broker " + member
            + ", which has its disk still, was one who might: " + before);
      }
    }
  }

  /** A broker died in the middle of something; what it has called committed until then may have been told to clients. */
  void lastWords(SimBroker broker, BrokerTurns turns) {
    for (Hosted hosted : turns.hosted()) {
      PartitionHistory history = history(hosted.id());
      if (hosted.replica().leader() != null && hosted.replica().highWatermark() > history.end()) {
        history.advance(hosted.log(), hosted.replica().highWatermark(), "broker " + broker.id() + ", dying");
      }
    }
  }

  /** A broker did something. */
  void look(SimBroker broker, BrokerTurns turns) {
    if (turns.manager().isReconciled()) {
      registeredDisks.add(broker.disk().directoryId());
    }
    Map<TopicIdPartition, Mark> before = marks.computeIfAbsent(broker.id(), id -> new HashMap<>());
    for (Hosted hosted : turns.hosted()) {
      look(broker, hosted, before);
    }
  }

  private void look(SimBroker broker, Hosted hosted, Map<TopicIdPartition, Mark> before) {
    Mark was = before.getOrDefault(hosted.id(), Mark.NOTHING);
    LeaderReplica leader = hosted.replica().leader();
    long highWatermark = hosted.replica().highWatermark();
    Mark is = new Mark(leader != null, leader == null ? -1 : leader.leaderEpoch(), hosted.log().logStartOffset(),
        highWatermark, hosted.log().logEndOffset());
    checkI28(broker, hosted, leader);
    if (is.equals(was)) {
      return;
    }
    before.put(hosted.id(), is);
    PartitionHistory history = history(hosted.id());
    String who = "broker " + broker.id() + (leader == null ? "" : ", leader in epoch " + leader.leaderEpoch());
    if (highWatermark > is.logEnd() || hosted.log().logStartOffset() > Math.max(highWatermark, 0)) {
      throw history.violation("I27", who + " has " + hosted.log().logStartOffset() + " <= " + highWatermark + " <= "
          + is.logEnd());
    }
    boolean newLeader = leader != null && (!was.leads() || was.epoch() != is.epoch());
    if (leader != null && newLeader) {
      checkNewLeader(broker, hosted, leader, who);
    } else if (leader != null && highWatermark < was.highWatermark()) {
      throw history.violation("I27", who + " takes its high watermark back from " + was.highWatermark() + " to "
          + highWatermark);
    }
    compare(hosted, leader, newLeader ? 0 : was.highWatermark(), who, history);
  }

  private void compare(Hosted hosted, @Nullable LeaderReplica leader, long from, String who,
      PartitionHistory history) {
    long highWatermark = hosted.replica().highWatermark();
    long known = history.end();
    history.compare(hosted.log(), Math.max(from, highWatermark - TAIL), highWatermark, who, "I26");
    if (leader != null && highWatermark > known) {
      history.advance(hosted.log(), highWatermark, who);
      checkCandidates(hosted.id());
    } else if (highWatermark > known) {
      throw history.violation("I27", who + " follows with a high watermark of " + highWatermark + ", T is " + known);
    }
    if (leader != null) {
      history.mayStartAt(hosted.log().logStartOffset());
    } else if (hosted.log().logStartOffset() > history.logStart()) {
      throw history.violation("P40", who + " starts at " + hosted.log().logStartOffset() + ", no leader beyond "
          + history.logStart());
    }
  }

  /** I24. */
  private void checkNewLeader(SimBroker broker, Hosted hosted, LeaderReplica leader, String who) {
    elections++;
    PartitionHistory history = history(hosted.id());
    cluster.note(broker.id(), who + " of " + hosted.id() + " begins at " + hosted.log().logEndOffset()
        + " with high watermark " + hosted.replica().highWatermark() + ", T=" + history.end());
    boolean current = cluster.truth().partition(hosted.id()).map(state -> state.leaderEpoch() == leader.leaderEpoch())
        .orElse(false);
    if (current) {
      if (hosted.log().logEndOffset() < history.end()) {
        throw history.violation("I24", who + " ends at " + hosted.log().logEndOffset() + ", T is " + history.end());
      }
      history.compare(hosted.log(), history.end() - TAIL, history.end(), who, "I24");
    }
  }

  /** I28. */
  private void checkI28(SimBroker broker, Hosted hosted, @Nullable LeaderReplica leader) {
    PartitionState state = leader == null ? null : cluster.truth().partition(hosted.id()).orElse(null);
    if (state == null || leader == null || state.leaderEpoch() != leader.leaderEpoch()
        || state.isr().size() < leader.view().minIsr()) {
      return;
    }
    if (!leader.maximalIsr().containsAll(state.isr()) || !leader.maximalIsr().containsAll(state.elr())) {
      throw new InvariantViolation("I28", "broker " + broker.id() + " leads " + hosted.id() + " with a maximal ISR of "
          + leader.maximalIsr() + ", the controllers have " + state);
    }
  }

  /** I25: whoever may be elected has everything committed, on disk. */
  private void checkCandidates(TopicIdPartition id) {
    PartitionState state = cluster.truth().partition(id).orElse(null);
    if (state == null) {
      return;
    }
    for (int member : state.replicas()) {
      if (state.isr().contains(member) || state.elr().contains(member)) {
        checkCandidate(id, cluster.broker(member), state);
      }
    }
  }

  private void checkCandidate(TopicIdPartition id, SimBroker broker, PartitionState state) {
    BrokerTurns turns = broker.turns();
    long registered = cluster.truth().newest().broker(broker.id()).map(BrokerRegistration::brokerEpoch).orElse(-1L);
    if (turns == null || broker.brokerEpoch() != registered || !turns.manager().isReconciled()) {
      return;
    }
    PartitionHistory history = history(id);
    for (Hosted hosted : turns.hosted()) {
      if (hosted.id().equals(id)) {
        if (hosted.log().durableOffset() < history.end()) {
          throw history.violation("I25", "broker " + broker.id() + " may lead, and has " + hosted.log().durableOffset()
              + " of " + history.end() + " on disk: " + state);
        }
        history.compare(hosted.log(), history.end() - 5, history.end(), "candidate " + broker.id(), "I25");
      }
    }
  }
}
