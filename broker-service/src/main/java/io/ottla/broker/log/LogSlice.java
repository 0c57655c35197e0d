package io.ottla.broker.log;

import io.ottla.broker.log.port.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Whole batches of one segment, as a region of its file: to be sent with {@link #transferTo} or decoded from {@link #readFully}. Immutable and
 * free of resources. The region's bytes stay as they are unless the log is truncated below {@link #nextOffset}; below the high watermark that
 * never happens. The first batch may begin before the offset that was asked for.
 */
public final class LogSlice {
  private final @Nullable SegmentFile file;
  private final long position;
  private final int size;
  private final long baseOffset;
  private final long nextOffset;
  private final int generation;

  LogSlice(@Nullable SegmentFile file, long position, int size, long baseOffset, long nextOffset, int generation) {
    this.file = file;
    this.position = position;
    this.size = size;
    this.baseOffset = baseOffset;
    this.nextOffset = nextOffset;
    this.generation = generation;
  }

  static LogSlice empty(long offset) {
    return new LogSlice(null, 0, 0, offset, offset, 0);
  }

  /** The log's cuts when the slice was made. */
  int generation() {
    return generation;
  }

  /** Offset of the first record in the slice; equals {@link #nextOffset} if the slice is empty. */
  public long baseOffset() {
    return baseOffset;
  }

  /** Offset after the last record in the slice: where the next read goes on. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Bytes of the batches. */
  public int sizeInBytes() {
    return size;
  }

  /** Whether there is nothing to read. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** The batches in a new heap buffer. Checksums are not verified here; {@link PartitionLog#verified} does that. */
  public ByteBuffer readFully() {
    ByteBuffer target = ByteBuffer.allocate(size);
    readInto(target);
    return target.flip();
  }

  /** Appends the batches to a buffer that has room for them. */
  public void readInto(ByteBuffer target) {
    if (file == null) {
      return;
    }
    ByteBuffer room = target.slice(target.position(), size);
    try {
      int read = file.read(room, position);
      if (read < size) {
        throw gone(new IOException("read " + read + " of " + size + " bytes"));
      }
    } catch (ClosedChannelException e) {
      throw gone(e);
    } catch (IOException e) {
      throw new LogFailedException("cannot read " + this, e);
    }
    target.position(target.position() + size);
  }

  /**
   * Sends bytes from the file to a channel.
   *
   * @param from bytes of the slice already sent
   * @return bytes sent now
   * @throws IOException if the channel fails
   */
  public long transferTo(long from, WritableByteChannel target) throws IOException {
    if (file == null) {
      return 0;
    }
    long sent = file.transferTo(position + from, size - from, target);
    if (sent == 0 && from < size && file.size() < position + size) {
      throw gone(new IOException("file ends before the slice"));
    }
    return sent;
  }

  private SliceGoneException gone(IOException cause) {
    return new SliceGoneException(this + " was removed while being read", cause);
  }

  @Override
  public String toString() {
    return "LogSlice[" + baseOffset + ".." + nextOffset + ") in " + (file == null ? "no file" : file.name());
  }
}
