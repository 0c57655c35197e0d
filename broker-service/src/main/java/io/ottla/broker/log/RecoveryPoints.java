package io.ottla.broker.log;

import io.ottla.broker.log.port.CheckpointDirectory;
import io.ottla.broker.log.port.RecoveryPoint;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The recovery points of a data directory's logs: the file lags behind what is forced, by at most the time between two calls of
 * {@link #refresh}, and never leads it (P42). Safe for concurrent use: the lock is what keeps a refresh from writing back a point that a
 * truncation has just lowered.
 */
final class RecoveryPoints {
  private final OffsetCheckpoint checkpoint;
  private Map<TopicIdPartition, Long> stored;

  RecoveryPoints(CheckpointDirectory directory) throws IOException {
    checkpoint = new OffsetCheckpoint(directory, "recovery-point-checkpoint", "recovery-points");
    stored = checkpoint.load();
  }

  synchronized long get(TopicIdPartition id) {
    return stored.getOrDefault(id, 0L);
  }

  RecoveryPoint of(TopicIdPartition id) {
    return offset -> lower(id, offset);
  }

  private synchronized void lower(TopicIdPartition id, long offset) throws IOException {
    if (get(id) > offset) {
      Map<TopicIdPartition, Long> next = new TreeMap<>(stored);
      next.put(id, offset);
      replace(next);
    }
  }

  /** Forgets a replica whose log goes: a new one with the same id starts from nothing. Durable on return. */
  synchronized void forget(TopicIdPartition id) throws IOException {
    if (stored.containsKey(id)) {
      Map<TopicIdPartition, Long> next = new TreeMap<>(stored);
      next.remove(id);
      replace(next);
    }
  }

  /** Raises the points to the durable offsets of these logs. Points of other replicas stay as they are. */
  synchronized void refresh(Collection<PartitionLog> logs) throws IOException {
    Map<TopicIdPartition, Long> next = new TreeMap<>(stored);
    for (PartitionLog log : logs) {
      if (!log.hasFailed()) {
        next.put(log.id(), log.durableOffset());
      }
    }
    replace(next);
  }

  private void replace(Map<TopicIdPartition, Long> next) throws IOException {
    if (!next.equals(stored)) {
      checkpoint.store(next);
      stored = next;
    }
  }
}
