package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides about ISR changes proposed by partition leaders (M26, M27). A proposal of the ISR in force is accepted and written like any other: it
 * raises the partition epoch, which voids every earlier proposal still under way, and that is how a leader gets certainty after an attempt
 * without an answer (P24). Pure; the cost does not depend on how many partitions there are. Of a request for more than a {@link Piece} the first
 * proposals are decided and the others refused as BUSY, so that the sender gets on.
 */
final class PartitionControl {
  private final int pieceRecords;

  PartitionControl(int pieceRecords) {
    this.pieceRecords = pieceRecords;
  }

  Decision<List<Answer>> alter(MetadataImage image, AlterPartitionCommand command) {
    BrokerRegistration sender = image.brokers().get(command.brokerId());
    if (sender == null || sender.brokerEpoch() != command.brokerEpoch()) {
      return Decision.reject(ErrorCode.STALE_BROKER_EPOCH,
          "Broker " + command.brokerId() + " has no registration of epoch " + command.brokerEpoch() + ".",
          image.index());
    }
    Piece changes = new Piece(pieceRecords);
    List<Answer> answers = new ArrayList<>();
    Set<TopicIdPartition> seen = new HashSet<>();
    for (Proposal proposal : command.proposals()) {
      answers.add(seen.add(proposal.id())
          ? answer(image, command.brokerId(), proposal, changes)
          : refused(image, proposal, ErrorCode.INVALID_REQUEST, "The partition occurs twice in the request."));
    }
    return Decision.accept(changes.records(), List.copyOf(answers), image.index());
  }

  private static Answer answer(MetadataImage image, int senderId, Proposal proposal, Piece changes) {
    Optional<TopicImage> topic = image.topic(proposal.id().topicId());
    if (topic.isEmpty()) {
      return unknown(image, proposal, ErrorCode.UNKNOWN_TOPIC_ID);
    }
    Optional<PartitionState> known = topic.get().partition(proposal.id().partition());
    if (known.isEmpty()) {
      return unknown(image, proposal, ErrorCode.UNKNOWN_PARTITION);
    }
    PartitionState current = known.get();
    Optional<Answer> refusal = refuse(image, senderId, proposal, current);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (changes.isOverflown()) {
      return leftOut(image, proposal);
    }
    Settled settled = settle(image, topic.get(), proposal, current);
    changes.offer(
        PartitionChange.between(proposal.id().topicId(), proposal.id().partition(), current, settled.state()));
    return changes.isOverflown() ? leftOut(image, proposal) : accepted(image, proposal, current, settled);
  }

  private static Answer leftOut(MetadataImage image, Proposal proposal) {
    return refused(image, proposal, ErrorCode.BUSY, "More partitions than go into one entry; ask again for this one.");
  }

  /** A leader that is shutting down and lets another in hands its leadership over by that (M19), which the reply says (M26). */
  private static Answer accepted(MetadataImage image, Proposal proposal, PartitionState current, Settled settled) {
    boolean moved = settled.newLeadership();
    return new Answer(proposal.id(), moved ? ErrorCode.NEW_LEADER_ELECTED : null,
        moved ? "Accepted; broker " + settled.state().leader() + " leads from now on." : null,
        current.leaderEpoch() + (moved ? 1 : 0), current.partitionEpoch() + 1, image.index() + 1);
  }

  private static Settled settle(MetadataImage image, TopicImage topic, Proposal proposal, PartitionState current) {
    PartitionState based = new PartitionState(current.replicas(), current.isr(), current.elr(),
        current.lastKnownLeader(), current.adding(), current.removing(), current.leader(),
        proposal.leaderRecoveryState(), current.leaderEpoch(), current.partitionEpoch(), current.directories());
    List<Integer> newIsr = proposal.newIsr().stream().map(Member::brokerId).toList();
    return LeaderElection.settle(based, newIsr, Set.of(), ElectionRules.of(image, topic));
  }

  /** The checks of M26 in their order: first whose knowledge is older, then who asks, then what is asked. */
  private static Optional<Answer> refuse(MetadataImage image, int senderId, Proposal proposal,
      PartitionState current) {
    if (proposal.leaderEpoch() > current.leaderEpoch() || proposal.partitionEpoch() > current.partitionEpoch()) {
      return refusal(image, proposal, ErrorCode.NOT_CONTROLLER, "The proposal knows more than this controller.");
    }
    if (proposal.leaderEpoch() < current.leaderEpoch()) {
      return refusal(image, proposal, ErrorCode.FENCED_LEADER_EPOCH,
          "Leader epoch " + proposal.leaderEpoch() + " ended, the current one is " + current.leaderEpoch() + ".");
    }
    if (senderId != current.leader()) {
      return refusal(image, proposal, ErrorCode.INVALID_REQUEST,
          "Broker " + senderId + " does not lead the partition, broker " + current.leader() + " does.");
    }
    if (proposal.partitionEpoch() < current.partitionEpoch()) {
      return refusal(image, proposal, ErrorCode.INVALID_UPDATE_VERSION, "Partition epoch " + proposal.partitionEpoch()
          + " is over, the current one is " + current.partitionEpoch() + ".");
    }
    return refuseMembers(image, senderId, proposal, current);
  }

  private static Optional<Answer> refuseMembers(MetadataImage image, int senderId, Proposal proposal,
      PartitionState current) {
    List<Integer> newIsr = proposal.newIsr().stream().map(Member::brokerId).toList();
    boolean wellFormed = current.replicas().containsAll(newIsr) && newIsr.contains(senderId)
        && new HashSet<>(newIsr).size() == newIsr.size();
    if (!wellFormed) {
      return refusal(image, proposal, ErrorCode.INVALID_REQUEST,
          "ISR " + newIsr + " is not a set of replicas " + current.replicas() + " with leader " + senderId + ".");
    }
    boolean recovering = proposal.leaderRecoveryState() == LeaderRecoveryState.RECOVERING;
    if (recovering && (newIsr.size() > 1 || current.leaderRecoveryState() == LeaderRecoveryState.RECOVERED)) {
      return refusal(image, proposal, ErrorCode.INVALID_REQUEST,
          "A recovering leader is alone in its ISR, and only an unclean election makes one.");
    }
    for (Member member : proposal.newIsr()) {
      if (!eligible(image, member, senderId)) {
        return refusal(image, proposal, ErrorCode.INELIGIBLE_REPLICA, "Broker " + member.brokerId() + " of epoch "
            + member.brokerEpoch() + " is fenced, shutting down, or registered anew.");
      }
    }
    return Optional.empty();
  }

  /** A leader that is shutting down may still let others in, since that is how it gets rid of its leadership (M19). */
  private static boolean eligible(MetadataImage image, Member member, int senderId) {
    BrokerRegistration broker = image.brokers().get(member.brokerId());
    return broker != null && broker.brokerEpoch() == member.brokerEpoch() && !broker.fenced()
        && (!broker.inControlledShutdown() || member.brokerId() == senderId);
  }

  private static Optional<Answer> refusal(MetadataImage image, Proposal proposal, ErrorCode code, String message) {
    return Optional.of(refused(image, proposal, code, message));
  }

  private static Answer refused(MetadataImage image, Proposal proposal, ErrorCode code, String message) {
    return image.partition(proposal.id().topicId(), proposal.id().partition())
        .map(current -> new Answer(proposal.id(), code, message, current.leaderEpoch(), current.partitionEpoch(),
            image.index()))
        .orElseGet(() -> new Answer(proposal.id(), code, message, -1, -1, image.index()));
  }

  private static Answer unknown(MetadataImage image, Proposal proposal, ErrorCode code) {
    return new Answer(proposal.id(), code, "Partition " + proposal.id() + " does not exist.", -1, -1, image.index());
  }
}
