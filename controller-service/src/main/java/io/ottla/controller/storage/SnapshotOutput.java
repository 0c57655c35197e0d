package io.ottla.controller.storage;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Writes a snapshot's file from front to back: buffered, counting lines, and digesting what passes. Forced in between, so that the last
 * force is short and the log's forces do not queue behind all of a big snapshot.
 */
final class SnapshotOutput extends OutputStream {
  /** So many bytes may be unforced. */
  static final int FORCE_EVERY_BYTES = 8 * 1024 * 1024;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final DiskFile file;
  private final MessageDigest digest = SnapshotFile.sha256();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long position;
  private long forcedTo;
  private long lines;
  private byte lastByte = '\n';
  private boolean failed;

  SnapshotOutput(DiskFile file) {
    this.file = file;
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, buffer.remaining());
      buffer.put(bytes, from, count);
      from += count;
      left -= count;
      if (!buffer.hasRemaining()) {
        drain();
      }
    }
  }

  private void drain() {
    byte[] bytes = buffer.array();
    int count = buffer.position();
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        lines++;
      }
    }
    if (count > 0) {
      lastByte = bytes[count - 1];
    }
    digest.update(bytes, 0, count);
    failed = true;
    file.write(buffer.flip(), position);
    position += count;
    if (position - forcedTo >= FORCE_EVERY_BYTES) {
      file.force();
      forcedTo = position;
    }
    failed = false;
    buffer.clear();
  }

  /** Whether the disk, not the state's writer, has failed. */
  boolean failed() {
    return failed;
  }

  /** Bytes so far. */
  long position() {
    return position + buffer.position();
  }

  /** Ends the file with its footer and makes it durable; returns where the footer begins. */
  long finish() {
    drain();
    if (lastByte != '\n') {
      throw new IllegalArgumentException("the last line of a snapshot's state is not ended by a line feed");
    }
    long end = position;
    byte[] footer = SnapshotFormat
        .footer(new SnapshotFormat.Footer(lines - 1, HexFormat.of().formatHex(digest.digest())));
    write(footer, 0, footer.length);
    drain();
    failed = true;
    file.force();
    failed = false;
    return end;
  }
}
