package io.ottla.broker.log.port;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Small files that are replaced as a whole: a crash leaves the old or the new content, never a mixture. */
public interface CheckpointDirectory {
  /** The content, or null if there is no such file. */
  byte @Nullable [] readCheckpoint(String name) throws IOException;

  /** Replaces the file; durable on return (write aside, force, rename, force the directory). */
  void writeCheckpoint(String name, byte[] content) throws IOException;

  /** Removes the file if it is there; durable on return. */
  void deleteCheckpoint(String name) throws IOException;
}
