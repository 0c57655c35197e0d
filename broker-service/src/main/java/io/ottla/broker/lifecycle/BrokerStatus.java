package io.ottla.broker.lifecycle;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What health checks and operators see of this broker.
 *
 * @param brokerEpoch epoch of the registration, -1 before there is one
 * @param fenced whether the controllers hold this broker fenced, or do not know it yet
 * @param leaseValid whether a heartbeat was acknowledged within the session timeout (M20)
 * @param logsRecovered logs read so far at this start
 * @param logsFound logs found at this start
 * @param appliedMetadataIndex last metadata entry applied
 * @param metadataCommitIndex end of the committed metadata as last heard
 * @param replicas partitions hosted here
 * @param replicasNeverInSync hosted partitions that have not been in their ISR since this process started
 * @param leaders partitions led here
 * @param replicasOffline replicas whose log cannot be used (P43, P44)
 * @param logDirs paths of the log directories, and whether each is in service; empty before they are opened
 */
public record BrokerStatus(BrokerState state, long brokerEpoch, boolean fenced, boolean leaseValid, int logsRecovered,
    int logsFound, long appliedMetadataIndex, long metadataCommitIndex, int replicas, int replicasNeverInSync,
    int leaders, int replicasOffline, SortedMap<String, Boolean> logDirs) {
  /** Copies the map. */
  public BrokerStatus {
    logDirs = Collections.unmodifiableSortedMap(new TreeMap<>(logDirs));
  }

  /** Whether a log can be used at all: no directory is known to be lost, or not all of them are. */
  public boolean anyLogDirOnline() {
    return logDirs.isEmpty() || logDirs.containsValue(true);
  }

  /** Whether every log directory can be used. */
  public boolean allLogDirsOnline() {
    return !logDirs.containsValue(false);
  }
}
