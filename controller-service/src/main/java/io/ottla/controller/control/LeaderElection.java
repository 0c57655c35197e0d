package io.ottla.controller.control;

import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Who leads a partition after its ISR or the set of active brokers changed (M21), and which replicas outside the ISR still hold everything
 * committed (M22). Pure.
 */
final class LeaderElection {
  private LeaderElection() {
  }

  /**
   * The outcome for one partition; epochs are those of the old state, since applying raises them.
   *
   * @param state the partition afterwards
   * @param newLeadership whether a leadership starts or ends, so that the leader epoch must rise (M1)
   * @param unclean whether committed data may be lost by this election
   */
  record Settled(PartitionState state, boolean newLeadership, boolean unclean) {}

  /** Whether an election in an unchanged ISR could find a leader for a partition without one; cheap, for scans. */
  static boolean mayFindLeader(PartitionState leaderless, ElectionRules rules) {
    return anyActive(leaderless.isr(), rules) || (leaderless.isr().isEmpty()
        && (anyActive(leaderless.elr(), rules) || (rules.allowUnclean() && anyActive(leaderless.replicas(), rules))));
  }

  private static boolean anyActive(List<Integer> brokers, ElectionRules rules) {
    for (int at = 0; at < brokers.size(); at++) {
      if (rules.active().test(brokers.get(at))) {
        return true;
      }
    }
    return false;
  }

  /** Elects in an unchanged ISR. */
  static Settled settle(PartitionState old, ElectionRules rules) {
    return settle(old, old.isr(), Set.of(), rules);
  }

  /**
   * Gives a partition a new ISR, maintains the ELR, and elects.
   *
   * @param old the partition so far
   * @param newIsr ISR from now on, in any order
   * @param uncleanReplicas replicas whose log may lack committed data, so that they leave the ELR too
   * @param rules what the election may do
   */
  static Settled settle(PartitionState old, List<Integer> newIsr, Set<Integer> uncleanReplicas, ElectionRules rules) {
    int minIsr = rules.minIsr(old);
    PartitionState changed = withIsr(old, inAssignmentOrder(old, newIsr), uncleanReplicas, minIsr);
    int leader = leaderFromIsr(changed, old.leader(), rules);
    if (leader != PartitionState.NO_LEADER || !changed.isr().isEmpty()) {
      return settled(old, withLeader(changed, leader, changed.leaderRecoveryState()), false);
    }
    int eligible = firstActive(changed.elr(), changed, rules);
    if (eligible != PartitionState.NO_LEADER) {
      return settled(old, soleMember(changed, eligible, minIsr), false);
    }
    int unclean = uncleanLeader(changed, rules);
    return unclean == PartitionState.NO_LEADER
        ? settled(old, changed, false)
        : settled(old, uncleanlyLed(changed, unclean), true);
  }

  /** M22: below min ISR nothing commits, so whoever was in the ISR when it fell below still holds everything committed. */
  private static PartitionState withIsr(PartitionState old, List<Integer> isr, Set<Integer> uncleanReplicas,
      int minIsr) {
    if (isr.size() >= minIsr) {
      return state(old, isr, List.of(), PartitionState.NO_LEADER, PartitionState.NO_LEADER, old.leaderRecoveryState());
    }
    List<Integer> elr = new ArrayList<>(old.replicas().size());
    for (Integer id : old.replicas()) {
      boolean complete = (old.elr().contains(id) || old.isr().contains(id)) && !uncleanReplicas.contains(id);
      if (complete && !isr.contains(id)) {
        elr.add(id);
      }
    }
    int lastKnownLeader = isr.isEmpty() && old.hasLeader() ? old.leader() : old.lastKnownLeader();
    return state(old, isr, elr, lastKnownLeader, PartitionState.NO_LEADER, old.leaderRecoveryState());
  }

  /** M21 a and b; a leader that shuts down keeps leading when nobody in the ISR can take over (M19). */
  private static int leaderFromIsr(PartitionState partition, int oldLeader, ElectionRules rules) {
    boolean oldLeaderInSync = oldLeader != PartitionState.NO_LEADER && partition.isr().contains(oldLeader);
    if (oldLeaderInSync && rules.active().test(oldLeader)) {
      return oldLeader;
    }
    int first = firstActive(partition.isr(), partition, rules);
    if (first != PartitionState.NO_LEADER) {
      return first;
    }
    return oldLeaderInSync && rules.unfenced().test(oldLeader) ? oldLeader : PartitionState.NO_LEADER;
  }

  /** M21 d and e. */
  private static int uncleanLeader(PartitionState partition, ElectionRules rules) {
    int last = partition.lastKnownLeader();
    boolean lastMayLead = rules.lastKnownLeaderMayLead() && partition.elr().isEmpty()
        && last != PartitionState.NO_LEADER && partition.isReplica(last) && rules.active().test(last);
    if (lastMayLead) {
      return last;
    }
    return rules.anyReplicaMayLead()
        ? firstActive(partition.replicas(), partition, rules)
        : PartitionState.NO_LEADER;
  }

  private static int firstActive(List<Integer> candidates, PartitionState partition, ElectionRules rules) {
    for (int replica : partition.replicas()) {
      if (candidates.contains(replica) && rules.active().test(replica)) {
        return replica;
      }
    }
    return PartitionState.NO_LEADER;
  }

  /** M21 c: the eligible replica becomes the only ISR member, which is an ISR change of its own (M22). */
  private static PartitionState soleMember(PartitionState partition, int leader, int minIsr) {
    PartitionState alone = withIsr(partition, List.of(leader), Set.of(), minIsr);
    return withLeader(alone, leader, alone.leaderRecoveryState());
  }

  private static PartitionState uncleanlyLed(PartitionState partition, int leader) {
    return state(partition, List.of(leader), List.of(), PartitionState.NO_LEADER, leader,
        LeaderRecoveryState.RECOVERING);
  }

  private static Settled settled(PartitionState old, PartitionState state, boolean unclean) {
    return new Settled(state, unclean || old.leader() != state.leader(), unclean);
  }

  private static PartitionState withLeader(PartitionState partition, int leader, LeaderRecoveryState recovery) {
    return state(partition, partition.isr(), partition.elr(), partition.lastKnownLeader(), leader, recovery);
  }

  private static List<Integer> inAssignmentOrder(PartitionState partition, List<Integer> isr) {
    List<Integer> ordered = new ArrayList<>(isr.size());
    for (Integer id : partition.replicas()) {
      if (isr.contains(id)) {
        ordered.add(id);
      }
    }
    return ordered;
  }

  private static PartitionState state(PartitionState old, List<Integer> isr, List<Integer> elr, int lastKnownLeader,
      int leader, LeaderRecoveryState recovery) {
    return new PartitionState(old.replicas(), isr, elr, lastKnownLeader, old.adding(), old.removing(), leader, recovery,
        old.leaderEpoch(), old.partitionEpoch(), old.directories());
  }
}
