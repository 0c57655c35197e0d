package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonParser;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.ProducerIds;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the records of one entry; knows every type and the one version each has today. */
final class MetadataJsonReader {
  private final JsonParser json;
  private final JsonFields fields = new JsonFields();
  /** A topic is created with few different states: one per list of replicas. */
  private final Map<PartitionState, PartitionState> states = new HashMap<>();

  MetadataJsonReader(JsonParser json) {
    this.json = json;
  }

  /** Reads the record that begins at the parser's current token. */
  MetadataRecord read() throws IOException {
    try {
      MetadataRecord metadataRecord = read(fields.readTyped(json));
      fields.requireAllTaken();
      return metadataRecord;
    } catch (IllegalArgumentException e) {
      throw new MetadataReplayException("unreadable record before " + json.currentLocation().offsetDescription() + ": "
          + e.getMessage(), e);
    }
  }

  private MetadataRecord read(String type) {
    return switch (type) {
      case "RegisterBroker" -> registerBroker();
      case "UnregisterBroker" -> new UnregisterBroker(fields.number(JsonField.BROKER_ID),
          fields.longNumber(JsonField.BROKER_EPOCH));
      case "BrokerChange" -> new BrokerChange(fields.number(JsonField.BROKER_ID),
          fields.longNumber(JsonField.BROKER_EPOCH), fields.optionalFlag(JsonField.FENCED),
          fields.optionalFlag(JsonField.IN_CONTROLLED_SHUTDOWN), fields.optionalIds(JsonField.DIRECTORY_IDS));
      case "Topic" -> new TopicRecord(fields.id(JsonField.TOPIC_ID), fields.text(JsonField.NAME));
      case "RemoveTopic" -> new RemoveTopic(fields.id(JsonField.TOPIC_ID));
      case "Partition" -> partition();
      case "PartitionChange" -> partitionChange();
      case "Config" -> new ConfigRecord(resource(fields), fields.text(JsonField.KEY),
          fields.optionalText(JsonField.VALUE));
      case "ProducerIds" -> new ProducerIds(fields.number(JsonField.BROKER_ID),
          fields.longNumber(JsonField.BROKER_EPOCH), fields.longNumber(JsonField.NEXT_PRODUCER_ID));
      default -> throw new MetadataReplayException("unknown record type " + type);
    };
  }

  private RegisterBroker registerBroker() {
    return new RegisterBroker(fields.number(JsonField.BROKER_ID), fields.id(JsonField.INCARNATION_ID),
        fields.ids(JsonField.DIRECTORY_IDS), fields.endpoints(JsonField.ENDPOINTS),
        fields.optionalText(JsonField.RACK), fields.features(JsonField.FEATURES));
  }

  private PartitionRecord partition() {
    PartitionState state = new PartitionState(fields.numbers(JsonField.REPLICAS), fields.numbers(JsonField.ISR),
        fields.numbers(JsonField.ELR), fields.number(JsonField.LAST_KNOWN_LEADER), fields.numbers(JsonField.ADDING),
        fields.numbers(JsonField.REMOVING), fields.number(JsonField.LEADER),
        LeaderRecoveryState.valueOf(fields.text(JsonField.LEADER_RECOVERY_STATE)),
        fields.number(JsonField.LEADER_EPOCH), fields.number(JsonField.PARTITION_EPOCH),
        fields.ids(JsonField.DIRECTORIES));
    PartitionState known = states.putIfAbsent(state, state);
    return new PartitionRecord(fields.id(JsonField.TOPIC_ID), fields.number(JsonField.PARTITION),
        known == null ? state : known);
  }

  private PartitionChange partitionChange() {
    return new PartitionChange(fields.id(JsonField.TOPIC_ID), fields.number(JsonField.PARTITION),
        fields.optionalNumbers(JsonField.REPLICAS), fields.optionalNumbers(JsonField.ISR),
        fields.optionalNumbers(JsonField.ELR), fields.optionalNumber(JsonField.LAST_KNOWN_LEADER),
        fields.optionalNumbers(JsonField.ADDING), fields.optionalNumbers(JsonField.REMOVING),
        fields.optionalNumber(JsonField.LEADER), recovery(fields.optionalText(JsonField.LEADER_RECOVERY_STATE)),
        fields.optionalIds(JsonField.DIRECTORIES));
  }

  static ConfigResource resource(JsonFields fields) {
    return new ConfigResource(ConfigResource.Type.valueOf(fields.text(JsonField.RESOURCE_TYPE)),
        fields.text(JsonField.RESOURCE_NAME));
  }

  private static @Nullable LeaderRecoveryState recovery(@Nullable String name) {
    return name == null ? null : LeaderRecoveryState.valueOf(name);
  }
}
