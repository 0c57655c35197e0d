package io.ottla.broker.http.api.v3;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.metadata.TopicShares;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns what is changing in the image into resources. */
final class MaintenanceMaker {
  private static final int MAX_BLOCKED = 50;

  private final Resources at;
  private final MetadataImage image;

  MaintenanceMaker(Resources at, MetadataImage image) {
    this.at = at;
    this.image = image;
  }

  ReassignmentResource reassignment(TopicImage topic, int number, PartitionState state) {
    String path = ResourceMaker.partitionPath(topic.name(), number);
    return new ReassignmentResource("KafkaReassignment",
        at.metadata(path + "/reassignment", "/topic=" + topic.name() + "/partition=" + number + "/reassignment"),
        at.clusterId(), topic.name(), number, state.adding(), state.removing(), at.link(path + "/replicas"),
        state.target(), state.reassigning() ? MoveStatus.of(image, topic, state).text() : "Complete.");
  }

  /** Partitions of a topic that are being reassigned. */
  List<ReassignmentResource> reassignments(TopicImage topic) {
    List<ReassignmentResource> found = new ArrayList<>();
    for (int number = 0; topic.shares().reassigning() > 0 && number < topic.partitions().size(); number++) {
      PartitionState state = topic.partitions().get(number);
      if (state.reassigning()) {
        found.add(reassignment(topic, number, state));
      }
    }
    return found;
  }

  BrokerStatusResource status(BrokerRegistration broker) {
    int id = broker.brokerId();
    Optional<Endpoint> client = broker.endpoint(Endpoint.CLIENT);
    String state = broker.fenced() ? "FENCED" : broker.inControlledShutdown() ? "SHUTTING_DOWN" : "ACTIVE";
    int replicas = 0;
    int leaders = 0;
    for (TopicImage topic : image.topics()) {
      TopicShares.Share share = topic.shares().of(id);
      replicas += share.replicas();
      leaders += share.led();
    }
    return new BrokerStatusResource("KafkaBrokerStatus", at.metadata("/brokers/" + id + "/status",
        "/broker=" + id + "/status"), at.clusterId(), id, client.map(Endpoint::host).orElse(null),
        client.map(Endpoint::port).orElse(null), broker.rack(), state, decommission(id, replicas), replicas, leaders);
  }

  private @Nullable String decommission(int brokerId, int replicas) {
    if (!image.isDraining(brokerId)) {
      return null;
    }
    return replicas == 0 ? "DRAINED" : "DRAINING";
  }

  DecommissionResource decommission(BrokerRegistration broker) {
    int id = broker.brokerId();
    int left = 0;
    int moving = 0;
    List<DecommissionResource.Blocked> blocked = new ArrayList<>();
    for (TopicImage topic : image.topics()) {
      for (int number = 0; topic.shares().of(id).replicas() > 0 && number < topic.partitions().size(); number++) {
        PartitionState state = topic.partitions().get(number);
        if (state.isReplica(id)) {
          left++;
          moving += state.removing().contains(id) ? 1 : 0;
          MoveStatus status = MoveStatus.ofLeaving(image, topic, state, id);
          if (status.blocked() && blocked.size() < MAX_BLOCKED) {
            blocked.add(new DecommissionResource.Blocked(topic.name(), number, status.text()));
          }
        }
      }
    }
    return new DecommissionResource("KafkaBrokerDecommission",
        at.metadata("/brokers/" + id + "/decommission", "/broker=" + id + "/decommission"), at.clusterId(), id,
        left == 0 ? "DRAINED" : "DRAINING", left, moving, List.copyOf(blocked), message(broker, left, blocked.size()));
  }

  private static String message(BrokerRegistration broker, int left, int blocked) {
    if (left == 0) {
      return broker.fenced()
          ? "Broker " + broker.brokerId() + " holds nothing and is about to be unregistered."
          : "Broker " + broker.brokerId() + " holds nothing any more; stop its process, and it is unregistered.";
    }
    return blocked == 0
        ? left + " replicas are to move to other brokers."
        : left + " replicas are to move to other brokers; " + blocked + " of them cannot, see blocked.";
  }
}
