package io.ottla.controller.control;

import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * What changing the replicas of a partition does to its state (M32, M33). While it runs, the replicas are those of the target in its order and
 * then those to be removed; the original ones are those not being added. Pure.
 *
 * <p>
 * A replica may only go when those that stay are known to hold everything committed: an ISR member does, and below min ISR an ELR member does.
 * Removing one begins a new leadership, so that nothing it still says about itself counts.
 */
final class Reassignment {
  private final PartitionState state;
  private final ElectionRules rules;

  Reassignment(PartitionState state, ElectionRules rules) {
    this.state = state;
    this.rules = rules;
  }

  /**
   * The state once the running reassignment is complete: the ISR contains all that is added, and enough of those that stay. Empty while it may
   * not be completed.
   */
  Optional<Settled> completed() {
    List<Integer> target = state.target();
    List<Integer> isr = state.isr().stream().filter(target::contains).toList();
    boolean enough = isr.containsAll(state.adding()) && !isr.isEmpty()
        && isr.size() >= Math.min(rules.configuredMinIsr(), target.size());
    if (!state.reassigning() || !enough || state.leaderRecoveryState() == LeaderRecoveryState.RECOVERING) {
      return Optional.empty();
    }
    return Optional.of(reduced(target, List.of(), List.of())).filter(settled -> settled.state().hasLeader());
  }

  /**
   * Begins a reassignment, replacing the one that is under way, which counts from the original replicas. Complete at once when there is nothing
   * to wait for.
   *
   * @param target new replicas, the preferred leader first
   * @param directories where a broker keeps a new replica
   * @return empty when that would drop the only replicas that hold everything committed
   */
  Optional<Settled> begun(List<Integer> target, IntFunction<UUID> directories) {
    List<Integer> original = state.original();
    List<Integer> adding = without(target, original);
    List<Integer> removing = without(original, target);
    List<Integer> replicas = new ArrayList<>(target);
    replicas.addAll(removing);
    List<UUID> places = new ArrayList<>();
    for (int replica : replicas) {
      int known = state.replicas().indexOf(replica);
      places.add(known < 0 ? directories.apply(replica) : state.directories().get(known));
    }
    Optional<Settled> reduced = dropped(replicas, adding, removing, places);
    return reduced.map(begun -> new Reassignment(begun.state(), rules).completed()
        .map(complete -> new Settled(complete.state(), true, false)).orElse(begun));
  }

  /** Back to the original replicas; empty when that would drop the only replicas that hold everything committed. */
  Optional<Settled> cancelled() {
    List<Integer> original = state.original();
    return dropped(original, List.of(), List.of(), directories(original));
  }

  private Optional<Settled> dropped(List<Integer> replicas, List<Integer> adding, List<Integer> removing,
      List<UUID> directories) {
    Settled reduced = reduced(replicas, adding, removing, directories);
    PartitionState after = reduced.state();
    boolean holdsAll = !after.isr().isEmpty() || !after.elr().isEmpty();
    boolean someoneHeldAll = !state.isr().isEmpty() || !state.elr().isEmpty();
    boolean lastHopeStays = someoneHeldAll || state.lastKnownLeader() == PartitionState.NO_LEADER
        || replicas.contains(state.lastKnownLeader());
    boolean safe = (holdsAll || !someoneHeldAll) && lastHopeStays && (after.hasLeader() || !state.hasLeader());
    return safe ? Optional.of(reduced) : Optional.empty();
  }

  private Settled reduced(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    return reduced(replicas, adding, removing, directories(replicas));
  }

  /** The same partition with other replicas; whoever is none any more leaves ISR, ELR and leadership. */
  private Settled reduced(List<Integer> replicas, List<Integer> adding, List<Integer> removing,
      List<UUID> directories) {
    boolean leaderStays = replicas.contains(state.leader());
    List<Integer> isr = within(replicas, state.isr());
    PartitionState changed = new PartitionState(replicas, isr, without(within(replicas, state.elr()), isr),
        replicas.contains(state.lastKnownLeader()) ? state.lastKnownLeader() : PartitionState.NO_LEADER, adding,
        removing, leaderStays ? state.leader() : PartitionState.NO_LEADER,
        state.leaderRecoveryState(), state.leaderEpoch(), state.partitionEpoch(), directories);
    Settled settled = LeaderElection.settle(changed, isr, Set.of(), rules.cleanOnly());
    boolean replicaRemoved = !replicas.containsAll(state.replicas());
    return new Settled(settled.state(), replicaRemoved || settled.state().leader() != state.leader(), false);
  }

  private List<UUID> directories(List<Integer> replicas) {
    return replicas.stream().map(replica -> state.directories().get(state.replicas().indexOf(replica))).toList();
  }

  private static List<Integer> within(List<Integer> replicas, List<Integer> members) {
    return replicas.stream().filter(members::contains).toList();
  }

  private static List<Integer> without(List<Integer> all, List<Integer> some) {
    return Collections.disjoint(all, some) ? all : all.stream().filter(id -> !some.contains(id)).toList();
  }
}
