package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One file of the log: a header (magic, base index i64, crc i32, four bytes unused) and frames from {@code baseIndex} on. The header and
 * the file's name are durable before the first frame is written.
 */
record Segment(long baseIndex, DiskFile file) {
  static final int HEADER_BYTES = 24;
  private static final byte[] MAGIC = "OTTLAML1".getBytes(StandardCharsets.US_ASCII);

  static String name(long baseIndex) {
    return String.format("%020d.log", baseIndex);
  }

  static boolean isName(String name) {
    return name.length() == 24 && name.endsWith(".log") && name.chars().limit(20).allMatch(Character::isDigit);
  }

  static long baseIndex(String name) {
    return Long.parseLong(name.substring(0, 20));
  }

  /** Creates the file durably, header included; also over the remains of an interrupted creation. */
  static Segment create(Directory directory, long baseIndex) {
    DiskFile file = directory.open(name(baseIndex));
    file.truncate(0);
    file.write(header(baseIndex), 0);
    file.force();
    directory.force();
    return new Segment(baseIndex, file);
  }

  static ByteBuffer header(long baseIndex) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putLong(baseIndex);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, 16);
    return header.putInt((int) crc.getValue()).putInt(0).flip();
  }

  static boolean hasHeader(byte[] content, long baseIndex) {
    return content.length >= HEADER_BYTES && ByteBuffer.wrap(content, 0, HEADER_BYTES).equals(header(baseIndex));
  }
}
