package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes an image line by line, in one order. What is as it usually is for a partition is left out, which makes its line a third as long. */
final class SnapshotJsonWriter {
  private final JsonGenerator generator;
  private final JsonObjectWriter json;
  private final MetadataImage image;
  private long lines;

  SnapshotJsonWriter(JsonGenerator generator, MetadataImage image) {
    this.generator = generator;
    this.json = new JsonObjectWriter(generator);
    this.image = image;
  }

  void write() throws IOException {
    writeHead();
    for (BrokerRegistration broker : image.brokers().values()) {
      write(broker);
    }
    for (TopicImage topic : image.topics()) {
      write(topic);
    }
    for (Map.Entry<ConfigResource, ? extends Map<String, String>> resource : image.allConfigs().entrySet()) {
      for (Map.Entry<String, String> config : resource.getValue().entrySet()) {
        write(resource.getKey(), config.getKey(), config.getValue());
      }
    }
    if (image.nextProducerId() > 0) {
      json.begin(SnapshotLine.PRODUCER_IDS);
      json.longNumber(JsonField.NEXT_PRODUCER_ID, image.nextProducerId());
      endLine();
    }
    json.begin(SnapshotLine.END);
    json.longNumber(JsonField.LINES, lines);
    json.text(JsonField.DIGEST, image.digest());
    endLine();
  }

  private void writeHead() throws IOException {
    json.begin(SnapshotLine.HEAD);
    json.longNumber(JsonField.INDEX, image.index());
    json.longNumber(JsonField.TERM, image.term());
    endLine();
  }

  private void write(BrokerRegistration broker) throws IOException {
    json.begin(SnapshotLine.BROKER);
    json.number(JsonField.BROKER_ID, broker.brokerId());
    json.longNumber(JsonField.BROKER_EPOCH, broker.brokerEpoch());
    json.id(JsonField.INCARNATION_ID, broker.incarnationId());
    json.ids(JsonField.DIRECTORY_IDS, broker.directoryIds());
    json.endpoints(JsonField.ENDPOINTS, broker.endpoints());
    json.text(JsonField.RACK, broker.rack());
    json.features(JsonField.FEATURES, broker.features());
    json.flag(JsonField.FENCED, broker.fenced());
    json.flag(JsonField.IN_CONTROLLED_SHUTDOWN, broker.inControlledShutdown());
    json.longNumber(JsonField.LAST_ACTIVE_EPOCH, broker.lastActiveEpoch());
    endLine();
  }

  private void write(TopicImage topic) throws IOException {
    List<PartitionState> partitions = topic.partitions();
    json.begin(SnapshotLine.TOPIC);
    json.id(JsonField.TOPIC_ID, topic.id());
    json.text(JsonField.NAME, topic.name());
    json.number(JsonField.PARTITIONS, partitions.size());
    endLine();
    for (int number = 0; number < partitions.size(); number++) {
      write(number, partitions.get(number));
    }
  }

  private void write(int number, PartitionState state) throws IOException {
    json.begin(SnapshotLine.PARTITION);
    json.number(JsonField.PARTITION, number);
    json.numbers(JsonField.REPLICAS, state.replicas());
    if (!state.isr().equals(state.replicas())) {
      json.numbers(JsonField.ISR, state.isr());
    }
    writeUnlessEmpty(JsonField.ELR, state.elr());
    if (state.lastKnownLeader() != PartitionState.NO_LEADER) {
      json.number(JsonField.LAST_KNOWN_LEADER, state.lastKnownLeader());
    }
    writeUnlessEmpty(JsonField.ADDING, state.adding());
    writeUnlessEmpty(JsonField.REMOVING, state.removing());
    json.number(JsonField.LEADER, state.leader());
    if (state.leaderRecoveryState() != LeaderRecoveryState.RECOVERED) {
      json.text(JsonField.LEADER_RECOVERY_STATE, state.leaderRecoveryState().name());
    }
    json.number(JsonField.LEADER_EPOCH, state.leaderEpoch());
    json.number(JsonField.PARTITION_EPOCH, state.partitionEpoch());
    writeDirectories(state);
    endLine();
  }

  private void writeUnlessEmpty(JsonField field, List<Integer> brokers) throws IOException {
    if (!brokers.isEmpty()) {
      json.numbers(field, brokers);
    }
  }

  /** Ids of directories are most of a partition; nearly always they are known from the brokers' lines. */
  private void writeDirectories(PartitionState state) throws IOException {
    int[] numbers = new int[state.replicas().size()];
    boolean known = true;
    boolean usual = true;
    for (int at = 0; at < numbers.length; at++) {
      numbers[at] = directoryNumber(state.replicas().get(at), state.directories().get(at));
      known &= numbers[at] != SnapshotLine.FOREIGN_DIRECTORY;
      usual &= numbers[at] == 0;
    }
    if (!known) {
      json.ids(JsonField.DIRECTORIES, state.directories());
    } else if (!usual) {
      json.numbers(JsonField.DIRECTORY_NUMBERS, numbers);
    }
  }

  private int directoryNumber(int brokerId, UUID directory) {
    BrokerRegistration broker = image.brokers().get(brokerId);
    int number = broker == null ? -1 : broker.directoryIds().indexOf(directory);
    if (number >= 0) {
      return number;
    }
    return directory.equals(PartitionState.UNASSIGNED_DIRECTORY)
        ? SnapshotLine.UNASSIGNED_DIRECTORY
        : SnapshotLine.FOREIGN_DIRECTORY;
  }

  private void write(ConfigResource resource, String key, String value) throws IOException {
    json.begin(SnapshotLine.CONFIG);
    json.text(JsonField.RESOURCE_TYPE, resource.type().name());
    json.text(JsonField.RESOURCE_NAME, resource.name());
    json.text(JsonField.KEY, key);
    json.text(JsonField.VALUE, value);
    endLine();
  }

  private void endLine() throws IOException {
    json.end();
    generator.writeRaw('\n');
    lines++;
  }
}
