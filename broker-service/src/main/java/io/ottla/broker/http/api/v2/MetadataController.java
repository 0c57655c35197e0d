package io.ottla.broker.http.api.v2;

import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.http.api.QueryParameters;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Brokers, topics and partitions as this broker's image of the metadata shows them. */
@RestController
public final class MetadataController {
  /** Names that start so belong to the system and are not listed. */
  private static final String INTERNAL = "__";

  private final BrokerView cluster;
  private final RecordGateway records;

  /** Reads the image of {@code cluster}, and offsets from the partitions' leaders. */
  public MetadataController(BrokerView cluster, RecordGateway records) {
    this.cluster = cluster;
    this.records = records;
  }

  /** Says that this is the API. */
  @GetMapping(path = "/", produces = MediaTypes.V2)
  public Map<String, String> root() {
    return Map.of();
  }

  /** Ids of the brokers in service. */
  @GetMapping(path = "/brokers", produces = MediaTypes.V2)
  public BrokersView brokers() {
    return new BrokersView(cluster.image().brokers().values().stream().filter(broker -> !broker.fenced())
        .map(BrokerRegistration::brokerId).toList());
  }

  /** Names of the topics. */
  @GetMapping(path = "/topics", produces = MediaTypes.V2)
  public List<String> topics() {
    return cluster.image().topicIdsByName().keySet().stream().filter(name -> !name.startsWith(INTERNAL)).toList();
  }

  /** A topic with its partitions and the settings in force. */
  @GetMapping(path = "/topics/{topic}", produces = MediaTypes.V2)
  public TopicView topic(@PathVariable String topic) {
    MetadataImage image = cluster.image();
    TopicImage found = image.topic(topic).orElseThrow(ApiException::unhosted);
    return new TopicView(topic, image.effectiveTopicConfigs(found.id()), PartitionView.of(found));
  }

  /** The partitions of a topic. */
  @GetMapping(path = "/topics/{topic}/partitions", produces = MediaTypes.V2)
  public List<PartitionView> partitions(@PathVariable String topic) {
    return PartitionView.of(requireTopic(topic));
  }

  /** One partition. */
  @GetMapping(path = "/topics/{topic}/partitions/{partition}", produces = MediaTypes.V2)
  public PartitionView partition(@PathVariable String topic, @PathVariable String partition) {
    int number = PathParameters.partition(partition);
    return PartitionView.of(number, requirePartition(topic, number));
  }

  /** The readable range of a partition; with {@code timestamp} also the first record at or after that time. */
  @GetMapping(path = "/topics/{topic}/partitions/{partition}/offsets", produces = MediaTypes.V2)
  public OffsetsView offsets(@PathVariable String topic, @PathVariable String partition, HttpServletRequest request) {
    int number = PathParameters.partition(partition);
    requirePartition(topic, number);
    Long timestamp = QueryParameters.timestamp(request);
    return timestamp == null
        ? OffsetsView.of(records.offsets(topic, number))
        : OffsetsView.of(records.offsetAt(topic, number, timestamp));
  }

  private TopicImage requireTopic(String topic) {
    return cluster.image().topic(topic).orElseThrow(() -> ApiException.unknownTopic(topic));
  }

  private PartitionState requirePartition(String topic, int partition) {
    return requireTopic(topic).partition(partition)
        .orElseThrow(() -> ApiException.unknownPartition(Integer.toString(partition)));
  }
}
