package io.ottla.controller.storage;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.port.QuorumStateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Term and vote in the file {@value #NAME}, replaced as a whole: temporary file, force, rename, force of the directory (Q41). */
public final class FileQuorumStateStore implements QuorumStateStore {
  static final String NAME = "quorum-state";

  private final Directory directory;
  private boolean failed;

  FileQuorumStateStore(Directory directory) {
    this.directory = directory;
  }

  @Override
  public Optional<HardState> load() {
    if (!directory.exists(NAME)) {
      return Optional.empty();
    }
    SequencedMap<String, String> values = CheckedText.decode(directory.read(NAME));
    HardState state = values == null ? null : parse(values);
    if (state == null) {
      throw new StorageCorruptionException(directory.pathOf(NAME),
          "is damaged; a voter that forgets its vote can vote twice");
    }
    return Optional.of(state);
  }

  @Override
  public void store(HardState state) {
    if (failed) {
      throw new UncheckedIOException(new IOException("term and vote could not be stored earlier; nothing may follow"));
    }
    SequencedMap<String, String> values = new LinkedHashMap<>();
    values.put("version", "1");
    values.put("term", Long.toString(state.term()));
    ReplicaKey votedFor = state.votedFor();
    if (votedFor != null) {
      values.put("voted.for.node", Integer.toString(votedFor.nodeId()));
      values.put("voted.for.directory", votedFor.directoryId().toString());
    }
    failed = true;
    directory.replace(NAME, CheckedText.encode(values));
    failed = false;
  }

  private static @Nullable HardState parse(SequencedMap<String, String> values) {
    String term = values.get("term");
    String node = values.get("voted.for.node");
    String disk = values.get("voted.for.directory");
    if (!"1".equals(values.get("version")) || term == null || (node == null) != (disk == null)) {
      return null;
    }
    try {
      ReplicaKey votedFor = node == null || disk == null
          ? null
          : new ReplicaKey(Integer.parseInt(node), UUID.fromString(disk));
      return new HardState(Long.parseLong(term), votedFor);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
