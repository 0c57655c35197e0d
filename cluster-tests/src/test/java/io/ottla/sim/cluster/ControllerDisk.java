package io.ottla.sim.cluster;

import io.ottla.broker.log.MemoryDisk.PowerCut;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.port.MemoryQuorumStateStore;
import io.ottla.controller.raft.port.MemoryRaftLog;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import io.ottla.controller.raft.port.QuorumStateStore;
import io.ottla.controller.raft.port.RaftLog;
import java.util.List;
import java.util.Optional;

/**
 * What a controller has on disk. Without power exactly what was forced stays; the finer ways in which disks lose and tear what was not are the
 * quorum simulation's business. The process can be made to die before any step.
 */
final class ControllerDisk {
  private final MemoryRaftLog entries = new MemoryRaftLog();
  private final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  private final MemoryQuorumStateStore promises = new MemoryQuorumStateStore();
  private final RaftLog log = new MortalLog();
  private final QuorumStateStore votes = new MortalVotes();
  private int stepsToDeath = -1;

  /** Plans a death after so many more steps; -1 for none. */
  void planDeath(int steps) {
    stepsToDeath = steps;
  }

  void crash(boolean powerLost) {
    stepsToDeath = -1;
    snapshots.crash();
    if (powerLost) {
      entries.crash();
    }
  }

  /** What a start makes of it: everything that is left is durable. */
  void open() {
    entries.force();
  }

  RaftLog log() {
    return log;
  }

  MemorySnapshotStore snapshots() {
    return snapshots;
  }

  QuorumStateStore votes() {
    return votes;
  }

  /** The process may die here. */
  void step() {
    if (stepsToDeath == 0) {
      throw new PowerCut();
    }
    if (stepsToDeath > 0) {
      stepsToDeath--;
    }
  }

  private final class MortalVotes implements QuorumStateStore {
    @Override
    public Optional<HardState> load() {
      return promises.load();
    }

    @Override
    public void store(HardState state) {
      step();
      promises.store(state);
      step();
    }
  }

  private final class MortalLog implements RaftLog {
    @Override
    public long firstIndex() {
      return entries.firstIndex();
    }

    @Override
    public long lastIndex() {
      return entries.lastIndex();
    }

    @Override
    public long termAt(long index) {
      return entries.termAt(index);
    }

    @Override
    public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
      return entries.read(fromIndex, maxEntries, maxBytes);
    }

    @Override
    public void append(List<LogEntry> more) {
      step();
      entries.append(more);
    }

    @Override
    public void truncateFrom(long fromIndex) {
      step();
      entries.truncateFrom(fromIndex);
    }

    @Override
    public void dropPrefix(long lastIndex) {
      step();
      entries.dropPrefix(lastIndex);
    }

    @Override
    public void reset(long lastIndex, long lastTerm) {
      step();
      entries.reset(lastIndex, lastTerm);
    }

    @Override
    public void force() {
      step();
      entries.force();
      step();
    }

    @Override
    public long durableIndex() {
      return entries.durableIndex();
    }
  }
}
