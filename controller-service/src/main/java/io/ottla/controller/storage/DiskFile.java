package io.ottla.controller.storage;

import java.nio.ByteBuffer;

/** An open file. Reading is safe from any thread, the rest is for one thread. Failures throw {@link java.io.UncheckedIOException}. */
interface DiskFile extends AutoCloseable {
  long size();

  /** Writes all remaining bytes at a position, extending the file as needed. */
  void write(ByteBuffer bytes, long position);

  /** Fills the buffer from a position; fewer bytes only at the end of the file. Returns how many were read. */
  int read(ByteBuffer into, long position);

  void truncate(long size);

  /** Makes content and size durable. */
  void force();

  @Override
  void close();

  /** Everything in the file. */
  default byte[] readAll() {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size()));
    int count = read(all, 0);
    return java.util.Arrays.copyOf(all.array(), count);
  }
}
