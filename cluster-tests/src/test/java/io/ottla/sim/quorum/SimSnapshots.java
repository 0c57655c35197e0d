package io.ottla.sim.quorum;

import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.SnapshotStore;
import io.ottla.sim.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in a simulated directory. A new one is a temporary file that is forced, renamed, and whose directory is forced; each of these is a
 * step of its own, so that a crash may fall between. What a crash leaves of an unforced file or name is left to chance.
 */
final class SimSnapshots implements SnapshotStore {
  private static final int KEPT = 2;

  private final TreeMap<SnapshotId, Named> files = new TreeMap<>();
  private final List<Named> removed = new ArrayList<>();
  private final Map<SnapshotId, SnapshotFile> published = new HashMap<>();
  private ByteArrayOutputStream incoming = new ByteArrayOutputStream();
  private @Nullable Snapshot newest;

  /** A temporary file; it becomes a snapshot step by step. */
  static final class Draft {
    private final SnapshotFile content;
    private final byte[] bytes;
    private boolean forced;

    private Draft(SnapshotFile content, byte[] bytes) {
      this.content = content;
      this.bytes = bytes;
    }

    Snapshot snapshot() {
      return content.snapshot();
    }
  }

  private static final class Named {
    private final SnapshotId id;
    private byte[] bytes;
    private boolean contentForced;
    private boolean nameForced;

    Named(SnapshotId id, byte[] bytes, boolean contentForced) {
      this.id = id;
      this.bytes = bytes;
      this.contentForced = contentForced;
    }
  }

  /** Bytes of an unfinished transfer. */
  long receivedBytes() {
    return incoming.size();
  }

  /** Writes a temporary file, unforced. */
  Draft draft(SnapshotId id, VoterSet voters, byte[] state) {
    byte[] bytes = SnapshotFile.encode(id, voters, state);
    return new Draft(SnapshotFile.decode(bytes).orElseThrow(), bytes);
  }

  /** What was received, if it is the whole snapshot that it claims to be. */
  Optional<Draft> receivedDraft(SnapshotId id, long totalBytes) {
    byte[] bytes = incoming.toByteArray();
    incoming = new ByteArrayOutputStream();
    return SnapshotFile.decode(bytes).filter(file -> file.snapshot().id().equals(id) && bytes.length == totalBytes)
        .map(file -> new Draft(file, bytes));
  }

  void force(Draft draft) {
    draft.forced = true;
    Named named = files.get(draft.snapshot().id());
    if (named != null && Arrays.equals(named.bytes, draft.bytes)) {
      named.contentForced = true;
    }
  }

  void rename(Draft draft) {
    SnapshotId id = draft.snapshot().id();
    if (!files.containsKey(id)) {
      files.put(id, new Named(id, draft.bytes, draft.forced));
    }
  }

  void forceDirectory() {
    files.values().forEach(file -> file.nameForced = true);
    removed.clear();
  }

  /** Lets readers see it. */
  Snapshot publish(Draft draft) {
    Snapshot snapshot = draft.snapshot();
    published.put(snapshot.id(), draft.content);
    if (newest == null || newest.id().compareTo(snapshot.id()) < 0) {
      newest = snapshot;
    }
    return snapshot;
  }

  /** The newest snapshot that any crash at this moment keeps. */
  Optional<SnapshotId> durable() {
    for (Named file : files.descendingMap().values()) {
      if (file.contentForced && file.nameForced) {
        return Optional.of(file.id);
      }
    }
    return Optional.empty();
  }

  /** The process ends, and perhaps the power goes. */
  void crash(SeededRandom random, boolean powerLost) {
    incoming = new ByteArrayOutputStream();
    if (!powerLost) {
      return;
    }
    for (Named file : removed) {
      if (random.chance(0.5)) {
        files.putIfAbsent(file.id, file);
      }
    }
    removed.clear();
    files.values().removeIf(file -> !file.nameForced && random.chance(0.5));
    for (Named file : files.values()) {
      if (!file.contentForced && random.chance(0.7)) {
        file.bytes = Arrays.copyOf(file.bytes, random.nextInt(file.bytes.length));
      }
    }
  }

  /** What is found when the process starts: temporary files and damaged ones are removed. */
  void open() {
    files.values().removeIf(file -> SnapshotFile.decode(file.bytes).isEmpty());
    files.values().forEach(file -> file.contentForced = true);
    forceDirectory();
    newest = files.isEmpty() ? null : file(files.lastKey()).snapshot();
  }

  /** The content of a snapshot that readers have seen, perhaps removed since; for the simulator's own use. */
  SnapshotFile known(SnapshotId id) {
    SnapshotFile known = published.get(id);
    return known == null ? file(id) : known;
  }

  /** The content of a snapshot. */
  SnapshotFile file(SnapshotId id) {
    return SnapshotFile.decode(named(id).bytes).orElseThrow();
  }

  private Named named(SnapshotId id) {
    Named file = files.get(id);
    if (file == null) {
      throw new IllegalStateException("snapshot " + id + " is not there, but " + files.keySet());
    }
    return file;
  }

  @Override
  public Optional<Snapshot> newest() {
    return Optional.ofNullable(newest);
  }

  @Override
  public byte[] read(SnapshotId id, long position, int maxBytes) {
    byte[] bytes = named(id).bytes;
    return Arrays.copyOfRange(bytes, (int) position, (int) Math.min(bytes.length, position + maxBytes));
  }

  @Override
  public InputStream openState(SnapshotId id) {
    return new ByteArrayInputStream(file(id).state());
  }

  @Override
  public Snapshot write(SnapshotId id, VoterSet voters, StateWriter state) {
    var out = new ByteArrayOutputStream();
    try {
      state.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return makeDurable(draft(id, voters, out.toByteArray()));
  }

  private Snapshot makeDurable(Draft draft) {
    force(draft);
    rename(draft);
    forceDirectory();
    return publish(draft);
  }

  @Override
  public void receive(SnapshotId id, long position, byte[] bytes) {
    if (position == 0) {
      incoming = new ByteArrayOutputStream();
    }
    if (position != incoming.size()) {
      throw new IllegalArgumentException("piece of " + id + " at " + position + " after " + incoming.size());
    }
    incoming.writeBytes(bytes);
  }

  @Override
  public Optional<Snapshot> complete(SnapshotId id, long totalBytes) {
    return receivedDraft(id, totalBytes).map(this::makeDurable);
  }

  @Override
  public void prune(SnapshotId upTo, Set<SnapshotId> inUse) {
    List<SnapshotId> old = new ArrayList<>(files.headMap(upTo, true).keySet());
    for (SnapshotId id : old.subList(0, Math.max(0, old.size() - KEPT))) {
      if (!inUse.contains(id)) {
        Named gone = files.remove(id);
        if (gone != null) {
          removed.add(gone);
        }
      }
    }
  }
}
