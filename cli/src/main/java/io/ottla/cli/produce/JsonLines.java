package io.ottla.cli.produce;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NDJSON: each line is one JSON value, stored byte for byte as it stands (numbers are never reformatted). The key, if a field is named for
 * it, is that field's JSON text: the same bytes, and so the same partition, as a key sent with curl in the JSON format.
 */
final class JsonLines implements LineFormat {
  /** How a key becomes bytes. */
  enum KeyBytes {
    /** A string keeps its quotes. */
    JSON,
    /** A string loses its quotes; other values are their JSON text. */
    TEXT
  }

  private final List<String> keyPath;
  private final KeyBytes keyBytes;

  /** @param keyField dotted path of the key's field; empty for records without key */
  JsonLines(String keyField, KeyBytes keyBytes) {
    this.keyPath = keyField.isEmpty() ? List.of() : List.of(keyField.split("\\."));
    this.keyBytes = keyBytes;
  }

  @Override
  public InputRecord parse(long line, byte[] text) throws BadLine {
    JsonNode value = json(text);
    return new InputRecord(line, keyPath.isEmpty() ? null : key(value), text, null, null, List.of());
  }

  @Override
  public boolean skipsEmptyLines() {
    return true;
  }

  private byte @Nullable [] key(JsonNode value) throws BadLine {
    JsonNode key = value;
    for (String field : keyPath) {
      key = key.path(field);
    }
    if (key.isMissingNode())
      throw new BadLine("it has no field " + String.join(".", keyPath));
    if (key.isNull())
      return null;
    String text = keyBytes == KeyBytes.TEXT && key.isTextual() ? key.asText() : Json.compact(key);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static JsonNode json(byte[] text) throws BadLine {
    try {
      JsonNode value = Json.parse(text);
      if (value.isMissingNode())
        throw new BadLine("it is empty");
      return value;
    } catch (IOException e) {
      throw new BadLine("it is not JSON");
    }
  }
}
