package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * "Up to this index everything was forced once": a small file, written after forces and never ahead of them, which tells a torn tail from
 * the loss of forced entries (Q44). Sixteen bytes: index i64, crc i32 of it, four bytes unused. A damaged hint says nothing.
 */
final class DurableHint implements AutoCloseable {
  static final String NAME = "durable-hint";
  private static final int BYTES = 16;

  private final DiskFile file;
  private long index;

  private DurableHint(DiskFile file, long index) {
    this.file = file;
    this.index = index;
  }

  static DurableHint open(Directory directory) {
    boolean created = !directory.exists(NAME);
    DiskFile file = directory.open(NAME);
    if (created) {
      directory.force();
    }
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    boolean whole = file.read(bytes, 0) == BYTES && bytes.getInt(8) == crc(bytes.getLong(0));
    return new DurableHint(file, whole ? bytes.getLong(0) : 0);
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

  long index() {
    return index;
  }

  /** Notes that everything up to here has been forced. Not forced itself: an older hint is true as well. */
  void raise(long durableIndex) {
    if (durableIndex > index) {
      write(durableIndex);
    }
  }

  /** As {@link #raise}, and certain to be there after a crash. */
  void raiseDurably(long durableIndex) {
    raise(durableIndex);
    file.force();
  }

  /** Before entries from {@code index + 1} on are removed on purpose: afterwards their absence proves nothing. */
  void lower(long durableIndex) {
    if (durableIndex < index) {
      write(durableIndex);
      file.force();
    }
  }

  private void write(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(value).putInt(crc(value)).putInt(0).flip();
    file.write(bytes, 0);
    index = value;
  }

  private static int crc(long value) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putLong(value).flip());
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    file.close();
  }
}
