package io.ottla.common.metadata;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

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
    requireDistinct("replicas", replicas);
    requireDistinct("isr", isr);
    requireDistinct("elr", elr);
    require(!replicas.isEmpty(), "a partition without replicas");
    require(replicas.containsAll(isr), "isr " + isr + " outside replicas " + replicas);
    require(replicas.containsAll(elr), "elr " + elr + " outside replicas " + replicas);
    require(Collections.disjoint(isr, elr), "isr " + isr + " and elr " + elr + " share a member");
    require(replicas.containsAll(adding), "adding " + adding + " outside replicas " + replicas);
    require(replicas.containsAll(removing), "removing " + removing + " outside replicas " + replicas);
    require(leader == NO_LEADER || isr.contains(leader), "leader " + leader + " outside isr " + isr);
    require(leaderRecoveryState == LeaderRecoveryState.RECOVERED || isr.size() <= 1,
        "a recovering leader with isr " + isr);
    require(directories.size() == replicas.size(), "directories " + directories + " for replicas " + replicas);
    require(leaderEpoch >= 0 && partitionEpoch >= 0, "negative epoch");
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

  /** The broker that should lead when nothing speaks against it. */
  public int preferredLeader() {
    return replicas.getFirst();
  }

  private static void requireDistinct(String what, List<Integer> brokers) {
    boolean distinct = brokers.size() < 2 || new HashSet<>(brokers).size() == brokers.size();
    require(distinct, what + " " + brokers + " has duplicates");
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new IllegalArgumentException(violation);
    }
  }
}
