package io.ottla.cli.produce;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.produce.InputRecord.Header;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
    return new InputRecord(line, bytes(text, json, "key"), bytes(text, json, "value"), partition, timestamp,
        headers(json.path("headers")));
  }

  @Override
  public boolean skipsEmptyLines() {
    return true;
  }

  private static byte @Nullable [] bytes(byte[] line, JsonNode json, String name) throws BadLine {
    JsonNode field = json.path(name);
    String encoding = json.path(name + "_encoding").asText("json");
    if (field.isMissingNode() || field.isNull())
      return null;
    return switch (encoding) {
      case "json" -> rawText(line, name);
      case "text" -> field.asText().getBytes(StandardCharsets.UTF_8);
      case "base64" -> base64(field.asText());
      default -> throw new BadLine("unknown encoding " + encoding);
    };
  }

  /** The bytes of a field's value exactly as they stand in the line: blanks and digits are part of what was stored. */
  private static byte[] rawText(byte[] line, String name) throws BadLine {
    try (JsonParser parser = Json.mapper().createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = name.equals(parser.currentName());
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        if (wanted)
          return Arrays.copyOfRange(line, start, (int) parser.currentLocation().getByteOffset());
      }
    } catch (IOException e) {
      throw new BadLine("it is not JSON");
    }
    throw new BadLine("it has no " + name);
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
