package io.ottla.common.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads records; knows every type and the one version each has today. */
final class MetadataJsonReader {
  static final int VERSION = 1;

  private MetadataJsonReader() {
  }

  static MetadataRecord read(JsonNode element) {
    try {
      JsonFields fields = new JsonFields(element);
      String type = fields.text("type");
      int version = fields.number("version");
      if (version != VERSION) {
        throw new MetadataReplayException("record type " + type + " has unknown version " + version);
      }
      MetadataRecord metadataRecord = read(type, fields);
      fields.requireAllRead();
      return metadataRecord;
    } catch (IllegalArgumentException e) {
      throw new MetadataReplayException("unreadable record " + element, e);
    }
  }

  private static MetadataRecord read(String type, JsonFields fields) {
    return switch (type) {
      case "RegisterBroker" -> registerBroker(fields);
      case "UnregisterBroker" -> new UnregisterBroker(fields.number("brokerId"), fields.longNumber("brokerEpoch"));
      case "BrokerChange" -> new BrokerChange(fields.number("brokerId"), fields.longNumber("brokerEpoch"),
          fields.optionalFlag("fenced"), fields.optionalFlag("inControlledShutdown"),
          fields.optionalIds("directoryIds"));
      case "Topic" -> new TopicRecord(fields.id("topicId"), fields.text("name"));
      case "RemoveTopic" -> new RemoveTopic(fields.id("topicId"));
      case "Partition" -> partition(fields);
      case "PartitionChange" -> partitionChange(fields);
      case "Config" -> new ConfigRecord(
          new ConfigResource(ConfigResource.Type.valueOf(fields.text("resourceType")), fields.text("resourceName")),
          fields.text("key"), fields.optionalText("value"));
      default -> throw new MetadataReplayException("unknown record type " + type);
    };
  }

  private static RegisterBroker registerBroker(JsonFields fields) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (JsonNode element : fields.array("endpoints")) {
      JsonFields endpoint = new JsonFields(element);
      endpoints.add(new Endpoint(endpoint.text("name"), endpoint.text("host"), endpoint.number("port")));
      endpoint.requireAllRead();
    }
    TreeMap<String, FeatureRange> features = new TreeMap<>();
    for (Map.Entry<String, JsonNode> feature : fields.object("features").properties()) {
      List<Integer> range = JsonFields.numbers(feature.getKey(), feature.getValue());
      if (range.size() != 2) {
        throw new IllegalArgumentException("feature " + feature.getKey() + " is not a range");
      }
      features.put(feature.getKey(), new FeatureRange(range.get(0), range.get(1)));
    }
    return new RegisterBroker(fields.number("brokerId"), fields.id("incarnationId"), fields.ids("directoryIds"),
        endpoints, fields.optionalText("rack"), features);
  }

  private static PartitionRecord partition(JsonFields fields) {
    UUID topicId = fields.id("topicId");
    int number = fields.number("partition");
    PartitionState state = new PartitionState(fields.numbers("replicas"), fields.numbers("isr"), fields.numbers("elr"),
        fields.number("lastKnownLeader"), fields.numbers("adding"), fields.numbers("removing"),
        fields.number("leader"), LeaderRecoveryState.valueOf(fields.text("leaderRecoveryState")),
        fields.number("leaderEpoch"), fields.number("partitionEpoch"), fields.ids("directories"));
    return new PartitionRecord(topicId, number, state);
  }

  private static PartitionChange partitionChange(JsonFields fields) {
    return new PartitionChange(fields.id("topicId"), fields.number("partition"), fields.optionalNumbers("replicas"),
        fields.optionalNumbers("isr"), fields.optionalNumbers("elr"), fields.optionalNumber("lastKnownLeader"),
        fields.optionalNumbers("adding"), fields.optionalNumbers("removing"), fields.optionalNumber("leader"),
        recovery(fields.optionalText("leaderRecoveryState")), fields.optionalIds("directories"));
  }

  private static @Nullable LeaderRecoveryState recovery(@Nullable String name) {
    return name == null ? null : LeaderRecoveryState.valueOf(name);
  }
}
