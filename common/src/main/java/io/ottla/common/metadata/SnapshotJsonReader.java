package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonParser;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads the lines of a snapshot's state and makes the image of them. Used once. */
final class SnapshotJsonReader {
  private final JsonParser json;
  private final JsonFields fields = new JsonFields();
  private final ImageBuilder image;
  private final Map<PartitionState, PartitionState> states = new HashMap<>();
  private final Map<List<Integer>, List<UUID>> usualDirectories = new HashMap<>();
  private long lines;

  SnapshotJsonReader(JsonParser json, long index, long term) {
    this.json = json;
    this.image = new ImageBuilder(index, term);
  }

  /**
   * Reads up to the end of the stream.
   *
   * @throws IOException when it is not whole, or not of the index and term it should be of
   * @throws MetadataReplayException when this version does not understand it, or it breaks an invariant
   */
  MetadataImage read() throws IOException {
    try {
      readHead();
      for (String type = nextLine(); !type.equals(SnapshotLine.END); type = nextLine()) {
        readLine(type);
        fields.requireAllTaken();
        lines++;
      }
      String digest = readEnd();
      require(json.nextToken() == null, "something follows the end");
      return image.build(digest);
    } catch (IllegalArgumentException e) {
      throw new IOException("line " + (lines + 1) + " of a snapshot: " + e.getMessage(), e);
    }
  }

  private String nextLine() throws IOException {
    if (json.nextToken() == null) {
      throw new EOFException("a snapshot ends after " + lines + " lines without saying so");
    }
    return fields.readTyped(json);
  }

  private void readHead() throws IOException {
    require(nextLine().equals(SnapshotLine.HEAD), "a snapshot must begin with its head");
    long index = fields.longNumber(JsonField.INDEX);
    long term = fields.longNumber(JsonField.TERM);
    fields.requireAllTaken();
    require(index == image.index() && term == image.term(),
        "a snapshot of " + index + ":" + term + " where one of " + image.index() + ":" + image.term() + " should be");
    lines++;
  }

  private String readEnd() throws IOException {
    long expected = fields.longNumber(JsonField.LINES);
    String digest = fields.text(JsonField.DIGEST);
    fields.requireAllTaken();
    require(expected == lines, "a snapshot of " + expected + " lines has " + lines);
    return digest;
  }

  private void readLine(String type) {
    switch (type) {
      case SnapshotLine.BROKER -> image.add(broker());
      case SnapshotLine.TOPIC -> image.beginTopic(fields.id(JsonField.TOPIC_ID), fields.text(JsonField.NAME),
          fields.number(JsonField.PARTITIONS));
      case SnapshotLine.PARTITION -> readPartition();
      case SnapshotLine.CONFIG -> image.add(MetadataJsonReader.resource(fields), fields.text(JsonField.KEY),
          fields.text(JsonField.VALUE));
      case SnapshotLine.PRODUCER_IDS -> image.producerIds(fields.longNumber(JsonField.NEXT_PRODUCER_ID));
      default -> throw new MetadataReplayException("unknown type " + type + " of a snapshot's line");
    }
  }

  private BrokerRegistration broker() {
    return new BrokerRegistration(fields.number(JsonField.BROKER_ID), fields.longNumber(JsonField.BROKER_EPOCH),
        fields.id(JsonField.INCARNATION_ID), fields.ids(JsonField.DIRECTORY_IDS),
        fields.endpoints(JsonField.ENDPOINTS), fields.optionalText(JsonField.RACK),
        fields.features(JsonField.FEATURES), fields.flag(JsonField.FENCED),
        fields.flag(JsonField.IN_CONTROLLED_SHUTDOWN), fields.longNumber(JsonField.LAST_ACTIVE_EPOCH));
  }

  private void readPartition() {
    int number = fields.number(JsonField.PARTITION);
    List<Integer> replicas = fields.numbers(JsonField.REPLICAS);
    PartitionState state = new PartitionState(replicas, fields.numbers(JsonField.ISR, replicas),
        fields.numbers(JsonField.ELR, List.of()),
        fields.number(JsonField.LAST_KNOWN_LEADER, PartitionState.NO_LEADER),
        fields.numbers(JsonField.ADDING, List.of()), fields.numbers(JsonField.REMOVING, List.of()),
        fields.number(JsonField.LEADER), recoveryState(), fields.number(JsonField.LEADER_EPOCH),
        fields.number(JsonField.PARTITION_EPOCH), directories(replicas));
    PartitionState known = states.putIfAbsent(state, state);
    image.add(number, known == null ? state : known);
  }

  private LeaderRecoveryState recoveryState() {
    return fields.has(JsonField.LEADER_RECOVERY_STATE)
        ? LeaderRecoveryState.valueOf(fields.text(JsonField.LEADER_RECOVERY_STATE))
        : LeaderRecoveryState.RECOVERED;
  }

  private List<UUID> directories(List<Integer> replicas) {
    if (fields.has(JsonField.DIRECTORIES)) {
      return fields.ids(JsonField.DIRECTORIES);
    }
    if (fields.has(JsonField.DIRECTORY_NUMBERS)) {
      return directories(replicas, fields.numbers(JsonField.DIRECTORY_NUMBERS));
    }
    return usualDirectories.computeIfAbsent(replicas, this::firstDirectories);
  }

  private List<UUID> firstDirectories(List<Integer> replicas) {
    return replicas.stream().map(broker -> image.directory(broker, 0)).toList();
  }

  private List<UUID> directories(List<Integer> replicas, List<Integer> numbers) {
    if (numbers.size() != replicas.size()) {
      throw new IllegalArgumentException(numbers.size() + " directories for " + replicas.size() + " replicas");
    }
    List<UUID> directories = new ArrayList<>(replicas.size());
    for (int at = 0; at < replicas.size(); at++) {
      directories.add(numbers.get(at) == SnapshotLine.UNASSIGNED_DIRECTORY
          ? PartitionState.UNASSIGNED_DIRECTORY
          : image.directory(replicas.get(at), numbers.get(at)));
    }
    return directories;
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new IllegalArgumentException(violation);
    }
  }
}
