package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerConfigs;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.TopicImage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Someone wants a broker gone for good, or changes their mind. From then on it gets no new replicas, and those it has are reassigned to others
 * bit by bit; when it holds none and its process has stopped, it is unregistered. What is under way when this is cancelled goes on.
 *
 * @param brokerId the broker
 * @param cancel to stop it
 */
public record DecommissionBrokerCommand(int brokerId, boolean cancel)
    implements
      AdminCommand<DecommissionBrokerCommand.Begun> {
  /**
   * The reply.
   *
   * @param replicas how many replicas the broker holds now
   * @param metadataIndex index of the entry with the change; of an earlier one when nothing had to be changed
   */
  public record Begun(int replicas, long metadataIndex) {}

  @Override
  public Decision<Begun> decide(AdminContext context) {
    return context.judge(() -> decide(context.image()));
  }

  private Decision<Begun> decide(MetadataImage image) {
    Drain.require(image, brokerId);
    int replicas = Drain.replicasOf(image, brokerId);
    boolean draining = image.isDraining(brokerId);
    if (draining != cancel) {
      return Decision.accept(List.of(), new Begun(replicas, image.index()), image.index());
    }
    if (!cancel) {
      checkThatOthersCanTakeOver(image);
    }
    MetadataRecord change = new ConfigRecord(ConfigResource.broker(brokerId), BrokerConfigs.DECOMMISSION,
        cancel ? null : "true");
    return Decision.accept(List.of(change), new Begun(replicas, image.index() + 1), image.index());
  }

  /**
   * Also for what others that leave still hold, since this broker could have taken it; and for what a partition goes back to when its move is
   * cancelled.
   */
  private void checkThatOthersCanTakeOver(MetadataImage image) {
    Set<Integer> leaving = new TreeSet<>(Set.of(brokerId));
    Drain.draining(image).forEach(broker -> leaving.add(broker.brokerId()));
    int others = (int) image.brokers().values().stream().filter(broker -> !leaving.contains(broker.brokerId()))
        .filter(BrokerRegistration::active).count();
    for (TopicImage topic : image.topics()) {
      if (leaving.stream().anyMatch(id -> topic.shares().of(id).replicas() > 0)) {
        int needed = topic.partitions().stream().filter(state -> leaving.stream().anyMatch(state::isReplica))
            .mapToInt(state -> Math.max(state.target().size(), state.original().size())).max().orElse(0);
        if (needed > others) {
          throw new OttlaException(ErrorCode.INVALID_REPLICATION_FACTOR, "Topic '" + topic.name()
              + "' has replication factor " + needed + ", but without brokers " + leaving + " only " + others
              + " brokers are in service to hold it; start or add a broker"
              + (needed > 1 ? ", or reassign its partitions to fewer replicas." : "."));
        }
      }
    }
  }
}
