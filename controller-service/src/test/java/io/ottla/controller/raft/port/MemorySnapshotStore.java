package io.ottla.controller.raft.port;

import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Snapshots in memory: a line with the voters, the state, a line that ends it. */
public final class MemorySnapshotStore implements SnapshotStore {
  private final TreeMap<SnapshotId, byte[]> files = new TreeMap<>();
  private ByteArrayOutputStream incoming = new ByteArrayOutputStream();

  @Override
  public Optional<Snapshot> newest() {
    return files.isEmpty() ? Optional.empty() : Optional.of(snapshot(files.lastKey()));
  }

  private Snapshot snapshot(SnapshotId id) {
    byte[] file = files.get(id);
    String first = new String(file, StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    return new Snapshot(id, VoterSet.decode(first.getBytes(StandardCharsets.UTF_8)), file.length);
  }

  @Override
  public byte[] read(SnapshotId id, long position, int maxBytes) {
    byte[] file = files.get(id);
    return Arrays.copyOfRange(file, (int) position, (int) Math.min(file.length, position + maxBytes));
  }

  @Override
  public InputStream openState(SnapshotId id) {
    byte[] file = files.get(id);
    int start = 0;
    while (file[start] != '\n') {
      start++;
    }
    return new ByteArrayInputStream(file, start + 1, file.length - start - 1 - "end\n".length());
  }

  @Override
  public Snapshot write(SnapshotId id, VoterSet voters, StateWriter state) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(voters.encode());
    out.write('\n');
    try {
      state.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.writeBytes("end\n".getBytes(StandardCharsets.UTF_8));
    files.putIfAbsent(id, out.toByteArray());
    return snapshot(id);
  }

  @Override
  public void receive(SnapshotId id, long position, byte[] bytes) {
    if (position == 0) {
      incoming = new ByteArrayOutputStream();
    }
    if (position != incoming.size()) {
      throw new IllegalArgumentException("piece at " + position + " after " + incoming.size());
    }
    incoming.writeBytes(bytes);
  }

  @Override
  public Optional<Snapshot> complete(SnapshotId id, long totalBytes) {
    byte[] file = incoming.toByteArray();
    incoming = new ByteArrayOutputStream();
    if (file.length != totalBytes || !new String(file, StandardCharsets.UTF_8).endsWith("end\n")) {
      return Optional.empty();
    }
    files.putIfAbsent(id, file);
    return Optional.of(snapshot(id));
  }

  @Override
  public void prune(Set<SnapshotId> inUse) {
    while (files.size() > 2 && !inUse.contains(files.firstKey())) {
      files.pollFirstEntry();
    }
  }
}
