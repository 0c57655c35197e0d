package io.ottla.broker.log.port;

import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** A broker's data directory: one directory per replica, and the checkpoints that concern them all. Safe for concurrent use. */
public interface LogDirectory extends CheckpointDirectory, AutoCloseable {
  /** The random id this directory got when it was formatted. */
  UUID directoryId();

  /**
   * The replicas found.
   *
   * @param partitions those whose metadata is sound
   * @param setAside names of directories without sound metadata, renamed out of the way and kept (M39)
   */
  record Scan(List<PartitionDirectory> partitions, List<String> setAside) {}

  /** Looks what is there, and finishes deletions a crash interrupted. Called once, before the other methods. */
  Scan scan() throws IOException;

  /** Makes a directory for a new replica; its metadata is durable on return (M39). Fails if the replica has one already. */
  PartitionDirectory create(PartitionMetadata metadata) throws IOException;

  /**
   * Removes a replica's directory: first renamed durably, so that it can never be adopted again, then emptied (M40). Files in it are closed
   * before.
   */
  void delete(TopicIdPartition id) throws IOException;

  /** Renames a replica's directory out of the way and keeps it (M39). Files in it are closed before. */
  void setAside(TopicIdPartition id) throws IOException;

  /** Gives up the directory for other processes. */
  @Override
  void close() throws IOException;
}
