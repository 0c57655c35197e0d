package io.ottla.broker.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.lifecycle.StartedDirectory;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.RecoveryReport;
import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.runtime.OpenLogDir;
import io.ottla.broker.storage.FaultyLogDirectory;
import io.ottla.broker.storage.ForeignDirectoryException;
import io.ottla.broker.storage.MachineIdentity;
import io.ottla.broker.storage.NioLogDirectory;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.RandomSource;

/**
 * Opens the log directories at a start, recovers their logs, and says what each proves about them (M12, M13, P42, P43).
 *
 * <ul>
 * <li>A directory that another process uses, that belongs to another broker or cluster, or that is a copy of another one stops the start.
 * <li>One that cannot be read is left out, as long as another can: the broker registers without it, and the controllers take it from there.
 * <li>One that failed under an earlier process holds old logs: they stay closed until their replicas are begun anew.
 * <li>Of a replica found in two directories the copy in a directory that never failed counts; between two such the longer log does, and the
 * start proves nothing about its logs any more.
 * </ul>
 */
final class LogDirectories {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);
  /** The logs have a directory of their own, so that nothing else in the data directory is ever taken for a log. */
  private static final String LOGS = "partitions";

  private final String clusterId;
  private final int brokerId;
  private final RandomSource random;
  private final LogConfig config;
  private final NodeFaults faults;
  private final List<Started> started = new ArrayList<>();
  /** Directories in which a replica lay that lies in another one too. */
  private final Set<UUID> twins = new HashSet<>();
  private @Nullable Exception lastFailure;

  private record Opened(Path path, LogDirectory directory) {}

  private record Started(OpenLogDir dir, LogStore.StartReport report, boolean distrusted, String machine) {}

  /**
   * @param faults what a test may have the disks do wrong
   */
  LogDirectories(String clusterId, int brokerId, RandomSource random, LogConfig config, NodeFaults faults) {
    this.faults = faults;
    this.clusterId = clusterId;
    this.brokerId = brokerId;
    this.random = random;
    this.config = config;
  }

  /** The cluster that directories of a broker belong to, or null if none of them is formatted. */
  static @Nullable String clusterIdOf(List<Path> logDirs) throws IOException {
    for (Path dir : logDirs) {
      String known = NioLogDirectory.clusterIdOf(dir.resolve(LOGS));
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  /**
   * Opens them all; to be called once.
   *
   * @throws ForeignDirectoryException if one of them is not to be used here
   * @throws IOException if none of them can be read
   */
  void open(List<Path> logDirs) throws IOException {
    List<Opened> opened = new ArrayList<>();
    try {
      for (Path dir : logDirs) {
        open(dir, opened);
      }
      refuseCopies(opened);
    } catch (IOException e) {
      for (Opened one : opened) {
        one.directory().close();
      }
      throw e;
    }
    start(opened);
    if (started.isEmpty()) {
      throw new IOException("no log directory can be used", lastFailure);
    }
    settleTwins();
  }

  private void open(Path dir, List<Opened> opened) throws IOException {
    Path root = dir.resolve(LOGS);
    try {
      opened.add(new Opened(dir, FaultyLogDirectory
          .over(NioLogDirectory.open(root, clusterId, brokerId, random.nextUuid()), faults)));
    } catch (ForeignDirectoryException e) {
      throw e;
    } catch (IOException e) {
      leftOut(dir, e);
    }
  }

  private void leftOut(Path dir, Exception e) {
    lastFailure = e;
    LOG.error("event=alarm kind=LOG_DIRECTORY_OFFLINE directory={} reason=\"cannot be used at start\"", dir, e);
  }

  private static void refuseCopies(List<Opened> opened) throws ForeignDirectoryException {
    Map<UUID, Path> paths = new HashMap<>();
    for (Opened one : opened) {
      Path other = paths.putIfAbsent(one.directory().directoryId(), one.path());
      if (other != null) {
        throw new ForeignDirectoryException("log directories " + other + " and " + one.path() + " have the same id "
            + one.directory().directoryId() + ": one is a copy of the other; remove the copy from log.dirs");
      }
    }
  }

  private void start(List<Opened> opened) throws IOException {
    Map<Opened, DirectoryRecord> records = new HashMap<>();
    Set<UUID> failedBefore = new HashSet<>();
    for (Opened one : opened) {
      try {
        DirectoryRecord manifest = new DirectoryRecord(one.directory());
        records.put(one, manifest);
        failedBefore.addAll(manifest.failedDirectories());
      } catch (RuntimeException e) {
        giveUp(one, e);
      }
    }
    for (Opened one : opened) {
      DirectoryRecord manifest = records.get(one);
      if (manifest != null) {
        start(one, manifest, failedBefore.contains(one.directory().directoryId()));
      }
    }
  }

  private void start(Opened one, DirectoryRecord manifest, boolean distrusted) throws IOException {
    try {
      LogStore store = new LogStore(one.directory(), config);
      LogStore.StartReport report = store
          .start(distrusted ? "the directory failed under an earlier process" : null);
      OpenLogDir dir = new OpenLogDir(one.path().toString(), one.directory().directoryId(), store, manifest,
          report.recoveries().stream().map(RecoveryReport::id).toList());
      started.add(new Started(dir, report, distrusted, machine(one.path())));
    } catch (LogFailedException e) {
      giveUp(one, e);
    }
  }

  /** A disk that may forget on command vouches for no page cache. */
  private String machine(Path dir) {
    return faults.isEnabled() ? "" : MachineIdentity.of(dir.resolve(LOGS));
  }

  private void giveUp(Opened one, Exception e) throws IOException {
    leftOut(one.path(), e);
    one.directory().close();
  }

  /** Between two logs of one replica that are both sound, nobody can say which is the newer one. */
  private void settleTwins() {
    Map<TopicIdPartition, Started> kept = new HashMap<>();
    for (Started one : started) {
      for (PartitionLog log : one.dir().store().logs()) {
        Started other = kept.putIfAbsent(log.id(), one);
        if (other != null) {
          boolean longer = log.logEndOffset() > other.dir().store().log(log.id()).orElseThrow().logEndOffset();
          Started loser = longer ? other : one;
          kept.put(log.id(), longer ? one : other);
          LOG.error("event=alarm kind=REPLICA_TWICE partition={} kept={} given_up={}", log.id(),
              kept.get(log.id()).dir().name(), loser.dir().name());
          loser.dir().store().giveUp(log.id(), "the same replica lies in another directory");
          twins.add(loser.dir().id());
        }
      }
    }
  }

  /** The directories in use. */
  List<OpenLogDir> dirs() {
    return started.stream().map(Started::dir).toList();
  }

  /** What each proves. */
  List<StartedDirectory> evidence() {
    return started.stream().map(this::evidence).toList();
  }

  private StartedDirectory evidence(Started one) {
    OpenLogDir dir = one.dir();
    boolean sound = dir.manifest().isComplete(dir.found()) && !one.report().isDamaged() && !twins.contains(dir.id());
    boolean replaced = one.distrusted() && Stream.concat(dir.found().stream(), dir.manifest().replicas().stream())
        .allMatch(id -> isElsewhere(id, one));
    return new StartedDirectory(dir.id(), dir.manifest(), one.machine(),
        one.report().cleanShutdownEpoch().orElse(-1), sound, !replaced && !dir.manifest().isNew());
  }

  private boolean isElsewhere(TopicIdPartition id, Started here) {
    return started.stream().anyMatch(other -> !other.dir().id().equals(here.dir().id())
        && other.dir().store().log(id).isPresent());
  }
}
