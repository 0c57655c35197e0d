package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.PartitionOffsets;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigKey;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.ConfigValue;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns parts of the image into resources. */
final class ResourceMaker {
  private final Resources at;

  ResourceMaker(Resources at) {
    this.at = at;
  }

  ClusterResource cluster(MetadataImage image) {
    Link controller = image.brokers().values().stream().filter(BrokerRegistration::active).findFirst()
        .map(broker -> at.link("/brokers/" + broker.brokerId())).orElse(null);
    return new ClusterResource("KafkaCluster", at.metadata("", ""), at.clusterId(), controller, at.link("/acls"),
        at.link("/brokers"), at.link("/broker-configs"), at.link("/consumer-groups"), at.link("/topics"),
        at.link("/topics/-/partitions/-/reassignment"));
  }

  BrokerResource broker(BrokerRegistration broker) {
    String path = "/brokers/" + broker.brokerId();
    Optional<Endpoint> client = broker.endpoint(Endpoint.CLIENT);
    return new BrokerResource("KafkaBroker", at.metadata(path, "/broker=" + broker.brokerId()), at.clusterId(),
        broker.brokerId(), client.map(Endpoint::host).orElse(null), client.map(Endpoint::port).orElse(null),
        broker.rack(), at.link(path + "/configs"), at.link(path + "/partition-replicas"));
  }

  TopicResource topic(TopicImage topic) {
    return topic(topic.name(), topic.partitions().getFirst().target().size(), topic.partitions().size());
  }

  TopicResource topic(String name, int replicationFactor, int partitions) {
    String path = topicPath(name);
    return new TopicResource("KafkaTopic", at.metadata(path, "/topic=" + name), at.clusterId(), name,
        name.startsWith("__"), replicationFactor, partitions, at.link(path + "/partitions"), at.link(path + "/configs"),
        at.link(path + "/partitions/-/reassignment"), List.of());
  }

  PartitionResource partition(String topic, int number, PartitionState state) {
    String path = partitionPath(topic, number);
    Link leader = state.hasLeader() ? at.link(path + "/replicas/" + state.leader()) : null;
    return new PartitionResource("KafkaPartition", at.metadata(path, crn(topic, number)), at.clusterId(), topic, number,
        leader, at.link(path + "/replicas"), at.link(path + "/reassignment"));
  }

  PartitionOffsetsResource offsets(String topic, int number, PartitionOffsets range) {
    return new PartitionOffsetsResource("KafkaPartitionWithOffsets",
        at.metadata(partitionPath(topic, number) + "/offset", crn(topic, number)), at.clusterId(), topic, number,
        range.beginning(), range.end());
  }

  ReplicaResource replica(String topic, int number, PartitionState state, int broker) {
    return new ReplicaResource("KafkaReplica",
        at.metadata(partitionPath(topic, number) + "/replicas/" + broker, crn(topic, number) + "/replica=" + broker),
        at.clusterId(), topic, number, broker, broker == state.leader(), state.isr().contains(broker),
        at.link("/brokers/" + broker));
  }

  TopicConfigResource config(MetadataImage image, TopicImage topic, ConfigValue value) {
    List<TopicConfigResource.Synonym> synonyms = synonyms(image, topic, value.name());
    return new TopicConfigResource("KafkaTopicConfig",
        at.metadata(topicPath(topic.name()) + "/configs/" + value.name(),
            "/topic=" + topic.name() + "/config=" + value.name()),
        at.clusterId(), topic.name(), value.name(), value.value(), value.source() != ConfigValue.Source.TOPIC, false,
        false, source(value.source()), synonyms);
  }

  private static List<TopicConfigResource.Synonym> synonyms(MetadataImage image, TopicImage topic, String name) {
    ConfigKey key = TopicConfigs.key(name).orElseThrow();
    List<TopicConfigResource.Synonym> synonyms = new ArrayList<>();
    add(synonyms, name, image.configs(ConfigResource.topic(topic.name())).get(name),
        ConfigValue.Source.TOPIC);
    add(synonyms, key.clusterName(),
        image.configs(ConfigResource.CLUSTER).get(key.clusterName()),
        ConfigValue.Source.CLUSTER);
    add(synonyms, key.clusterName(), key.defaultValue(), ConfigValue.Source.DEFAULT);
    return synonyms;
  }

  private static void add(List<TopicConfigResource.Synonym> synonyms, String name, @Nullable String value,
      ConfigValue.Source source) {
    if (value != null) {
      synonyms.add(new TopicConfigResource.Synonym(name, value, source(source)));
    }
  }

  private static String source(ConfigValue.Source source) {
    return switch (source) {
      case TOPIC -> "DYNAMIC_TOPIC_CONFIG";
      case CLUSTER -> "DYNAMIC_DEFAULT_BROKER_CONFIG";
      case DEFAULT -> "DEFAULT_CONFIG";
    };
  }

  static String topicPath(String topic) {
    return "/topics/" + topic;
  }

  static String partitionPath(String topic, int number) {
    return topicPath(topic) + "/partitions/" + number;
  }

  private static String crn(String topic, int number) {
    return "/topic=" + topic + "/partition=" + number;
  }
}
