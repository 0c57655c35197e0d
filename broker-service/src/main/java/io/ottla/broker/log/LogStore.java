package io.ottla.broker.log;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All logs of one data directory, and the checkpoints they share. Safe for concurrent use; each log keeps its own thread rule.
 *
 * <p>Order of use: {@link #start} once, then the rest; {@link #closeCleanly} or {@link #close} last. Every I/O error is a
 * {@link LogFailedException}: the directory is to go offline (P44).
 */
public final class LogStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogStore.class);
  private static final String CLEAN_SHUTDOWN_FILE = "clean-shutdown";
  private static final String CLEAN_SHUTDOWN_KIND = "clean-shutdown";
  /** In a replica's directory: its log is not to be trusted, and why. */
  private static final String DAMAGED_FILE = "damaged";
  private static final String DAMAGED_KIND = "damaged";

  private final LogDirectory directory;
  private final LogConfig defaults;
  private final RecoveryPoints recoveryPoints;
  private final OffsetCheckpoint highWatermarks;
  private final Map<TopicIdPartition, PartitionLog> logs = new ConcurrentSkipListMap<>();
  private final Map<TopicIdPartition, PartitionDirectory> damaged = new ConcurrentSkipListMap<>();

  /** Takes over a directory that is open and not yet scanned. */
  public LogStore(LogDirectory directory, LogConfig defaults) {
    this.directory = directory;
    this.defaults = defaults;
    this.highWatermarks = new OffsetCheckpoint(directory, "high-watermark-checkpoint", "high-watermarks");
    try {
      this.recoveryPoints = new RecoveryPoints(directory);
    } catch (IOException e) {
      throw new LogFailedException("cannot read the recovery points", e);
    }
  }

  /**
   * What the start found.
   *
   * @param cleanShutdownEpoch broker epoch of the last clean shutdown, if the last shutdown was one (M12)
   * @param recoveries one report per replica, damaged ones included; damaged logs stay closed and untouched until {@link #repair}
   * @param setAside directories that could not be identified and were kept aside (M39)
   */
  public record StartReport(OptionalLong cleanShutdownEpoch, List<RecoveryReport> recoveries, List<String> setAside) {
    /** Whether acknowledged data may be missing: restart class LOSSY (P43). */
    public boolean isDamaged() {
      return !setAside.isEmpty() || recoveries.stream().anyMatch(RecoveryReport::isDamaged);
    }
  }

  /** Reads and removes the clean-shutdown mark, then opens and recovers every log; what was kept is forced (P42). */
  public StartReport start() {
    return start(null);
  }

  /**
   * The same for a directory that is not to be trusted as a whole: every log counts as damaged.
   *
   * @param distrust why, or null for a directory like any other
   */
  public StartReport start(@Nullable String distrust) {
    try {
      OptionalLong cleanEpoch = takeCleanShutdownMark();
      LogDirectory.Scan scan = directory.scan();
      for (String name : scan.setAside()) {
        LOG.error("directory={} set aside: it does not say which partition it holds", name);
      }
      List<RecoveryReport> reports = new ArrayList<>();
      for (PartitionDirectory partition : scan.partitions()) {
        String damage = distrust == null ? knownDamage(partition) : distrust;
        reports.add(damage == null ? open(partition, LogRecovery.OnDamage.LEAVE) : leave(partition, damage));
      }
      return new StartReport(cleanEpoch, reports, scan.setAside());
    } catch (IOException e) {
      throw new LogFailedException("cannot open the logs", e);
    }
  }

  private static @Nullable String knownDamage(PartitionDirectory partition) throws IOException {
    byte @Nullable [] content = partition.readCheckpoint(DAMAGED_FILE);
    List<String> lines = CheckpointText.decode(DAMAGED_KIND, content);
    if (lines != null && !lines.isEmpty()) {
      return lines.getFirst();
    }
    return content == null ? null : "marked as damaged";
  }

  private RecoveryReport leave(PartitionDirectory partition, String damage) {
    TopicIdPartition id = partition.metadata().id();
    damaged.put(id, partition);
    LOG.error("partition={} topic={} left closed: {}", id, partition.metadata().topicName(), damage);
    return new RecoveryReport(id, recoveryPoints.get(id), -1, 0, 0, 0, damage);
  }

  private RecoveryReport open(PartitionDirectory partition, LogRecovery.OnDamage onDamage) throws IOException {
    TopicIdPartition id = partition.metadata().id();
    LogRecovery.Outcome outcome = LogRecovery.open(partition, defaults, recoveryPoints.get(id), recoveryPoints.of(id),
        onDamage);
    RecoveryReport report = outcome.report();
    if (outcome.log() == null) {
      damaged.put(id, partition);
      LOG.error("partition={} topic={} damaged: {}", id, partition.metadata().topicName(), report.damage());
    } else {
      damaged.remove(id);
      logs.put(id, outcome.log());
      LOG.info("partition={} topic={} opened: recoveryPoint={} logEndOffset={} scanned={} truncated={}", id,
          partition.metadata().topicName(), report.recoveryPoint(), report.logEndOffset(), report.bytesScanned(),
          report.bytesTruncated());
    }
    return report;
  }

  /** An open log. */
  public Optional<PartitionLog> log(TopicIdPartition id) {
    return Optional.ofNullable(logs.get(id));
  }

  /** All open logs, ordered by partition. */
  public List<PartitionLog> logs() {
    return List.copyOf(logs.values());
  }

  /** Whether the start found this replica's log damaged and nobody repaired it since. */
  public boolean isDamaged(TopicIdPartition id) {
    return damaged.containsKey(id);
  }

  /**
   * Creates an empty log from nothing; its directory and metadata are durable on return.
   *
   * @throws OttlaException STORAGE_FULL when there is no room; nothing of it is left then
   */
  public PartitionLog create(PartitionMetadata metadata) {
    TopicIdPartition id = metadata.id();
    if (logs.containsKey(id) || damaged.containsKey(id)) {
      throw new IllegalStateException(id + " has a log already");
    }
    boolean created = false;
    try {
      recoveryPoints.forget(id);
      PartitionDirectory partition = directory.create(metadata);
      created = true;
      open(partition, LogRecovery.OnDamage.LEAVE);
      return opened(id);
    } catch (StorageFullException e) {
      if (created) {
        removeUnfinished(id);
      }
      throw noRoom("to create the log of " + id, e);
    } catch (IOException e) {
      throw new LogFailedException("cannot create the log of " + id, e);
    }
  }

  private void removeUnfinished(TopicIdPartition id) {
    try {
      directory.delete(id);
    } catch (IOException e) {
      throw new LogFailedException("cannot remove the unfinished log of " + id, e);
    }
  }

  private static OttlaException noRoom(String what, StorageFullException e) {
    return new OttlaException(ErrorCode.STORAGE_FULL, "no room " + what + ": " + e.getMessage());
  }

  /**
   * Closes a log whose contents turned out not to be what was written, and marks it, so that the next start knows too. It counts as damaged
   * from now on.
   *
   * @param reason why, one line for people
   */
  public synchronized void giveUp(TopicIdPartition id, String reason) {
    PartitionLog log = logs.remove(id);
    if (log == null) {
      return;
    }
    damaged.put(id, log.directory());
    log.closeFiles();
    try {
      log.directory().writeCheckpoint(DAMAGED_FILE,
          CheckpointText.encode(DAMAGED_KIND, List.of(reason.replace('\n', ' '))));
    } catch (StorageFullException e) {
      LOG.warn("partition={} cannot be marked as damaged: {}", id, e.getMessage());
    } catch (IOException e) {
      throw new LogFailedException("cannot mark " + id + " as damaged", e);
    }
  }

  /** Whether any log here is damaged. */
  public boolean hasDamaged() {
    return !damaged.isEmpty();
  }

  /**
   * Cuts a damaged log before its first unsound batch and opens it. Only after the controller has committed that this replica left ISR and
   * ELR: until then the damage must stay visible to the next start (P43, P45).
   */
  public PartitionLog repair(TopicIdPartition id) {
    PartitionDirectory partition = damaged.get(id);
    if (partition == null) {
      throw new IllegalStateException(id + " is not damaged");
    }
    try {
      open(partition, LogRecovery.OnDamage.CUT);
      partition.deleteCheckpoint(DAMAGED_FILE);
      return opened(id);
    } catch (IOException e) {
      throw new LogFailedException("cannot repair the log of " + id, e);
    }
  }

  private PartitionLog opened(TopicIdPartition id) {
    PartitionLog log = logs.get(id);
    if (log == null) {
      throw new IllegalStateException(id + " was not opened");
    }
    return log;
  }

  /** Closes and removes a replica's log (M40). Nothing happens if there is none. */
  public void delete(TopicIdPartition id) {
    try {
      if (release(id)) {
        directory.delete(id);
        recoveryPoints.forget(id);
      }
    } catch (StorageFullException e) {
      // A recovery point too many does no harm: a new log of that name forgets it first.
      LOG.debug("partition={} keeps its recovery point: {}", id, e.getMessage());
    } catch (IOException e) {
      throw new LogFailedException("cannot delete the log of " + id, e);
    }
  }

  /** Closes a replica's log and keeps its directory under another name (M39). Nothing happens if there is none. */
  public void setAside(TopicIdPartition id) {
    try {
      if (release(id)) {
        directory.setAside(id);
        recoveryPoints.forget(id);
      }
    } catch (StorageFullException e) {
      LOG.debug("partition={} keeps its recovery point: {}", id, e.getMessage());
    } catch (IOException e) {
      throw new LogFailedException("cannot set aside the log of " + id, e);
    }
  }

  private boolean release(TopicIdPartition id) {
    PartitionLog log = logs.remove(id);
    if (log != null) {
      log.closeFiles();
    }
    return damaged.remove(id) != null || log != null;
  }

  /** The high watermarks of the last checkpoint; a hint, possibly old or empty. */
  public Map<TopicIdPartition, Long> loadHighWatermarks() {
    try {
      return highWatermarks.load();
    } catch (IOException e) {
      throw new LogFailedException("cannot read the high watermarks", e);
    }
  }

  /**
   * Replaces the checkpoint of high watermarks.
   *
   * @throws OttlaException STORAGE_FULL when there is no room; the old one stays
   */
  public void checkpointHighWatermarks(Map<TopicIdPartition, Long> offsets) {
    try {
      highWatermarks.store(offsets);
    } catch (StorageFullException e) {
      throw noRoom("for the high watermarks", e);
    } catch (IOException e) {
      throw new LogFailedException("cannot write the high watermarks", e);
    }
  }

  /**
   * Writes the recovery points if any moved since; to be called about every second (P42).
   *
   * @throws OttlaException STORAGE_FULL when there is no room; the old ones stay
   */
  public void checkpointRecoveryPoints() {
    try {
      recoveryPoints.refresh(logs.values());
    } catch (StorageFullException e) {
      throw noRoom("for the recovery points", e);
    } catch (IOException e) {
      throw new LogFailedException("cannot write the recovery points", e);
    }
  }

  /**
   * Forces and closes all logs, writes the recovery points, and last the clean-shutdown mark (M12). No log may be in use any more. There is no
   * mark if a log has failed or is damaged: the next start must look.
   */
  public void closeCleanly(long brokerEpoch) {
    boolean clean = damaged.isEmpty();
    for (PartitionLog log : logs.values()) {
      clean &= !log.hasFailed();
      log.close();
    }
    try {
      recoveryPoints.refresh(logs.values());
      if (clean) {
        directory.writeCheckpoint(CLEAN_SHUTDOWN_FILE,
            CheckpointText.encode(CLEAN_SHUTDOWN_KIND, List.of(Long.toString(brokerEpoch))));
      }
      directory.close();
    } catch (StorageFullException e) {
      LOG.warn("no room for the clean-shutdown mark: the next start recovers as after a crash ({})", e.getMessage());
      closeDirectory();
    } catch (IOException e) {
      throw new LogFailedException("cannot shut down cleanly", e);
    }
  }

  /** Closes everything without forcing anything; the next start recovers. */
  @Override
  public void close() {
    for (PartitionLog log : logs.values()) {
      log.closeFiles();
    }
    closeDirectory();
  }

  private void closeDirectory() {
    try {
      directory.close();
    } catch (IOException e) {
      throw new LogFailedException("cannot close the directory", e);
    }
  }

  private OptionalLong takeCleanShutdownMark() throws IOException {
    byte @Nullable [] content = directory.readCheckpoint(CLEAN_SHUTDOWN_FILE);
    List<String> lines = CheckpointText.decode(CLEAN_SHUTDOWN_KIND, content);
    directory.deleteCheckpoint(CLEAN_SHUTDOWN_FILE);
    return lines == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lines.getFirst()));
  }
}
