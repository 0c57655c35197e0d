package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonGenerator;
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

/** Writes records field by field; fields that are null, meaning unchanged or absent, are left out. */
final class MetadataJsonWriter {
  private final JsonObjectWriter json;

  MetadataJsonWriter(JsonGenerator json) {
    this.json = new JsonObjectWriter(json);
  }

  void write(MetadataRecord metadataRecord) throws IOException {
    switch (metadataRecord) {
      case RegisterBroker register -> write(register);
      case UnregisterBroker unregister -> write(unregister);
      case BrokerChange change -> write(change);
      case TopicRecord topic -> write(topic);
      case RemoveTopic remove -> write(remove);
      case PartitionRecord partition -> write(partition);
      case PartitionChange change -> write(change);
      case ConfigRecord config -> write(config);
      case ProducerIds ids -> write(ids);
    }
    json.end();
  }

  private void write(RegisterBroker register) throws IOException {
    json.begin("RegisterBroker");
    json.number(JsonField.BROKER_ID, register.brokerId());
    json.id(JsonField.INCARNATION_ID, register.incarnationId());
    json.ids(JsonField.DIRECTORY_IDS, register.directoryIds());
    json.endpoints(JsonField.ENDPOINTS, register.endpoints());
    json.text(JsonField.RACK, register.rack());
    json.features(JsonField.FEATURES, register.features());
  }

  private void write(UnregisterBroker unregister) throws IOException {
    json.begin("UnregisterBroker");
    json.number(JsonField.BROKER_ID, unregister.brokerId());
    json.longNumber(JsonField.BROKER_EPOCH, unregister.brokerEpoch());
  }

  private void write(BrokerChange change) throws IOException {
    json.begin("BrokerChange");
    json.number(JsonField.BROKER_ID, change.brokerId());
    json.longNumber(JsonField.BROKER_EPOCH, change.brokerEpoch());
    json.flag(JsonField.FENCED, change.fenced());
    json.flag(JsonField.IN_CONTROLLED_SHUTDOWN, change.inControlledShutdown());
    json.ids(JsonField.DIRECTORY_IDS, change.directoryIds());
  }

  private void write(TopicRecord topic) throws IOException {
    json.begin("Topic");
    json.id(JsonField.TOPIC_ID, topic.topicId());
    json.text(JsonField.NAME, topic.name());
  }

  private void write(RemoveTopic remove) throws IOException {
    json.begin("RemoveTopic");
    json.id(JsonField.TOPIC_ID, remove.topicId());
  }

  private void write(PartitionRecord partition) throws IOException {
    PartitionState state = partition.state();
    json.begin("Partition");
    json.id(JsonField.TOPIC_ID, partition.topicId());
    json.number(JsonField.PARTITION, partition.partition());
    json.numbers(JsonField.REPLICAS, state.replicas());
    json.numbers(JsonField.ISR, state.isr());
    json.numbers(JsonField.ELR, state.elr());
    json.number(JsonField.LAST_KNOWN_LEADER, state.lastKnownLeader());
    json.numbers(JsonField.ADDING, state.adding());
    json.numbers(JsonField.REMOVING, state.removing());
    json.number(JsonField.LEADER, state.leader());
    json.text(JsonField.LEADER_RECOVERY_STATE, state.leaderRecoveryState().name());
    json.number(JsonField.LEADER_EPOCH, state.leaderEpoch());
    json.number(JsonField.PARTITION_EPOCH, state.partitionEpoch());
    json.ids(JsonField.DIRECTORIES, state.directories());
  }

  private void write(PartitionChange change) throws IOException {
    json.begin("PartitionChange");
    json.id(JsonField.TOPIC_ID, change.topicId());
    json.number(JsonField.PARTITION, change.partition());
    json.numbers(JsonField.REPLICAS, change.replicas());
    json.numbers(JsonField.ISR, change.isr());
    json.numbers(JsonField.ELR, change.elr());
    json.optionalNumber(JsonField.LAST_KNOWN_LEADER, change.lastKnownLeader());
    json.numbers(JsonField.ADDING, change.adding());
    json.numbers(JsonField.REMOVING, change.removing());
    json.optionalNumber(JsonField.LEADER, change.leader());
    LeaderRecoveryState recovery = change.leaderRecoveryState();
    json.text(JsonField.LEADER_RECOVERY_STATE, recovery == null ? null : recovery.name());
    json.ids(JsonField.DIRECTORIES, change.directories());
  }

  private void write(ConfigRecord config) throws IOException {
    json.begin("Config");
    json.text(JsonField.RESOURCE_TYPE, config.resource().type().name());
    json.text(JsonField.RESOURCE_NAME, config.resource().name());
    json.text(JsonField.KEY, config.key());
    json.text(JsonField.VALUE, config.value());
  }

  private void write(ProducerIds ids) throws IOException {
    json.begin("ProducerIds");
    json.number(JsonField.BROKER_ID, ids.brokerId());
    json.longNumber(JsonField.BROKER_EPOCH, ids.brokerEpoch());
    json.longNumber(JsonField.NEXT_PRODUCER_ID, ids.nextProducerId());
  }
}
