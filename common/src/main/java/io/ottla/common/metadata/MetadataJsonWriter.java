package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes records field by field; fields that are null, meaning unchanged or absent, are left out. */
final class MetadataJsonWriter {
  private final JsonGenerator json;

  MetadataJsonWriter(JsonGenerator json) {
    this.json = json;
  }

  void write(MetadataRecord metadataRecord) throws IOException {
    json.writeStartObject();
    switch (metadataRecord) {
      case RegisterBroker register -> write(register);
      case UnregisterBroker unregister -> write(unregister);
      case BrokerChange change -> write(change);
      case TopicRecord topic -> write(topic);
      case RemoveTopic remove -> write(remove);
      case PartitionRecord partition -> write(partition);
      case PartitionChange change -> write(change);
      case ConfigRecord config -> write(config);
    }
    json.writeEndObject();
  }

  private void write(RegisterBroker register) throws IOException {
    head("RegisterBroker");
    json.writeNumberField("brokerId", register.brokerId());
    id("incarnationId", register.incarnationId());
    ids("directoryIds", register.directoryIds());
    json.writeArrayFieldStart("endpoints");
    for (Endpoint endpoint : register.endpoints()) {
      json.writeStartObject();
      json.writeStringField("name", endpoint.name());
      json.writeStringField("host", endpoint.host());
      json.writeNumberField("port", endpoint.port());
      json.writeEndObject();
    }
    json.writeEndArray();
    text("rack", register.rack());
    json.writeObjectFieldStart("features");
    for (Map.Entry<String, FeatureRange> feature : register.features().entrySet()) {
      json.writeArrayFieldStart(feature.getKey());
      json.writeNumber(feature.getValue().min());
      json.writeNumber(feature.getValue().max());
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void write(UnregisterBroker unregister) throws IOException {
    head("UnregisterBroker");
    json.writeNumberField("brokerId", unregister.brokerId());
    json.writeNumberField("brokerEpoch", unregister.brokerEpoch());
  }

  private void write(BrokerChange change) throws IOException {
    head("BrokerChange");
    json.writeNumberField("brokerId", change.brokerId());
    json.writeNumberField("brokerEpoch", change.brokerEpoch());
    flag("fenced", change.fenced());
    flag("inControlledShutdown", change.inControlledShutdown());
    ids("directoryIds", change.directoryIds());
  }

  private void write(TopicRecord topic) throws IOException {
    head("Topic");
    id("topicId", topic.topicId());
    json.writeStringField("name", topic.name());
  }

  private void write(RemoveTopic remove) throws IOException {
    head("RemoveTopic");
    id("topicId", remove.topicId());
  }

  private void write(PartitionRecord partition) throws IOException {
    head("Partition");
    PartitionState state = partition.state();
    id("topicId", partition.topicId());
    json.writeNumberField("partition", partition.partition());
    numbers("replicas", state.replicas());
    numbers("isr", state.isr());
    numbers("elr", state.elr());
    json.writeNumberField("lastKnownLeader", state.lastKnownLeader());
    numbers("adding", state.adding());
    numbers("removing", state.removing());
    json.writeNumberField("leader", state.leader());
    json.writeStringField("leaderRecoveryState", state.leaderRecoveryState().name());
    json.writeNumberField("leaderEpoch", state.leaderEpoch());
    json.writeNumberField("partitionEpoch", state.partitionEpoch());
    ids("directories", state.directories());
  }

  private void write(PartitionChange change) throws IOException {
    head("PartitionChange");
    id("topicId", change.topicId());
    json.writeNumberField("partition", change.partition());
    numbers("replicas", change.replicas());
    numbers("isr", change.isr());
    numbers("elr", change.elr());
    number("lastKnownLeader", change.lastKnownLeader());
    numbers("adding", change.adding());
    numbers("removing", change.removing());
    number("leader", change.leader());
    LeaderRecoveryState recovery = change.leaderRecoveryState();
    text("leaderRecoveryState", recovery == null ? null : recovery.name());
    ids("directories", change.directories());
  }

  private void write(ConfigRecord config) throws IOException {
    head("Config");
    json.writeStringField("resourceType", config.resource().type().name());
    json.writeStringField("resourceName", config.resource().name());
    json.writeStringField("key", config.key());
    text("value", config.value());
  }

  private void head(String type) throws IOException {
    json.writeStringField("type", type);
    json.writeNumberField("version", MetadataJsonReader.VERSION);
  }

  private void id(String field, UUID id) throws IOException {
    json.writeStringField(field, id.toString());
  }

  private void ids(String field, @Nullable List<UUID> ids) throws IOException {
    if (ids != null) {
      json.writeArrayFieldStart(field);
      for (UUID id : ids) {
        json.writeString(id.toString());
      }
      json.writeEndArray();
    }
  }

  private void numbers(String field, @Nullable List<Integer> numbers) throws IOException {
    if (numbers != null) {
      json.writeArrayFieldStart(field);
      for (int number : numbers) {
        json.writeNumber(number);
      }
      json.writeEndArray();
    }
  }

  private void number(String field, @Nullable Integer number) throws IOException {
    if (number != null) {
      json.writeNumberField(field, number);
    }
  }

  private void flag(String field, @Nullable Boolean flag) throws IOException {
    if (flag != null) {
      json.writeBooleanField(field, flag);
    }
  }

  private void text(String field, @Nullable String text) throws IOException {
    if (text != null) {
      json.writeStringField(field, text);
    }
  }
}
