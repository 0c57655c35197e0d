package io.ottla.cli.produce;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.produce.InputRecord.Header;
import io.ottla.cli.terminal.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines that {@code consume} prints: key, value, headers and timestamp as objects, so that records travel from topic to topic
 * unchanged. Partition and offset are of the place they were read from and are ignored, unless partitions are to be kept.
 */
final class RecordLines implements LineFormat {
  private final boolean keepPartitions;

  RecordLines(boolean keepPartitions) {
    this.keepPartitions = keepPartitions;
  }

  @Override
  public InputRecord parse(long line, byte[] text) throws BadLine {
    JsonNode json = JsonLines.json(text);
    if (!json.isObject() || !(json.has("value") || json.has("key"))) {
      throw new BadLine("it is no record object with a key or a value");
    }
    Integer partition = keepPartitions && json.has("partition") ? json.path("partition").asInt() : null;
    Long timestamp = json.has("timestamp") ? json.path("timestamp").asLong() : null;
    return new InputRecord(line, bytes(json.path("key"), json.path("key_encoding").asText("json")),
        bytes(json.path("value"), json.path("value_encoding").asText("json")), partition, timestamp,
        headers(json.path("headers")));
  }

  @Override
  public boolean skipsEmptyLines() {
    return true;
  }

  private static byte @Nullable [] bytes(JsonNode field, String encoding) throws BadLine {
    if (field.isMissingNode() || (field.isNull() && "json".equals(encoding)))
      return null;
    return switch (encoding) {
      case "json" -> Json.compact(field).getBytes(StandardCharsets.UTF_8);
      case "text" -> field.asText().getBytes(StandardCharsets.UTF_8);
      case "base64" -> base64(field.asText());
      default -> throw new BadLine("unknown encoding " + encoding);
    };
  }

  private static List<Header> headers(JsonNode array) throws BadLine {
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : array) {
      JsonNode value = header.path("value");
      headers.add(new Header(header.path("key").asText(), value.isTextual() ? base64(value.asText()) : null));
    }
    return headers;
  }

  private static byte[] base64(String text) throws BadLine {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadLine("its base64 is broken");
    }
  }
}
