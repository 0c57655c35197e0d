package io.ottla.controller.storage;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.SnapshotId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the snapshots and the log of a formatted directory together, and term and vote beside them, so that they fit: the newest snapshot
 * ends at an entry that the log holds or that comes right before it. What an interrupted installation leaves is finished (Q34); what nothing
 * but damage leaves is refused, and stays as it was found (Q45).
 */
final class JointRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(JointRecovery.class);

  private final Directory directory;
  private final SnapshotScan scan;
  private final FileRaftLog log;

  private JointRecovery(Directory directory, SnapshotScan scan, FileRaftLog log) {
    this.directory = directory;
    this.scan = scan;
    this.log = log;
  }

  /** Log and snapshots that fit. */
  record Recovered(FileRaftLog log, FileSnapshotStore snapshots) implements AutoCloseable {
    @Override
    public void close() {
      log.close();
      snapshots.close();
    }
  }

  /**
   * Opens both.
   *
   * @param hardState term and vote as stored
   * @throws StorageCorruptionException when something that was acknowledged may be missing
   */
  static Recovered open(Directory directory, int segmentBytes, String clusterId, HardState hardState) {
    directory.names().stream().filter(name -> name.endsWith(Directory.TEMPORARY)).forEach(directory::delete);
    SnapshotScan scan = SnapshotScan.of(directory, clusterId);
    FileRaftLog log = null;
    try {
      SnapshotId newest = scan.newest().map(SnapshotScan.Whole::id).orElse(null);
      log = FileRaftLog.open(directory, segmentBytes, id -> id.equals(newest));
      new JointRecovery(directory, scan, log).fit(newest, hardState);
      return new Recovered(log, new FileSnapshotStore(directory, clusterId, scan.newest()));
    } catch (RuntimeException e) {
      scan.newest().ifPresent(whole -> whole.file().close());
      if (log != null) {
        log.close();
      }
      throw e;
    }
  }

  private void fit(@Nullable SnapshotId newest, HardState hardState) {
    checkNothingLostWithDamaged();
    checkLogBeginsInTime(newest);
    checkTerm(newest, hardState);
    if (newest == null || holds(newest)) {
      scan.setDamagedAside();
    } else if (!scan.damaged().isEmpty()) {
      throw damaged(scan.damaged().getFirst(), "and the log contradicts the snapshot before it, " + newest);
    } else {
      // The log ends before the snapshot, or went another way: only the installation of a snapshot that another node sent leaves that.
      LOG.info("event=interrupted_snapshot_installation_finished snapshot={} log_first_index={} log_last_index={}",
          newest, log.firstIndex(), log.lastIndex());
      log.reset(newest.lastIndex(), newest.lastTerm());
    }
  }

  /** A damaged snapshot is not missed while the log holds its last entry, and all from an older snapshot or the beginning on. */
  private void checkNothingLostWithDamaged() {
    for (SnapshotScan.Damaged one : scan.damaged()) {
      if (!holds(one.id())) {
        throw damaged(one, "and the log, " + log.firstIndex() + " to " + log.lastIndex()
            + ", does not hold its last entry");
      }
    }
  }

  private void checkLogBeginsInTime(@Nullable SnapshotId newest) {
    long first = log.firstIndex();
    long covered = newest == null ? 0 : newest.lastIndex();
    if (first - 1 > covered) {
      String missing = "entries " + (covered + 1) + " to " + (first - 1) + " are neither in the log nor in a snapshot";
      throw scan.damaged().isEmpty()
          ? new StorageCorruptionException(directory.pathOf(Segment.name(first)), "begins after a gap: " + missing)
          : damaged(scan.damaged().getFirst(), "and " + missing);
    }
    if (newest != null && first - 1 == covered && !holds(newest)) {
      throw new StorageCorruptionException(directory.pathOf(Segment.name(first)), "continues an entry of term "
          + log.termAt(covered) + ", and the snapshot before it ends with term " + newest.lastTerm());
    }
  }

  /** A term is durable before anything of it is written. */
  private void checkTerm(@Nullable SnapshotId newest, HardState hardState) {
    long term = Math.max(log.termAt(log.lastIndex()), newest == null ? 0 : newest.lastTerm());
    if (hardState.term() < term) {
      throw new StorageCorruptionException(directory.pathOf(FileQuorumStateStore.NAME), "is older than the log: it"
          + " holds term " + hardState.term() + ", although there are entries of term " + term);
    }
  }

  private boolean holds(SnapshotId id) {
    return id.lastIndex() >= log.firstIndex() - 1 && id.lastIndex() <= log.lastIndex()
        && log.termAt(id.lastIndex()) == id.lastTerm();
  }

  private StorageCorruptionException damaged(SnapshotScan.Damaged one, String consequence) {
    return new StorageCorruptionException(directory.pathOf(SnapshotName.of(one.id())),
        one.found() + ", " + consequence);
  }
}
