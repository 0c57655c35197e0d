package io.ottla.cli.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * One record as a line of JSON that loses nothing: keys and values that are JSON stand as they are (to the digit), other UTF-8 text as a
 * string with {@code *_encoding: "text"}, anything else as base64 with {@code *_encoding: "base64"}.
 */
final class RecordLine {
  private RecordLine() {
  }

  /** The line for a record in the REST API's binary format. */
  static String of(JsonNode fetched) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = Json.mapper().createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("topic", fetched.path("topic").asText());
      json.writeNumberField("partition", fetched.path("partition").asInt());
      json.writeNumberField("offset", fetched.path("offset").asLong());
      if (fetched.has("timestamp"))
        json.writeNumberField("timestamp", fetched.path("timestamp").asLong());
      write(json, "key", fetched.path("key"));
      write(json, "value", fetched.path("value"));
      if (!fetched.path("headers").isEmpty())
        json.writeObjectField("headers", fetched.path("headers"));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  private static void write(JsonGenerator json, String field, JsonNode base64) throws IOException {
    if (!base64.isTextual()) {
      json.writeNullField(field);
      return;
    }
    byte[] bytes = Base64.getDecoder().decode(base64.asText());
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      json.writeStringField(field, base64.asText());
      json.writeStringField(field + "_encoding", "base64");
      return;
    }
    if (isOneLineOfJson(bytes, text)) {
      json.writeFieldName(field);
      json.writeRawValue(text);
    } else {
      json.writeStringField(field, text);
      json.writeStringField(field + "_encoding", "text");
    }
  }

  /** JSON null is excluded, which could not be told from a record without value; so is JSON in blanks, which would be lost. */
  private static boolean isOneLineOfJson(byte[] bytes, String text) {
    if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0 || !text.equals(text.strip()))
      return false;
    try {
      JsonNode json = Json.parse(bytes);
      return !json.isMissingNode() && !json.isNull();
    } catch (IOException e) {
      return false;
    }
  }
}
