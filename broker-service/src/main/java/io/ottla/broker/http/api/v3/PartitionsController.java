package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Partitions and their replicas as resources. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/topics/{topic}/partitions", produces = MediaTypes.JSON)
public final class PartitionsController {
  private final BrokerView view;
  private final RecordGateway records;

  /** Shows the image of {@code view}, and offsets from the partitions' leaders. */
  public PartitionsController(BrokerView view, RecordGateway records) {
    this.view = view;
    this.records = records;
  }

  /** The partitions of a topic. */
  @GetMapping
  public Collection<PartitionResource> partitions(@PathVariable String cluster, @PathVariable String topic,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    ResourceMaker make = new ResourceMaker(at);
    List<PartitionResource> partitions = new ArrayList<>();
    for (PartitionState state : requireTopic(topic).partitions()) {
      partitions.add(make.partition(topic, partitions.size(), state));
    }
    return Collection.of("KafkaPartitionList", at.url(ResourceMaker.topicPath(topic) + "/partitions"), partitions);
  }

  /** One partition. */
  @GetMapping("/{partition}")
  public PartitionResource partition(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) {
    ResourceMaker make = maker(cluster, request);
    int number = PathParameters.partition(partition);
    return make.partition(topic, number, requirePartition(topic, number));
  }

  /** The readable range of a partition. */
  @GetMapping("/{partition}/offset")
  public PartitionOffsetsResource offset(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) {
    ResourceMaker make = maker(cluster, request);
    int number = PathParameters.partition(partition);
    requirePartition(topic, number);
    return make.offsets(topic, number, records.offsets(topic, number));
  }

  /** The replicas of a partition, in assignment order. */
  @GetMapping("/{partition}/replicas")
  public Collection<ReplicaResource> replicas(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    ResourceMaker make = new ResourceMaker(at);
    int number = PathParameters.partition(partition);
    PartitionState state = requirePartition(topic, number);
    List<ReplicaResource> replicas = state.replicas().stream()
        .map(broker -> make.replica(topic, number, state, broker)).toList();
    return Collection.of("KafkaReplicaList", at.url(ResourceMaker.partitionPath(topic, number) + "/replicas"),
        replicas);
  }

  /** One replica. */
  @GetMapping("/{partition}/replicas/{broker}")
  public ReplicaResource replica(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String partition, @PathVariable String broker, HttpServletRequest request) {
    ResourceMaker make = maker(cluster, request);
    int number = PathParameters.partition(partition);
    int id = PathParameters.broker(broker);
    PartitionState state = requirePartition(topic, number);
    if (!state.isReplica(id)) {
      throw ApiException.notFound("Broker " + id + " holds no replica of this partition.");
    }
    return make.replica(topic, number, state, id);
  }

  private ResourceMaker maker(String cluster, HttpServletRequest request) {
    return new ResourceMaker(ClusterCheck.resources(view, cluster, request));
  }

  private TopicImage requireTopic(String topic) {
    return view.image().topic(topic).orElseThrow(ApiException::unhosted);
  }

  private PartitionState requirePartition(String topic, int partition) {
    return requireTopic(topic).partition(partition)
        .orElseThrow(() -> ApiException.unknownPartition(Integer.toString(partition)));
  }
}
