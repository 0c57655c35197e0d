package io.ottla.controller.storage;

import io.ottla.controller.raft.Snapshot;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A whole snapshot in a file: a line of JSON, the state's lines, a line of JSON with the digest of all before it (Q32).
 *
 * @param snapshot what it is
 * @param clusterId the cluster whose metadata it holds
 * @param stateStart position of the state's first byte
 * @param stateEnd position of the footer
 */
record SnapshotFile(Snapshot snapshot, String clusterId, long stateStart, long stateEnd) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * Reads a file from end to end, a piece at a time.
   *
   * @param path for messages
   * @throws SnapshotDamage when it is not exactly what was once written
   */
  static SnapshotFile validate(String path, DiskFile file) throws SnapshotDamage {
    long size = file.size();
    long footerStart = footerStart(file, size);
    SnapshotFormat.Footer footer = SnapshotFormat.readFooter(bytes(file, footerStart, (int) (size - footerStart)));
    long lines = checkDigest(file, footerStart, footer);
    byte[] head = bytes(file, 0, (int) Math.min(footerStart, SnapshotFormat.MAX_HEADER_BYTES));
    int headerEnd = indexOfLineFeed(head) + 1;
    if (headerEnd == 0 || lines - 1 != footer.records()) {
      throw new SnapshotDamage("does not have the lines that its footer counts");
    }
    SnapshotFormat.Header header = SnapshotFormat.readHeader(path, Arrays.copyOf(head, headerEnd));
    return new SnapshotFile(new Snapshot(header.id(), header.voters(), size), header.clusterId(), headerEnd,
        footerStart);
  }

  private static long footerStart(DiskFile file, long size) throws SnapshotDamage {
    int length = (int) Math.min(size, SnapshotFormat.MAX_FOOTER_BYTES);
    byte[] tail = bytes(file, size - length, length);
    if (length == 0 || tail[length - 1] != '\n') {
      throw new SnapshotDamage("does not end with a footer");
    }
    int start = length - 1;
    while (start > 0 && tail[start - 1] != '\n') {
      start--;
    }
    return size - length + start;
  }

  private static long checkDigest(DiskFile file, long end, SnapshotFormat.Footer footer) throws SnapshotDamage {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long lines = 0;
    for (long position = 0; position < end; position += buffer.limit()) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - position));
      fill(file, buffer, position);
      for (int i = 0; i < buffer.limit(); i++) {
        if (buffer.get(i) == '\n') {
          lines++;
        }
      }
      digest.update(buffer);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(footer.sha256())) {
      throw new SnapshotDamage("does not match its digest");
    }
    return lines;
  }

  private static byte[] bytes(DiskFile file, long position, int length) throws SnapshotDamage {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    fill(file, bytes, position);
    return bytes.array();
  }

  /** Reads to the buffer's limit and flips. */
  private static void fill(DiskFile file, ByteBuffer bytes, long position) throws SnapshotDamage {
    if (file.read(bytes, position) < bytes.limit()) {
      throw new SnapshotDamage("became shorter while it was read");
    }
    bytes.flip();
  }

  private static int indexOfLineFeed(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
