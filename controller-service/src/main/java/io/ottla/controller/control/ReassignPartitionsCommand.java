package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Someone wants partitions held by other brokers, or gives up on a change that is under way (M32, M33). Each partition is judged for itself.
 *
 * @param targets at most one per partition
 */
public record ReassignPartitionsCommand(List<Target> targets)
    implements
      AdminCommand<ReassignPartitionsCommand.Reassigned> {
  /** Copies the list. */
  public ReassignPartitionsCommand {
    targets = List.copyOf(targets);
  }

  /**
   * What one partition is to become.
   *
   * @param replicas brokers that are to hold it, the preferred leader first; null to cancel what is under way
   */
  public record Target(String topic, int partition, @Nullable List<Integer> replicas) {
    /** Copies the list. */
    public Target {
      replicas = replicas == null ? null : List.copyOf(replicas);
    }
  }

  /**
   * The reply.
   *
   * @param answers in the order of the targets
   * @param metadataIndex index of the entry with what was accepted; of an earlier one when nothing had to be changed
   */
  public record Reassigned(List<Answer> answers, long metadataIndex) {}

  /**
   * What became of one target.
   *
   * @param error why it was refused, null when it was accepted
   * @param message the reason for people, null when it was accepted
   */
  public record Answer(String topic, int partition, @Nullable ErrorCode error, @Nullable String message) {}

  @Override
  public Decision<Reassigned> decide(AdminContext context) {
    MetadataImage image = context.image();
    Piece piece = context.piece();
    List<Answer> answers = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Target target : targets) {
      answers.add(answer(target, () -> {
        if (!seen.add(target.partition() + "/" + target.topic())) {
          throw new OttlaException(ErrorCode.INVALID_REQUEST, "The partition occurs twice in the request.");
        }
        return change(image, target);
      }, piece));
    }
    long index = image.index() + (piece.records().isEmpty() ? 0 : 1);
    return Decision.accept(piece.records(), new Reassigned(List.copyOf(answers), index), image.index());
  }

  private static Answer answer(Target target, Supplier<Optional<PartitionChange>> judgement, Piece piece) {
    try {
      judgement.get().ifPresent(change -> {
        piece.offer(change);
        if (piece.isOverflown()) {
          throw new OttlaException(ErrorCode.BUSY, "More partitions than go into one entry; ask again for this one.");
        }
      });
      return new Answer(target.topic(), target.partition(), null, null);
    } catch (OttlaException refusal) {
      return new Answer(target.topic(), target.partition(), refusal.code(), refusal.getMessage());
    }
  }

  private static Optional<PartitionChange> change(MetadataImage image, Target target) {
    TopicImage topic = TopicControl.require(image, target.topic());
    PartitionState state = topic.partition(target.partition())
        .orElseThrow(() -> new OttlaException(ErrorCode.UNKNOWN_PARTITION, "Partition " + target.partition()
            + " of topic '" + target.topic() + "' does not exist; it has " + topic.partitions().size() + "."));
    Reassignment reassignment = new Reassignment(state, ElectionRules.of(image, topic));
    List<Integer> replicas = target.replicas();
    if (replicas == null) {
      return Optional.of(recorded(topic, target.partition(), state, cancelled(reassignment, target, state)));
    }
    check(image, replicas);
    if (state.target().equals(replicas)) {
      return Optional.empty();
    }
    return start(image, topic, target.partition(), state, replicas).map(Optional::of)
        .orElseThrow(() -> unsafe(target, state, "Wait until replicas that stay are in sync."));
  }

  /** The change that begins it; empty when that would drop the only replicas that hold everything committed. */
  static Optional<PartitionChange> start(MetadataImage image, TopicImage topic, int number, PartitionState state,
      List<Integer> replicas) {
    return new Reassignment(state, ElectionRules.of(image, topic)).begun(replicas,
        id -> image.broker(id).map(BrokerRegistration::directoryForNewReplica)
            .orElse(PartitionState.UNASSIGNED_DIRECTORY))
        .map(begun -> recorded(topic, number, state, begun));
  }

  private static Settled cancelled(Reassignment reassignment, Target target, PartitionState state) {
    if (!state.reassigning()) {
      throw new OttlaException(ErrorCode.NO_REASSIGNMENT,
          "Partition " + target.partition() + " of topic '" + target.topic() + "' is not being reassigned.");
    }
    return reassignment.cancelled()
        .orElseThrow(() -> unsafe(target, state, "Wait until other replicas are in sync, or let it complete."));
  }

  private static OttlaException unsafe(Target target, PartitionState state, String remedy) {
    return new OttlaException(ErrorCode.WOULD_LOSE_DATA,
        "Only brokers that would be removed now are known to hold everything in partition " + target.partition()
            + " of topic '" + target.topic() + "' (in sync: " + state.isr() + ", being added: " + state.adding() + "). "
            + remedy);
  }

  private static void check(MetadataImage image, List<Integer> replicas) {
    if (replicas.isEmpty() || new HashSet<>(replicas).size() != replicas.size()) {
      throw new OttlaException(ErrorCode.INVALID_REPLICA_ASSIGNMENT,
          "Replicas " + replicas + " must name at least one broker, and none twice.");
    }
    for (int id : replicas) {
      if (image.broker(id).isEmpty()) {
        throw new OttlaException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Broker " + id
            + " is not registered; registered are " + image.brokers().keySet() + ".");
      }
      if (image.isDraining(id)) {
        throw new OttlaException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Broker " + id
            + " is being decommissioned; name another, or cancel that first.");
      }
    }
  }

  private static PartitionChange recorded(TopicImage topic, int number, PartitionState before, Settled settled) {
    return PartitionChange.between(topic.id(), number, before, settled.state(), settled.newLeadership());
  }
}
