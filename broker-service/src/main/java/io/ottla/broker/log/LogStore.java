package io.ottla.broker.log;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
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
    try {
      OptionalLong cleanEpoch = takeCleanShutdownMark();
      LogDirectory.Scan scan = directory.scan();
      for (String name : scan.setAside()) {
        LOG.error("directory={} set aside: it does not say which partition it holds", name);
      }
      List<RecoveryReport> reports = new ArrayList<>();
      for (PartitionDirectory partition : scan.partitions()) {
        reports.add(open(partition, LogRecovery.OnDamage.LEAVE));
      }
      return new StartReport(cleanEpoch, reports, scan.setAside());
    } catch (IOException e) {
      throw new LogFailedException("cannot open the logs", e);
    }
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

  /** Creates an empty log from nothing; its directory and metadata are durable on return. */
  public PartitionLog create(PartitionMetadata metadata) {
    if (logs.containsKey(metadata.id()) || damaged.containsKey(metadata.id())) {
      throw new IllegalStateException(metadata.id() + " has a log already");
    }
    try {
      recoveryPoints.forget(metadata.id());
      open(directory.create(metadata), LogRecovery.OnDamage.LEAVE);
      return opened(metadata.id());
    } catch (IOException e) {
      throw new LogFailedException("cannot create the log of " + metadata.id(), e);
    }
  }

  /**
   * Cuts a damaged log to its sound prefix and opens it. Only after the controller has committed that this replica left ISR and ELR: until
   * then the damage must stay visible to the next start (P43, P45).
   */
  public PartitionLog repair(TopicIdPartition id) {
    PartitionDirectory partition = damaged.get(id);
    if (partition == null) {
      throw new IllegalStateException(id + " is not damaged");
    }
    try {
      open(partition, LogRecovery.OnDamage.CUT);
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

  /** Replaces the checkpoint of high watermarks. */
  public void checkpointHighWatermarks(Map<TopicIdPartition, Long> offsets) {
    try {
      highWatermarks.store(offsets);
    } catch (IOException e) {
      throw new LogFailedException("cannot write the high watermarks", e);
    }
  }

  /** Writes the recovery points if any moved since; to be called about every second (P42). */
  public void checkpointRecoveryPoints() {
    try {
      recoveryPoints.refresh(logs.values());
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
    checkpointRecoveryPoints();
    try {
      if (clean) {
        directory.writeCheckpoint(CLEAN_SHUTDOWN_FILE,
            CheckpointText.encode(CLEAN_SHUTDOWN_KIND, List.of(Long.toString(brokerEpoch))));
      }
      directory.close();
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
