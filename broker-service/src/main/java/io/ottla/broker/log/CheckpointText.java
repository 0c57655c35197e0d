package io.ottla.broker.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of all checkpoints: lines of text that people can read, the first naming kind and version, the last the CRC32C of those before.
 * A file that is not exactly this counts as absent, because checkpoints are hints. Stateless.
 */
final class CheckpointText {
  private static final String CRC_PREFIX = "crc32c ";

  private CheckpointText() {
  }

  static byte[] encode(String kind, List<String> lines) {
    StringBuilder text = new StringBuilder("ottla ").append(kind).append(" 1\n");
    for (String line : lines) {
      text.append(line).append('\n');
    }
    return (text + CRC_PREFIX + crc(text) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The lines between first and last, or null if the content is absent, of another kind, or damaged. */
  static @Nullable List<String> decode(String kind, byte @Nullable [] content) {
    if (content == null) {
      return null;
    }
    String text = new String(content, StandardCharsets.UTF_8);
    int crcLine = text.lastIndexOf(CRC_PREFIX);
    String first = "ottla " + kind + " 1\n";
    if (crcLine < first.length() || !text.startsWith(first)
        || !text.substring(crcLine).equals(CRC_PREFIX + crc(text.substring(0, crcLine)) + "\n")) {
      return null;
    }
    return text.substring(first.length(), crcLine).lines().toList();
  }

  private static String crc(CharSequence text) {
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
