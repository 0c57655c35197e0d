package io.ottla.common.metadata;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One partition as the controllers see it. Immutable.
 *
 * @param replicas brokers that hold the partition, in assignment order; the first is the preferred leader
 * @param isr in-sync replicas: all hold everything committed
 * @param elr eligible leader replicas: left the ISR, yet hold everything committed, since nothing commits below min ISR
 * @param lastKnownLeader leader when the ISR became empty, -1 when there is none to remember
 * @param adding replicas a reassignment adds
 * @param removing replicas a reassignment removes
 * @param leader leading broker, or {@link #NO_LEADER}
 * @param leaderRecoveryState whether the leader came from an unclean election
 * @param leaderEpoch number of the leadership, raised when the leader field of a change is present (M1)
 * @param partitionEpoch raised by every change (M1)
 * @param directories directory of each replica in assignment order; {@link #UNASSIGNED_DIRECTORY} when the broker chooses
 */
public record PartitionState(List<Integer> replicas, List<Integer> isr, List<Integer> elr, int lastKnownLeader,
    List<Integer> adding, List<Integer> removing, int leader, LeaderRecoveryState leaderRecoveryState, int leaderEpoch,
    int partitionEpoch, List<UUID> directories) {
  /** Stands for "no broker". */
  public static final int NO_LEADER = -1;
  /** Stands for "the broker chooses among its directories". */
  public static final UUID UNASSIGNED_DIRECTORY = new UUID(0, 0);

  /** Copies the collections and rejects a state that breaks the parts of I15 that need no further knowledge. */
  public PartitionState {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
    elr = List.copyOf(elr);
    adding = List.copyOf(adding);
    removing = List.copyOf(removing);
    directories = List.copyOf(directories);
    String violation = violation(replicas, isr, elr, adding, removing);
    if (violation == null) {
      violation = leaderViolation(isr, leader, leaderRecoveryState);
    }
    if (violation != null || directories.size() != replicas.size() || leaderEpoch < 0 || partitionEpoch < 0) {
      throw new IllegalArgumentException("I15: " + violation + " with replicas " + replicas + ", isr " + isr + ", elr "
          + elr + ", adding " + adding + ", removing " + removing + ", leader " + leader + " " + leaderRecoveryState
          + ", epochs " + leaderEpoch + "/" + partitionEpoch + ", directories " + directories);
    }
  }

  /** A partition as it is created (M31): epochs 0, no ELR, the first ISR member in assignment order leads. */
  public static PartitionState created(List<Integer> replicas, List<Integer> isr, List<UUID> directories) {
    return new PartitionState(replicas, isr, List.of(), NO_LEADER, List.of(), List.of(), isr.getFirst(),
        LeaderRecoveryState.RECOVERED, 0, 0, directories);
  }

  /** Whether some broker leads. */
  public boolean hasLeader() {
    return leader != NO_LEADER;
  }

  /** Whether the broker holds this partition. */
  public boolean isReplica(int brokerId) {
    return replicas.contains(brokerId);
  }

  /** Whether the replicas are being changed (M32). */
  public boolean reassigning() {
    return !adding.isEmpty() || !removing.isEmpty();
  }

  /** The replicas once the running reassignment is complete, in their order; all when none is running. */
  public List<Integer> target() {
    return removing.isEmpty() ? replicas : replicas.stream().filter(id -> !removing.contains(id)).toList();
  }

  /** The replicas before the running reassignment; their order was lost to that of the target. All when none is running. */
  public List<Integer> original() {
    return adding.isEmpty() ? replicas : replicas.stream().filter(id -> !adding.contains(id)).toList();
  }

  /**
   * How many replicas bound the effective min ISR (M7): those a reassignment adds count once it is complete. They hold nothing at first, and a
   * partition with one replica must not stop taking records because a second one is on its way.
   */
  public int countedReplicas() {
    return replicas.size() - adding.size();
  }

  /** The broker that should lead when nothing speaks against it. */
  public int preferredLeader() {
    return replicas.getFirst();
  }

  private static @Nullable String violation(List<Integer> replicas, List<Integer> isr, List<Integer> elr,
      List<Integer> adding, List<Integer> removing) {
    if (replicas.isEmpty() || !distinct(replicas) || !distinct(isr) || !distinct(elr)) {
      return "no replicas, or a broker twice";
    }
    boolean within = replicas.containsAll(isr) && replicas.containsAll(elr) && replicas.containsAll(adding)
        && replicas.containsAll(removing);
    if (!within) {
      return "a member that is no replica";
    }
    boolean moves = distinct(adding) && distinct(removing) && Collections.disjoint(adding, removing)
        && adding.size() < replicas.size() && removing.size() < replicas.size();
    if (!moves) {
      return "a reassignment from or to nothing, or of one broker both ways";
    }
    return elr.isEmpty() || Collections.disjoint(isr, elr) ? null : "a broker in both isr and elr";
  }

  private static @Nullable String leaderViolation(List<Integer> isr, int leader, LeaderRecoveryState recovery) {
    if (leader != NO_LEADER && !isr.contains(leader)) {
      return "a leader outside the isr";
    }
    return recovery == LeaderRecoveryState.RECOVERING && isr.size() > 1 ? "company for a recovering leader" : null;
  }

  /** Quadratic, since replica lists are short. */
  private static boolean distinct(List<Integer> brokers) {
    for (int i = 1; i < brokers.size(); i++) {
      if (brokers.indexOf(brokers.get(i)) < i) {
        return false;
      }
    }
    return true;
  }
}
