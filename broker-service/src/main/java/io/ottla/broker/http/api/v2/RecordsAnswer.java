package io.ottla.broker.http.api.v2;

import io.ottla.broker.http.api.EmbeddedFormat;
import io.ottla.broker.http.api.JsonBytes;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.record.Header;
import io.ottla.common.record.Record;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Renders records in one format, up to the first that the format cannot show.
 *
 * @param body the JSON array of what could be shown
 * @param shown how many records that is
 * @param problem why the next one could not be shown, or null when all were
 */
record RecordsAnswer(JsonBytes body, int shown, @Nullable String problem) {
  private static final byte[] TOPIC = JsonBytes.ascii("{\"topic\":");
  private static final byte[] KEY = JsonBytes.ascii(",\"key\":");
  private static final byte[] VALUE = JsonBytes.ascii(",\"value\":");
  private static final byte[] PARTITION = JsonBytes.ascii(",\"partition\":");
  private static final byte[] OFFSET = JsonBytes.ascii(",\"offset\":");
  private static final byte[] TIMESTAMP = JsonBytes.ascii(",\"timestamp\":");
  private static final byte[] HEADERS = JsonBytes.ascii(",\"headers\":[");
  private static final byte[] HEADER_KEY = JsonBytes.ascii("{\"key\":");
  private static final int OVERHEAD = 128;

  static RecordsAnswer render(String topic, int partition, List<Record> records, EmbeddedFormat format) {
    JsonBytes out = new JsonBytes(expectedSize(records)).raw('[');
    int shown = 0;
    for (Record entry : records) {
      String problem = problem(entry, format);
      if (problem != null) {
        return new RecordsAnswer(out.raw(']'), shown, problem);
      }
      if (shown > 0) {
        out.raw(',');
      }
      render(out, topic, partition, entry, format);
      shown++;
    }
    return new RecordsAnswer(out.raw(']'), shown, null);
  }

  private static int expectedSize(List<Record> records) {
    long size = 2;
    for (Record entry : records) {
      size += OVERHEAD + length(entry.key()) + length(entry.value());
    }
    return (int) Math.min(size, Integer.MAX_VALUE / 2);
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static @Nullable String problem(Record entry, EmbeddedFormat format) {
    if (!fits(entry.key(), format)) {
      return "key deserialization error for format " + format.name().toLowerCase(java.util.Locale.ROOT);
    }
    if (!fits(entry.value(), format)) {
      return "value deserialization error for format " + format.name().toLowerCase(java.util.Locale.ROOT);
    }
    return null;
  }

  private static boolean fits(byte @Nullable [] bytes, EmbeddedFormat format) {
    return bytes == null || switch (format) {
      case JSON -> JsonInput.isJson(bytes);
      case TEXT -> JsonInput.isUtf8(bytes);
      case BINARY -> true;
    };
  }

  private static void render(JsonBytes out, String topic, int partition, Record entry, EmbeddedFormat format) {
    out.raw(TOPIC).string(topic).raw(KEY);
    payload(out, entry.key(), format);
    out.raw(VALUE);
    payload(out, entry.value(), format);
    out.raw(PARTITION).number(partition).raw(OFFSET).number(entry.offset()).raw(TIMESTAMP).number(entry.timestamp());
    if (!entry.headers().isEmpty()) {
      headers(out, entry.headers());
    }
    out.raw('}');
  }

  private static void payload(JsonBytes out, byte @Nullable [] bytes, EmbeddedFormat format) {
    if (bytes == null) {
      out.nothing();
      return;
    }
    switch (format) {
      case JSON -> out.raw(bytes);
      case TEXT -> out.string(bytes);
      case BINARY -> out.base64(bytes);
    }
  }

  private static void headers(JsonBytes out, List<Header> headers) {
    out.raw(HEADERS);
    boolean first = true;
    for (Header header : headers) {
      if (!first) {
        out.raw(',');
      }
      first = false;
      out.raw(HEADER_KEY).string(header.key()).raw(VALUE);
      payload(out, header.value(), EmbeddedFormat.BINARY);
      out.raw('}');
    }
    out.raw(']');
  }
}
