package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Someone wants more partitions in a topic (M31). The existing ones stay as they are; the new ones get the replication factor of the first, and
 * go where the topic, then the cluster, has least.
 *
 * @param topic name of the topic
 * @param partitions how many it is to have in all
 * @param validateOnly check everything, change nothing
 */
public record GrowTopicCommand(String topic, int partitions, boolean validateOnly)
    implements
      AdminCommand<GrowTopicCommand.Grown> {
  /**
   * The reply.
   *
   * @param partitions how many it has now
   * @param replicationFactor replicas of each new partition
   * @param metadataIndex index of the entry that adds them; 0 when only validated
   */
  public record Grown(int partitions, int replicationFactor, long metadataIndex) {}

  @Override
  public Decision<Grown> decide(AdminContext context) {
    return context.judge(() -> grow(context));
  }

  private Decision<Grown> grow(AdminContext context) {
    MetadataImage image = context.image();
    TopicImage found = TopicControl.require(image, topic);
    int present = found.partitions().size();
    if (partitions <= present) {
      throw new OttlaException(ErrorCode.INVALID_PARTITIONS, "Topic '" + topic + "' has " + present
          + " partitions; their number can only grow, so ask for more than that, not " + partitions + ".");
    }
    TopicControl.checkPartitionCount(partitions);
    int replicationFactor = found.partitions().getFirst().target().size();
    TopicControl.checkBrokers(image, replicationFactor);
    List<List<Integer>> assignments = ReplicaPlacer.growing(image, found, context.random())
        .place(partitions - present, replicationFactor);
    List<MetadataRecord> records = new ArrayList<>();
    for (List<Integer> replicas : assignments) {
      records.add(new PartitionRecord(found.id(), present + records.size(), TopicControl.created(image, replicas)));
    }
    EntrySize size = EntrySize.of(records);
    if (!size.fits()) {
      throw new OttlaException(ErrorCode.INVALID_PARTITIONS,
          "The new partitions take " + size.describe() + ". Add fewer at once.");
    }
    return validateOnly
        ? Decision.accept(List.of(), new Grown(partitions, replicationFactor, 0), image.index())
        : Decision.accept(records, new Grown(partitions, replicationFactor, image.index() + 1), image.index());
  }
}
