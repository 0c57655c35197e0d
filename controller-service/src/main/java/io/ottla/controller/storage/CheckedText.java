package io.ottla.controller.storage;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Small files that people can read: lines {@code key=value} in order, and as last line the CRC32C of all bytes before it. */
final class CheckedText {
  private static final String CRC_KEY = "crc32c=";

  private CheckedText() {
  }

  static byte[] encode(SequencedMap<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> {
      if (key.indexOf('=') >= 0 || key.indexOf('\n') >= 0 || value.indexOf('\n') >= 0) {
        throw new IllegalArgumentException("'" + key + "' cannot be stored as a line of text");
      }
      text.append(key).append('=').append(value).append('\n');
    });
    String body = text.toString();
    return (body + CRC_KEY + crc(body) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The values, or null when the content is not exactly what {@link #encode} wrote. */
  static @Nullable SequencedMap<String, String> decode(byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    int last = text.lastIndexOf(CRC_KEY);
    if (last < 0 || !text.substring(last).equals(CRC_KEY + crc(text.substring(0, last)) + "\n")) {
      return null;
    }
    SequencedMap<String, String> values = new LinkedHashMap<>();
    for (String line : text.substring(0, last).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return values;
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
