package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.RecoveryPoint;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a log starts, and the only way to change it. Restarting a log empty at a new offset touches many files, so the intention is written
 * down first: a start after a crash finishes what it finds begun. Moving the start forward needs the one file only: segments below it do not
 * belong to the log any more, whether their files are there or not. Stateless.
 */
final class LogReset {
  private static final String FILE = "log-start-checkpoint";
  private static final String KIND = "log-start";
  private static final String RESETTING = "resetting";
  private static final String REACHED = "reached";

  private LogReset() {
  }

  /** The file's content: the start offset and whether everything else has followed it. */
  record LogStart(long offset, boolean resetting) {}

  /** Where the log starts; null if the file is damaged. A log that was never reset starts at 0. */
  static @Nullable LogStart load(PartitionDirectory directory) throws IOException {
    byte[] content = directory.readCheckpoint(FILE);
    if (content == null) {
      return new LogStart(0, false);
    }
    List<String> lines = CheckpointText.decode(KIND, content);
    return lines == null ? null : new LogStart(Long.parseLong(lines.getFirst()), lines.getLast().equals(RESETTING));
  }

  /** Durable on return. From here on the old records are gone. */
  static void intend(PartitionDirectory directory, RecoveryPoint recoveryPoint, long newStartOffset)
      throws IOException {
    recoveryPoint.lower(newStartOffset);
    write(directory, newStartOffset, RESETTING);
  }

  /** Removes all segments, which are closed, and makes the first new one; durable on return. */
  static Segment finish(PartitionDirectory directory, long newStartOffset) throws IOException {
    for (String name : directory.list()) {
      if (SegmentNames.isOfSegment(name)) {
        directory.delete(name);
      }
    }
    ProducerSnapshots.deleteAll(directory);
    Segment fresh = Segment.create(directory, newStartOffset);
    directory.force();
    return fresh;
  }

  /** The log starts later from now on; durable on return. */
  static void raise(PartitionDirectory directory, long newStartOffset) throws IOException {
    write(directory, newStartOffset, REACHED);
  }

  /** The intention is carried out. */
  static void done(PartitionDirectory directory, long newStartOffset) throws IOException {
    write(directory, newStartOffset, REACHED);
  }

  private static void write(PartitionDirectory directory, long offset, String state) throws IOException {
    directory.writeCheckpoint(FILE, CheckpointText.encode(KIND, List.of(Long.toString(offset), state)));
  }
}
