package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What recovery cannot learn from the log itself, in a small file that is overwritten in place, within one sector. Twenty-four bytes: index
 * i64, kept i64, crc i32 of both, four bytes unused. A damaged hint says nothing.
 *
 * <ul>
 * <li>"Up to this index everything was forced once", written after forces and never ahead of them: tells a torn tail from the loss of forced
 * entries (Q44).</li>
 * <li>"The log is being cut back to this index": what comes after may be torn although it had been forced, since a file system writes zeros
 * behind a new end before the end is durable. The cut is finished whatever is found there (Q40).</li>
 * </ul>
 */
final class DurableHint implements AutoCloseable {
  static final String NAME = "durable-hint";
  private static final int BYTES = 24;
  private static final int CRC_AT = 16;
  private static final long NO_CUT = -1;

  private final DiskFile file;
  private long index;
  private long kept;

  private DurableHint(DiskFile file, long index, long kept) {
    this.file = file;
    this.index = index;
    this.kept = kept;
  }

  static DurableHint open(Directory directory) {
    boolean created = !directory.exists(NAME);
    DiskFile file = directory.open(NAME);
    if (created) {
      directory.force();
    }
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    boolean whole = file.read(bytes, 0) == BYTES && bytes.getInt(CRC_AT) == crc(bytes);
    // When only the process had ended, the disk may still have an older content than the one read.
    file.force();
    return whole ? new DurableHint(file, bytes.getLong(0), bytes.getLong(8)) : new DurableHint(file, 0, NO_CUT);
  }

  /** The hint in a directory that may have none; changes nothing. */
  static long indexIn(Directory directory) {
    if (!directory.exists(NAME)) {
      return 0;
    }
    try (DurableHint hint = open(directory)) {
      return hint.index();
    }
  }

  /** Everything up to here was forced. */
  long index() {
    return index;
  }

  /** The index a cut keeps that was begun and perhaps not finished; the largest of all when there is none. */
  long cutTo() {
    return kept == NO_CUT ? Long.MAX_VALUE : kept;
  }

  /** Notes that everything up to here has been forced. Not forced itself: an older hint is true as well. */
  void raise(long durableIndex) {
    if (durableIndex > index) {
      write(durableIndex, NO_CUT);
    }
  }

  /** As {@link #raise}, and certain to be there after a crash. */
  void raiseDurably(long durableIndex) {
    raise(durableIndex);
    file.force();
  }

  /** Before all entries are replaced by a snapshot up to here: afterwards the absence of later ones proves nothing. */
  void lower(long durableIndex) {
    write(Math.min(index, durableIndex), NO_CUT);
    file.force();
  }

  /** Before entries from {@code keep + 1} on are removed on purpose. */
  void beginCut(long keep) {
    write(Math.min(index, keep), keep);
    file.force();
  }

  /** When the removal is durable, and before anything is written in place of what was removed. */
  void endCut() {
    if (kept != NO_CUT) {
      write(index, NO_CUT);
      file.force();
    }
  }

  private void write(long newIndex, long newKept) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(newIndex).putLong(newKept);
    bytes.putInt(crc(bytes)).putInt(0).flip();
    file.write(bytes, 0);
    index = newIndex;
    kept = newKept;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, CRC_AT);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    file.close();
  }
}
