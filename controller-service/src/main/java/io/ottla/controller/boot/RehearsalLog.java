package io.ottla.controller.boot;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A log in memory, for a rehearsal: it starts empty, never loses anything, and has no snapshots. */
final class RehearsalLog implements RaftLog {
  private final List<LogEntry> entries = new ArrayList<>();

  @Override
  public long firstIndex() {
    return 1;
  }

  @Override
  public long lastIndex() {
    return entries.size();
  }

  @Override
  public long termAt(long index) {
    return index == 0 ? 0 : entries.get((int) index - 1).term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    int from = (int) fromIndex - 1;
    return List.copyOf(entries.subList(from, Math.min(entries.size(), from + maxEntries)));
  }

  @Override
  public void append(List<LogEntry> more) {
    entries.addAll(more);
  }

  @Override
  public void truncateFrom(long fromIndex) {
    entries.subList((int) fromIndex - 1, entries.size()).clear();
  }

  @Override
  public void force() {
    // memory
  }

  @Override
  public long durableIndex() {
    return lastIndex();
  }

  /** There are none. */
  static final class NoSnapshots implements SnapshotStore {
    private static UnsupportedOperationException none() {
      return new UnsupportedOperationException("a rehearsal has no snapshots");
    }

    @Override
    public Optional<Snapshot> newest() {
      return Optional.empty();
    }

    @Override
    public byte[] read(SnapshotId id, long position, int maxBytes) {
      throw none();
    }

    @Override
    public InputStream openState(SnapshotId id) {
      throw none();
    }

    @Override
    public Snapshot write(SnapshotId id, VoterSet voters, StateWriter state) {
      throw none();
    }

    @Override
    public void receive(SnapshotId id, long position, byte[] bytes) {
      throw none();
    }

    @Override
    public Optional<Snapshot> complete(SnapshotId id, long totalBytes) {
      throw none();
    }

    @Override
    public void prune(SnapshotId upTo, Set<SnapshotId> inUse) {
      throw none();
    }
  }
}
