package io.ottla.broker.storage;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Files that say what a directory is: {@code name=value} lines people can read, the last one the CRC32C of the others. Stateless. */
final class MetadataText {
  private static final String CRC_PREFIX = "crc32c=";

  private MetadataText() {
  }

  static byte[] encode(SortedMap<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return (text + CRC_PREFIX + crc(text.toString()) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The values, or null if the content is absent or damaged. */
  static @Nullable Map<String, String> decode(byte @Nullable [] content) {
    if (content == null) {
      return null;
    }
    String text = new String(content, StandardCharsets.UTF_8);
    int crcLine = text.lastIndexOf(CRC_PREFIX);
    if (crcLine < 0 || !text.substring(crcLine).equals(CRC_PREFIX + crc(text.substring(0, crcLine)) + "\n")) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    text.substring(0, crcLine).lines().forEach(line -> {
      int equals = line.indexOf('=');
      values.put(line.substring(0, equals), line.substring(equals + 1));
    });
    return values;
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
