package io.ottla.broker.lifecycle;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/** Lines of text with a checksum as the last one. */
final class SealedLines {
  private static final String SEAL = "crc32c ";

  private SealedLines() {
  }

  static byte[] encode(List<String> lines) {
    String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    return (text + SEAL + Integer.toHexString(crc(text)) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The lines, or null if there are none to trust. */
  static @Nullable List<String> decode(byte @Nullable [] content) {
    if (content == null) {
      return null;
    }
    String all = new String(content, StandardCharsets.UTF_8);
    int seal = all.lastIndexOf(SEAL);
    if (seal < 0) {
      return null;
    }
    String text = all.substring(0, seal);
    boolean sound = all.substring(seal).equals(SEAL + Integer.toHexString(crc(text)) + "\n");
    return sound ? text.lines().toList() : null;
  }

  private static int crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }
}
