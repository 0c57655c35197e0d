package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.LeaderRecoveryState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A partition leader proposes ISR changes (M26).
 *
 * @param brokerId the sender
 * @param brokerEpoch epoch of its registration
 * @param proposals at most one per partition
 */
public record AlterPartitionCommand(int brokerId, long brokerEpoch, List<Proposal> proposals) {
  /** Copies the list. */
  public AlterPartitionCommand {
    proposals = List.copyOf(proposals);
  }

  /**
   * One proposal.
   *
   * @param id the partition
   * @param leaderEpoch the epoch in which the sender leads
   * @param partitionEpoch the partition epoch the proposal is based on
   * @param newIsr the proposed ISR, the leader included
   * @param leaderRecoveryState RECOVERING until the leader's log is usable (M24)
   */
  public record Proposal(TopicIdPartition id, int leaderEpoch, int partitionEpoch, List<Member> newIsr,
      LeaderRecoveryState leaderRecoveryState) {
    /** Copies the list. */
    public Proposal {
      newIsr = List.copyOf(newIsr);
    }
  }

  /**
   * A proposed ISR member.
   *
   * @param brokerId node id
   * @param brokerEpoch epoch its fetches carried
   */
  public record Member(int brokerId, long brokerEpoch) {}

  /**
   * The reply to one proposal (M27). The leader adopts the ISR only once its own image has reached the index.
   *
   * @param id the partition
   * @param error why it was refused, null when it was accepted
   * @param message the reason for people, null when it was accepted
   * @param leaderEpoch resulting, or current when refused; -1 for an unknown partition
   * @param partitionEpoch resulting, or current when refused; -1 for an unknown partition
   * @param metadataIndex index of the entry that holds the result
   */
  public record Answer(TopicIdPartition id, @Nullable ErrorCode error, @Nullable String message, int leaderEpoch,
      int partitionEpoch, long metadataIndex) {}
}
