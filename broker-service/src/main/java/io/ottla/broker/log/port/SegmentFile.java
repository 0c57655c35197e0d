package io.ottla.broker.log.port;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A file that grows at its end. One thread at a time appends or truncates; any number read, transfer and force meanwhile. A reader asks
 * only for bytes whose append has returned.
 *
 * <p>Interrupting a thread must not harm the file for others.
 */
public interface SegmentFile extends AutoCloseable {
  /** The file's name within its directory. */
  String name();

  /** Bytes in the file. */
  long size() throws IOException;

  /**
   * Writes all remaining bytes at the end.
   *
   * @throws StorageFullException if there is no room; some bytes may have been written, and the caller truncates them away
   */
  void append(ByteBuffer source) throws IOException;

  /**
   * Fills the buffer from {@code position} as far as the file goes, and returns how many bytes that were.
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Sends bytes to a channel without copying them through the heap, as many as the channel takes now.
   *
   * @return bytes sent, possibly fewer than {@code count}
   */
  long transferTo(long position, long count, WritableByteChannel target) throws IOException;

  /** Cuts the file to {@code size}, which is not above its size. Durable only after the next {@link #force}. */
  void truncate(long size) throws IOException;

  /**
   * Makes durable all bytes and cuts that happened before the call. After a failure nothing is known about any of them, and calling again
   * proves nothing (Q42).
   */
  void force() throws IOException;

  /**
   * Gives the file another name in its directory, replacing what has that name; all handles go on. After a power cut it has the old name or
   * the new one, the new one for certain only after a force of the directory.
   */
  void renameTo(String newName) throws IOException;

  /** Closes the file. Readers still in it get a {@link java.nio.channels.ClosedChannelException}. */
  @Override
  void close() throws IOException;
}
