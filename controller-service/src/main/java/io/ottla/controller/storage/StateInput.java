package io.ottla.controller.storage;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** The state in a snapshot's file, read a buffer at a time; holds the file open until it is closed. For one thread. */
final class StateInput extends InputStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final String path;
  private final SharedFile file;
  private final long end;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private long position;
  private boolean closed;

  /**
   * @param path for messages
   * @param file acquired by the caller, released by {@link #close}
   */
  StateInput(String path, SharedFile file, long start, long end) {
    this.path = path;
    this.file = file;
    this.position = start;
    this.end = end;
  }

  @Override
  public int read() {
    return more() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(into, offset, count);
    return count;
  }

  private boolean more() {
    if (closed) {
      throw new IllegalStateException("the snapshot's state has been closed");
    }
    if (buffer.hasRemaining()) {
      return true;
    }
    if (position == end) {
      return false;
    }
    buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - position));
    if (file.read(buffer, position) < buffer.limit()) {
      throw new StorageCorruptionException(path, "became shorter after it had been found whole");
    }
    position += buffer.flip().limit();
    return true;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      file.release();
    }
  }
}
