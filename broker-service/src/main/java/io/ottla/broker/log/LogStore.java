package io.ottla.broker.log;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.id.TopicIdPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All logs of one data directory, and the checkpoints they share. Safe for concurrent use; each log keeps its own thread rule.
 *
 * <p>Order of use: {@link #start} once, then the rest; {@link #closeCleanly} last.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LogStore {
  /** Takes over a directory that is open and not yet scanned. */
  public LogStore(LogDirectory directory, LogConfig defaults) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /** An open log. */
  public Optional<PartitionLog> log(TopicIdPartition id) {
    throw new UnsupportedOperationException();
  }

  /** All open logs. */
  public List<PartitionLog> logs() {
    throw new UnsupportedOperationException();
  }

  /** Whether the start found this replica's log damaged and nobody repaired it since. */
  public boolean isDamaged(TopicIdPartition id) {
    throw new UnsupportedOperationException();
  }

  /** Creates an empty log from nothing; its directory and metadata are durable on return. */
  public PartitionLog create(PartitionMetadata metadata) {
    throw new UnsupportedOperationException();
  }

  /**
   * Cuts a damaged log to its sound prefix and opens it. Only after the controller has committed that this replica left ISR and ELR: until
   * then the damage must stay visible to the next start (P43, P45).
   */
  public PartitionLog repair(TopicIdPartition id) {
    throw new UnsupportedOperationException();
  }

  /** Closes and removes a replica's log (M40). Nothing happens if there is none. */
  public void delete(TopicIdPartition id) {
    throw new UnsupportedOperationException();
  }

  /** Closes a replica's log and keeps its directory under another name (M39). */
  public void setAside(TopicIdPartition id) {
    throw new UnsupportedOperationException();
  }

  /** The high watermarks of the last checkpoint; a hint, possibly old or empty. */
  public Map<TopicIdPartition, Long> loadHighWatermarks() {
    throw new UnsupportedOperationException();
  }

  /** Replaces the checkpoint of high watermarks. */
  public void checkpointHighWatermarks(Map<TopicIdPartition, Long> highWatermarks) {
    throw new UnsupportedOperationException();
  }

  /** Writes the recovery points if any moved since; to be called about every second (P42). */
  public void checkpointRecoveryPoints() {
    throw new UnsupportedOperationException();
  }

  /** Forces and closes all logs, writes the checkpoints, and last the clean-shutdown mark (M12). */
  public void closeCleanly(long brokerEpoch) {
    throw new UnsupportedOperationException();
  }
}
