package io.ottla.broker.runtime;

import io.ottla.common.id.TopicIdPartition;

/** Where failures of logs are reported. Never blocks, so that it may be called under any lock. */
interface StorageFailures {
  /** Something in this directory could not be read, written or forced: all of it goes offline at once (P44). */
  void directoryFailed(LogDir dir, Throwable cause);

  /** What is stored of this replica is not what was written; it alone goes offline (P43). The caller serves nothing of it any more. */
  void replicaFailed(TopicIdPartition id, Throwable cause);
}
