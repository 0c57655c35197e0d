package io.ottla.broker.runtime;

import io.ottla.common.id.TopicIdPartition;

/** Whoever copies the records of the partitions that other brokers lead. Any thread. */
interface Following extends AutoCloseable {
  /** Follows that broker from now on. */
  void follow(HostedPartition partition, int leaderId);

  /** Follows nobody from now on. An answer under way is ignored by the replica, whose role has changed (P26). */
  void stopFollowing(TopicIdPartition id);

  @Override
  void close();
}
