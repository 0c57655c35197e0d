package io.ottla.controller.control;

import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.List;

/**
 * What the active controller does about replicas that move: completes reassignments (M32), and drains brokers that are being decommissioned.
 * Both are looked for only while something may be found: after activation, and after entries that could have brought it about. One thread.
 */
final class ReplicaDuties {
  private final int pieceRecords;
  private boolean completionsMayBeDue = true;
  private boolean drainMayBeDue = true;

  ReplicaDuties(int pieceRecords) {
    this.pieceRecords = pieceRecords;
  }

  /** An entry is in the log. */
  void appended(MetadataDelta delta) {
    if (delta.isEmpty()) {
      return;
    }
    drainMayBeDue = true;
    completionsMayBeDue = completionsMayBeDue || !delta.changedBrokers().isEmpty()
        || delta.changedConfigs().stream().anyMatch(resource -> resource.type() != ConfigResource.Type.BROKER)
        || delta.changedPartitions().values().stream().anyMatch(PartitionState::reassigning);
  }

  /** Reassignments that can be completed now, a piece of them; looked for again after a piece, which also covers one that was not appended. */
  List<MetadataRecord> completions(MetadataImage image) {
    if (!completionsMayBeDue) {
      return List.of();
    }
    Piece piece = new Piece(pieceRecords);
    for (TopicImage topic : image.topics()) {
      if (topic.shares().reassigning() > 0) {
        complete(image, topic, piece);
      }
    }
    completionsMayBeDue = !piece.records().isEmpty();
    return piece.records();
  }

  private static void complete(MetadataImage image, TopicImage topic, Piece piece) {
    ElectionRules rules = ElectionRules.of(image, topic);
    for (int number = 0; number < topic.partitions().size() && !piece.isOverflown(); number++) {
      PartitionState state = topic.partitions().get(number);
      if (state.reassigning()) {
        int partition = number;
        new Reassignment(state, rules).completed().ifPresent(
            done -> piece.offer(MetadataRecord.PartitionChange.between(topic.id(), partition, state, done.state(),
                done.newLeadership())));
      }
    }
  }

  /** What is due for brokers that are being decommissioned. */
  List<MetadataRecord> drain(MetadataImage image) {
    if (!drainMayBeDue) {
      return List.of();
    }
    List<MetadataRecord> due = Drain.next(image, new Piece(pieceRecords));
    drainMayBeDue = !due.isEmpty();
    return due;
  }
}
