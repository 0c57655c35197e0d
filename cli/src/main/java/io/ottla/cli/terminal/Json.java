package io.ottla.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** The one JSON mapper of the command: strict about duplicates and trailing text, exact about numbers. */
public final class Json {
  private static final ObjectMapper MAPPER = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Json() {
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Parses exactly one JSON value. */
  public static JsonNode parse(byte[] bytes) throws IOException {
    return MAPPER.readTree(bytes);
  }

  /** Compact, on one line. */
  public static String compact(Object value) {
    return write(() -> MAPPER.writeValueAsString(value));
  }

  /** Indented, for people and for state files. */
  public static String pretty(Object value) {
    return write(() -> MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  private static String write(Writing writing) {
    try {
      return writing.text();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Writing {
    String text() throws JsonProcessingException;
  }
}
