package io.ottla.controller.raft.port;

import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Snapshots in memory for tests of the core: a line with id and voters, the state, a line with a checksum. */
public final class MemorySnapshotStore implements SnapshotStore {
  private static final int FOOTER_BYTES = 9;

  private final NavigableMap<SnapshotId, byte[]> whole = new TreeMap<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private @Nullable SnapshotId receiving;

  /** Loses what was not complete. */
  public void crash() {
    receiving = null;
    received.reset();
  }

  @Override
  public Optional<Snapshot> newest() {
    return whole.isEmpty() ? Optional.empty() : parse(whole.lastEntry().getValue());
  }

  private byte[] bytes(SnapshotId id) {
    byte[] bytes = whole.get(id);
    if (bytes == null) {
      throw new IllegalArgumentException("there is no snapshot " + id);
    }
    return bytes;
  }

  @Override
  public byte[] read(SnapshotId id, long position, int maxBytes) {
    byte[] bytes = bytes(id);
    int from = Objects.checkIndex((int) position, bytes.length + 1);
    return Arrays.copyOfRange(bytes, from, from + Math.min(maxBytes, bytes.length - from));
  }

  @Override
  public InputStream openState(SnapshotId id) {
    byte[] bytes = bytes(id);
    int start = headerEnd(bytes);
    return new ByteArrayInputStream(bytes, start, bytes.length - FOOTER_BYTES - start);
  }

  @Override
  public Snapshot write(SnapshotId id, VoterSet voters, StateWriter state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header(id, voters).getBytes(StandardCharsets.UTF_8));
    try {
      state.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] body = out.toByteArray();
    if (body[body.length - 1] != '\n') {
      throw new IllegalArgumentException("the last line of a snapshot's state is not ended by a line feed");
    }
    out.writeBytes(footer(body, body.length).getBytes(StandardCharsets.UTF_8));
    whole.putIfAbsent(id, out.toByteArray());
    return parse(bytes(id)).orElseThrow();
  }

  @Override
  public void receive(SnapshotId id, long position, byte[] bytes) {
    if (position == 0) {
      receiving = id;
      received.reset();
    }
    if (!id.equals(receiving) || position != received.size()) {
      throw new IllegalArgumentException("a piece of snapshot " + id + " at " + position + " does not follow "
          + receiving + " at " + received.size());
    }
    received.writeBytes(bytes);
  }

  @Override
  public Optional<Snapshot> complete(SnapshotId id, long totalBytes) {
    byte[] bytes = received.toByteArray();
    boolean claimed = id.equals(receiving) && bytes.length == totalBytes;
    crash();
    Optional<Snapshot> snapshot = claimed ? parse(bytes).filter(found -> found.id().equals(id)) : Optional.empty();
    snapshot.ifPresent(_ -> whole.putIfAbsent(id, bytes));
    return snapshot;
  }

  @Override
  public void prune(SnapshotId upTo, Set<SnapshotId> inUse) {
    List<SnapshotId> ids = List.copyOf(whole.headMap(upTo, true).keySet());
    for (SnapshotId id : ids.subList(0, Math.max(0, ids.size() - 2))) {
      if (!inUse.contains(id)) {
        whole.remove(id);
      }
    }
  }

  private static String header(SnapshotId id, VoterSet voters) {
    StringBuilder line = new StringBuilder(id.lastIndex() + " " + id.lastTerm());
    for (Voter voter : voters.voters()) {
      line.append(' ').append(voter.key().nodeId()).append(' ').append(voter.key().directoryId()).append(' ')
          .append(voter.host()).append(' ').append(voter.port());
    }
    return line.append('\n').toString();
  }

  private static Optional<Snapshot> parse(byte[] bytes) {
    int body = bytes.length - FOOTER_BYTES;
    if (body < 0 || !footer(bytes, body).equals(new String(bytes, body, FOOTER_BYTES, StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    String[] words = new String(bytes, 0, headerEnd(bytes) - 1, StandardCharsets.UTF_8).split(" ", -1);
    List<Voter> voters = new ArrayList<>();
    for (int at = 2; at < words.length; at += 4) {
      voters.add(new Voter(new ReplicaKey(Integer.parseInt(words[at]), UUID.fromString(words[at + 1])), words[at + 2],
          Integer.parseInt(words[at + 3])));
    }
    return Optional.of(new Snapshot(new SnapshotId(Long.parseLong(words[0]), Long.parseLong(words[1])),
        new VoterSet(voters), bytes.length));
  }

  private static int headerEnd(byte[] bytes) {
    int end = 0;
    while (bytes[end] != '\n') {
      end++;
    }
    return end + 1;
  }

  private static String footer(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return String.format("%08x\n", crc.getValue());
  }
}
