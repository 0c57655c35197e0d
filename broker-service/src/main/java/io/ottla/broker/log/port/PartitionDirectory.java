package io.ottla.broker.log.port;

import java.io.IOException;
import java.util.List;

/** The directory of one replica's log. Thread rule as for {@link SegmentFile}: one caller changes it at a time. */
public interface PartitionDirectory extends CheckpointDirectory {
  /** What was written when it was created. */
  PartitionMetadata metadata();

  /** Names of the files in it, in no order. */
  List<String> list() throws IOException;

  /** Opens a file, creating it if needed. A new file survives a power cut only after {@link #force}. */
  SegmentFile open(String name) throws IOException;

  /** Removes a file if it is there. The removal survives a power cut only after {@link #force}. */
  void delete(String name) throws IOException;

  /** Makes creations and removals of files durable. */
  void force() throws IOException;
}
