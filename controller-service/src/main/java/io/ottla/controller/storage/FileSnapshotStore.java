package io.ottla.controller.storage;

import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as files beside the log (Q32-Q34). A file gets its name only when it is whole and forced, so that whatever has the name is whole
 * or damaged, never unfinished. Files are never held in memory as a whole; those in use are kept open.
 */
public final class FileSnapshotStore implements SnapshotStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileSnapshotStore.class);
  /** The newest, and the one before, should the newest rot while the log still reaches back to it. */
  private static final int KEPT = 2;

  private final Directory directory;
  private final String clusterId;
  private final NavigableMap<SnapshotId, Stored> stored = new TreeMap<>(); // guarded by this
  private @Nullable IncomingSnapshot incoming; // storage thread
  private volatile boolean failed;

  /** A whole snapshot whose file is open. */
  private record Stored(SnapshotFile content, SharedFile file) {}

  /** A store that knows the newest whole snapshot; what else the directory holds is only there to be pruned. */
  FileSnapshotStore(Directory directory, String clusterId, Optional<SnapshotScan.Whole> newest) {
    this.directory = directory;
    this.clusterId = clusterId;
    newest.ifPresent(whole -> stored.put(whole.id(), new Stored(whole.content(), new SharedFile(whole.file()))));
  }

  @Override
  public synchronized Optional<Snapshot> newest() {
    return stored.isEmpty() ? Optional.empty() : Optional.of(stored.lastEntry().getValue().content().snapshot());
  }

  @Override
  public byte[] read(SnapshotId id, long position, int maxBytes) {
    Stored found = acquire(id);
    try {
      long size = found.content().snapshot().sizeInBytes();
      if (position < 0 || position > size) {
        throw new IndexOutOfBoundsException("position " + position + " of snapshot " + id + " of " + size + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(maxBytes, size - position));
      if (found.file().read(bytes, position) < bytes.limit()) {
        throw new StorageCorruptionException(path(id), "became shorter after it had been found whole");
      }
      return bytes.array();
    } finally {
      found.file().release();
    }
  }

  @Override
  public InputStream openState(SnapshotId id) {
    Stored found = acquire(id);
    return new StateInput(path(id), found.file(), found.content().stateStart(), found.content().stateEnd());
  }

  private synchronized Stored acquire(SnapshotId id) {
    Stored found = stored.get(id);
    if (found == null || !found.file().acquire()) {
      throw new IllegalArgumentException("there is no snapshot " + id);
    }
    return found;
  }

  private synchronized @Nullable Stored find(SnapshotId id) {
    return stored.get(id);
  }

  @Override
  public Snapshot write(SnapshotId id, VoterSet voters, StateWriter state) {
    checkUsable();
    Stored existing = find(id);
    if (existing != null) {
      return existing.content().snapshot();
    }
    String temporary = SnapshotName.of(id) + SnapshotName.WRITING;
    DiskFile file = fromDisk(() -> openAnew(temporary));
    SnapshotOutput out = new SnapshotOutput(file);
    try {
      byte[] header = SnapshotFormat.header(clusterId, id, voters);
      out.write(header, 0, header.length);
      state.writeTo(out);
      long stateEnd = out.finish();
      Snapshot snapshot = new Snapshot(id, voters, out.position());
      return publish(temporary, new SnapshotFile(snapshot, clusterId, header.length, stateEnd), file);
    } catch (IOException e) {
      throw abandoned(temporary, out, file, new UncheckedIOException(e));
    } catch (RuntimeException e) {
      throw abandoned(temporary, out, file, e);
    }
  }

  /** A failure of whoever writes the state is not one of the disk: it leaves nothing, and the store goes on. */
  private RuntimeException abandoned(String temporary, SnapshotOutput out, DiskFile file, RuntimeException cause) {
    if (out.failed()) {
      failed = true;
    }
    try {
      discard(temporary, file);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
    return cause;
  }

  @Override
  public void receive(SnapshotId id, long position, byte[] bytes) {
    checkUsable();
    if (position == 0) {
      discardIncoming();
      incoming = new IncomingSnapshot(id, fromDisk(() -> openAnew(SnapshotName.of(id) + SnapshotName.RECEIVING)));
    }
    IncomingSnapshot current = incoming;
    if (current == null || !current.id().equals(id) || current.position() != position) {
      throw new IllegalArgumentException("a piece of snapshot " + id + " at " + position + " does not follow "
          + (current == null ? "anything" : current.id() + " at " + current.position()));
    }
    onDisk(() -> current.append(bytes));
  }

  @Override
  public Optional<Snapshot> complete(SnapshotId id, long totalBytes) {
    checkUsable();
    IncomingSnapshot current = incoming;
    incoming = null;
    if (current == null) {
      return Optional.empty();
    }
    SnapshotFile content = current.id().equals(id) && current.position() == totalBytes ? verify(current) : null;
    Stored existing = find(id);
    if (content == null || existing != null) {
      onDisk(() -> discard(current.temporaryName(), current.file()));
      return content == null || existing == null ? Optional.empty() : Optional.of(existing.content().snapshot());
    }
    onDisk(current.file()::force);
    return Optional.of(publish(current.temporaryName(), content, current.file()));
  }

  private @Nullable SnapshotFile verify(IncomingSnapshot received) {
    try {
      SnapshotFile content = SnapshotFile.validate(directory.pathOf(received.temporaryName()), received.file());
      if (!content.snapshot().id().equals(received.id()) || !content.clusterId().equals(clusterId)) {
        throw new SnapshotDamage(
            "holds snapshot " + content.snapshot().id() + " of cluster " + content.clusterId());
      }
      return content;
    } catch (SnapshotDamage e) {
      LOG.warn("event=received_snapshot_refused snapshot={} bytes={} found=\"{}\"", received.id(), received.position(),
          e.found());
      return null;
    }
  }

  /** Makes a forced file a snapshot: renamed, and the directory forced. The same snapshot has the same bytes whoever made it. */
  private Snapshot publish(String temporary, SnapshotFile content, DiskFile file) {
    SnapshotId id = content.snapshot().id();
    onDisk(() -> {
      directory.rename(temporary, SnapshotName.of(id));
      directory.force();
    });
    SharedFile shared = new SharedFile(file);
    synchronized (this) {
      if (stored.putIfAbsent(id, new Stored(content, shared)) == null) {
        return content.snapshot();
      }
    }
    shared.release();
    return content.snapshot();
  }

  @Override
  public void prune(SnapshotId upTo, Set<SnapshotId> inUse) {
    checkUsable();
    List<SnapshotId> present = List.copyOf(SnapshotScan.ids(directory).headSet(upTo, true));
    for (SnapshotId id : present.subList(0, Math.max(0, present.size() - KEPT))) {
      if (!inUse.contains(id)) {
        forget(id);
        onDisk(() -> directory.delete(SnapshotName.of(id)));
      }
    }
  }

  private void forget(SnapshotId id) {
    Stored old;
    synchronized (this) {
      old = stored.remove(id);
    }
    if (old != null) {
      old.file().release();
    }
  }

  private void discardIncoming() {
    IncomingSnapshot old = incoming;
    incoming = null;
    if (old != null) {
      onDisk(() -> discard(old.temporaryName(), old.file()));
    }
  }

  private void discard(String temporary, DiskFile file) {
    file.close();
    directory.delete(temporary);
  }

  private DiskFile openAnew(String name) {
    if (directory.exists(name)) {
      directory.delete(name);
    }
    return directory.open(name);
  }

  private String path(SnapshotId id) {
    return directory.pathOf(SnapshotName.of(id));
  }

  private void checkUsable() {
    if (failed) {
      throw new UncheckedIOException(new IOException("a write of a snapshot failed earlier; nothing may follow"));
    }
  }

  private void onDisk(Runnable action) {
    fromDisk(() -> {
      action.run();
      return true;
    });
  }

  /** A failure of the disk is the last thing that happens here (Q42). */
  private <T> T fromDisk(Supplier<T> action) {
    try {
      return action.get();
    } catch (UncheckedIOException e) {
      failed = true;
      throw e;
    }
  }

  /** Lets go of all files; whoever still reads one may finish. */
  @Override
  public void close() {
    IncomingSnapshot unfinished = incoming;
    incoming = null;
    if (unfinished != null) {
      unfinished.file().close();
    }
    synchronized (this) {
      stored.values().forEach(one -> one.file().release());
      stored.clear();
    }
  }
}
