package io.ottla.broker.log;

import io.ottla.broker.log.port.CheckpointDirectory;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** One offset per replica of a data directory, in one file (P1). A hint: a damaged file reads as an empty one. Stateless but for names. */
final class OffsetCheckpoint {
  private final CheckpointDirectory directory;
  private final String file;
  private final String kind;

  OffsetCheckpoint(CheckpointDirectory directory, String file, String kind) {
    this.directory = directory;
    this.file = file;
    this.kind = kind;
  }

  Map<TopicIdPartition, Long> load() throws IOException {
    Map<TopicIdPartition, Long> offsets = new TreeMap<>();
    List<String> lines = CheckpointText.decode(kind, directory.readCheckpoint(file));
    for (String line : lines == null ? List.<String>of() : lines) {
      String[] fields = line.split(" ", -1);
      offsets.put(new TopicIdPartition(UUID.fromString(fields[0]), Integer.parseInt(fields[1])),
          Long.valueOf(fields[2]));
    }
    return offsets;
  }

  void store(Map<TopicIdPartition, Long> offsets) throws IOException {
    List<String> lines = new ArrayList<>(offsets.size());
    for (Map.Entry<TopicIdPartition, Long> entry : offsets.entrySet()) {
      lines.add(entry.getKey().topicId() + " " + entry.getKey().partition() + " " + entry.getValue());
    }
    directory.writeCheckpoint(file, CheckpointText.encode(kind, lines));
  }
}
