package io.ottla.sim.quorum;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.sim.SeededRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One formatted directory: identity, promises, log and snapshots. A wiped disk gets another one; this one never comes back. */
final class SimDirectory {
  private final RaftIdentity identity;
  private final Recovery recovery;
  private final SimLogFile logFile = new SimLogFile();
  private final SimVoteFile voteFile = new SimVoteFile();
  private final SimSnapshots snapshots = new SimSnapshots();
  private LogTrace trace;

  SimDirectory(RaftIdentity identity, Recovery recovery) {
    this.identity = identity;
    this.recovery = recovery;
    this.trace = new LogTrace(SimLogFile.Start.EMPTY, identity.voters());
  }

  RaftIdentity identity() {
    return identity;
  }

  ReplicaKey key() {
    return identity.self();
  }

  SimLogFile logFile() {
    return logFile;
  }

  SimVoteFile voteFile() {
    return voteFile;
  }

  SimSnapshots snapshots() {
    return snapshots;
  }

  /** The log as the core sees it, durable or not; while the process is down, what it will find. */
  LogTrace trace() {
    return trace;
  }

  void crash(SeededRandom random, boolean powerLost) {
    voteFile.crash(random);
    logFile.crash(random, powerLost);
    snapshots.crash(random, powerLost);
    open();
  }

  /** Repairs what a crash has left, as every start does (Q34, Q44). */
  SimRaftLog open() {
    snapshots.open();
    var log = new SimRaftLog(logFile, recovery, this::digestOf);
    Snapshot newest = snapshots.newest().orElse(null);
    if (newest != null && recovery.discardsOutrunLog() && !leadsUpTo(log, newest.id())) {
      log.reset(newest.id().lastIndex(), newest.id().lastTerm());
    }
    trace = traceOfDisk(newest);
    return log;
  }

  private long digestOf(SnapshotId id) {
    return SimState.of(snapshots.known(id).state()).digest();
  }

  private static boolean leadsUpTo(SimRaftLog log, SnapshotId id) {
    return id.lastIndex() >= log.firstIndex() - 1 && id.lastIndex() <= log.lastIndex()
        && log.termAt(id.lastIndex()) == id.lastTerm();
  }

  private LogTrace traceOfDisk(@Nullable Snapshot newest) {
    var found = new LogTrace(logFile.start(), newest == null ? identity.voters() : newest.voters());
    for (long index = logFile.start().index() + 1; index <= logFile.lastIndex(); index++) {
      LogEntry entry = logFile.frame(index).entry();
      found.append(entry, newest == null || index > newest.id().lastIndex());
    }
    return found;
  }

  /** Last index of which any crash at this moment keeps the entries or a snapshot that includes them. */
  long durableIndex() {
    return Math.max(logFile.safeIndex(), snapshots.durable().map(SnapshotId::lastIndex).orElse(0L));
  }

  /** Whether any crash at this moment keeps what this digest stands for. */
  boolean durablyHolds(long index, long digest) {
    if (snapshots.durable().map(SnapshotId::lastIndex).orElse(0L) >= index) {
      return true;
    }
    if (index <= logFile.start().index()) {
      return false; // dropped, and there is no snapshot
    }
    return logFile.safeIndex() >= index && logFile.frame(index).digest() == digest;
  }

  /** The end of the log that any crash at this moment keeps, as elections compare it. */
  Position durablePosition() {
    Optional<SnapshotId> snapshot = snapshots.durable();
    long safe = logFile.safeIndex();
    long start = logFile.start().index();
    Position end = safe <= start ? new Position(logFile.start().term(), start)
        : new Position(logFile.frame(safe).entry().term(), safe);
    if (snapshot.isEmpty()) {
      return end;
    }
    SnapshotId id = snapshot.get();
    boolean leadsUp = id.lastIndex() <= safe && (id.lastIndex() <= start
        ? id.lastIndex() == start
        : logFile.frame(id.lastIndex()).entry().term() == id.lastTerm());
    return leadsUp ? end : new Position(id.lastTerm(), id.lastIndex());
  }
}
