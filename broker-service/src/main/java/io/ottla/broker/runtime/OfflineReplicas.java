package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.LostReplica;

/**
 * Replicas of this broker whose log cannot be used, and what the controllers know of that (P43 to P45). Each is reported lost with every
 * heartbeat until the applied metadata has it outside ISR and ELR in a leader epoch in which it never told anybody about its log: then nobody
 * can take it for complete any more, be it by a proposal or a fetch that is still under way, and a new log may be begun. Safe for concurrent
 * use.
 */
final class OfflineReplicas {
  /** Most replicas named in one heartbeat. */
  static final int MAX_REPORTED = 5_000;
  /** For a replica that told nobody about its log since the broker registered. */
  static final int NEVER_SERVED = -1;

  /** What is to be done about an offline replica. */
  enum Verdict {
    /** The controllers have not removed it yet. */
    WAIT_FOR_REMOVAL,
    /** It is removed, but nobody leads: whatever is left of its log may be the best there is, and is kept (P43). */
    KEEP,
    /** Another broker leads: its log is made anew from there. */
    REBUILD,
    /** An unclean election chose what is left of its log. */
    LEAD_WITH_THE_REST
  }

  /**
   * One replica.
   *
   * @param servedEpoch newest leader epoch under which it may have told anybody about its log
   * @param knownEpoch newest leader epoch known here
   * @param confirmed whether the controllers have removed it
   * @param kept whether it is known that nobody leads
   */
  private record Offline(int servedEpoch, int knownEpoch, @Nullable LogDir dir, boolean confirmed, boolean kept) {
    Offline knowing(int leaderEpoch) {
      return new Offline(servedEpoch, Math.max(knownEpoch, leaderEpoch), dir, confirmed, kept);
    }

    Offline removed() {
      return new Offline(servedEpoch, knownEpoch, dir, true, kept);
    }

    Offline leaderless() {
      return new Offline(servedEpoch, knownEpoch, dir, confirmed, true);
    }
  }

  private final int brokerId;
  private final Map<TopicIdPartition, Offline> replicas = new TreeMap<>();

  OfflineReplicas(int brokerId) {
    this.brokerId = brokerId;
  }

  /**
   * A log cannot be used any more. Replicas that are offline already stay as they are.
   *
   * @param leaderEpoch newest leader epoch under which it may have told anybody about its log
   * @param dir where the log is, null when it is nowhere
   */
  synchronized void add(TopicIdPartition id, int leaderEpoch, @Nullable LogDir dir) {
    replicas.putIfAbsent(id, new Offline(leaderEpoch, leaderEpoch, dir, false, false));
  }

  synchronized boolean contains(TopicIdPartition id) {
    return replicas.containsKey(id);
  }

  synchronized void remove(TopicIdPartition id) {
    replicas.remove(id);
  }

  /** Where the unusable log is, null when it is nowhere. */
  synchronized @Nullable LogDir dirOf(TopicIdPartition id) {
    Offline replica = replicas.get(id);
    return replica == null ? null : replica.dir();
  }

  /** What the metadata means for an offline replica. */
  synchronized Verdict judge(TopicIdPartition id, PartitionState state) {
    Offline replica = replicas.get(id);
    if (replica == null) {
      return Verdict.WAIT_FOR_REMOVAL;
    }
    replica = replica.knowing(state.leaderEpoch());
    boolean removed = !state.isr().contains(brokerId) && !state.elr().contains(brokerId)
        && state.leaderEpoch() > replica.servedEpoch();
    boolean elected = state.leader() == brokerId && isUncleanChoice(replica, state);
    replicas.put(id, removed ? replica.removed() : replica);
    if (elected) {
      return Verdict.LEAD_WITH_THE_REST;
    }
    return !removed ? Verdict.WAIT_FOR_REMOVAL : state.hasLeader() ? Verdict.REBUILD : Verdict.KEEP;
  }

  /** Notes that a replica's log is kept for want of a leader; whether that is news. */
  synchronized boolean kept(TopicIdPartition id) {
    Offline replica = replicas.get(id);
    if (replica == null || replica.kept()) {
      return false;
    }
    replicas.put(id, replica.leaderless());
    return true;
  }

  /** Once removed, only an unclean election makes it a leader again. */
  private static boolean isUncleanChoice(Offline replica, PartitionState state) {
    return replica.confirmed() && state.isr().size() == 1;
  }

  /** What the next heartbeat reports, in order; at most {@link #MAX_REPORTED}. */
  synchronized List<LostReplica> toReport() {
    List<LostReplica> lost = new ArrayList<>();
    replicas.forEach((id, replica) -> {
      if (!replica.confirmed() && lost.size() < MAX_REPORTED) {
        lost.add(new LostReplica(id.topicId(), id.partition(), replica.knownEpoch()));
      }
    });
    return lost;
  }

  /** Replicas whose unusable log is in this directory. */
  synchronized List<TopicIdPartition> in(LogDir dir) {
    return replicas.entrySet().stream().filter(entry -> entry.getValue().dir() == dir).map(Map.Entry::getKey).toList();
  }

  synchronized Set<TopicIdPartition> all() {
    return Set.copyOf(replicas.keySet());
  }

  synchronized int count() {
    return replicas.size();
  }

  /** Whether a replica in this directory is still to be named to the controllers. */
  synchronized boolean hasUnconfirmedIn(UUID directory) {
    return replicas.values().stream()
        .anyMatch(replica -> !replica.confirmed() && replica.dir() != null && replica.dir().id().equals(directory));
  }
}
