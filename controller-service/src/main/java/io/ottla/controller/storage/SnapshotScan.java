package io.ottla.controller.storage;

import io.ottla.controller.raft.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What snapshots a directory has at start: the newest whole one, and those after it that are damaged. Older ones are left alone; they are
 * read only when a newer one turns out to be damaged. What was never finished is removed.
 */
final class SnapshotScan {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotScan.class);

  private final Directory directory;
  private final String clusterId;
  private final List<Damaged> damaged = new ArrayList<>();
  private @Nullable Whole newest;

  private SnapshotScan(Directory directory, String clusterId) {
    this.directory = directory;
    this.clusterId = clusterId;
  }

  /** A whole snapshot, its file open. */
  record Whole(SnapshotFile content, DiskFile file) {
    SnapshotId id() {
      return content.snapshot().id();
    }
  }

  /**
   * A file that has the name of a snapshot and is none.
   *
   * @param id what it is the remains of, by its name
   * @param found what is wrong with it; continues a sentence that begins with its name
   */
  record Damaged(SnapshotId id, String found) {}

  /**
   * Looks.
   *
   * @throws StorageCorruptionException when a snapshot belongs to another cluster
   */
  static SnapshotScan of(Directory directory, String clusterId) {
    SnapshotScan scan = new SnapshotScan(directory, clusterId);
    scan.removeUnfinished();
    for (SnapshotId id : ids(directory).descendingSet()) {
      if (scan.newest == null) {
        scan.look(id);
      }
    }
    return scan;
  }

  /** The snapshots that the directory has by name, whole or not. */
  static NavigableSet<SnapshotId> ids(Directory directory) {
    NavigableSet<SnapshotId> ids = new TreeSet<>();
    directory.names().forEach(name -> SnapshotName.parse(name).ifPresent(ids::add));
    return ids;
  }

  private void removeUnfinished() {
    for (String name : directory.names()) {
      if (SnapshotName.isUnfinished(name)) {
        LOG.info("event=unfinished_snapshot_removed file={}", name);
        directory.delete(name);
      }
    }
  }

  private void look(SnapshotId id) {
    String path = directory.pathOf(SnapshotName.of(id));
    DiskFile file = directory.open(SnapshotName.of(id));
    try {
      SnapshotFile content = SnapshotFile.validate(path, file);
      if (!content.snapshot().id().equals(id)) {
        throw new SnapshotDamage("holds the snapshot " + content.snapshot().id());
      }
      if (!content.clusterId().equals(clusterId)) {
        throw new StorageCorruptionException(path, "is a snapshot of cluster " + content.clusterId()
            + ", and this directory belongs to cluster " + clusterId);
      }
      newest = new Whole(content, file);
    } catch (SnapshotDamage e) {
      damaged.add(new Damaged(id, e.found()));
    } finally {
      if (newest == null) {
        file.close();
      }
    }
  }

  Optional<Whole> newest() {
    return Optional.ofNullable(newest);
  }

  /** Newest first; all newer than {@link #newest}. */
  List<Damaged> damaged() {
    return damaged;
  }

  /** Puts the damaged files out of the way, durably, once it is clear that nothing is lost without them; they are kept for people. */
  void setDamagedAside() {
    for (Damaged one : damaged) {
      String name = SnapshotName.of(one.id());
      LOG.warn("event=damaged_snapshot_set_aside file={} found=\"{}\" kept_as={}", name, one.found(),
          name + SnapshotName.DAMAGED);
      directory.rename(name, name + SnapshotName.DAMAGED);
    }
    if (!damaged.isEmpty()) {
      directory.force();
    }
  }
}
