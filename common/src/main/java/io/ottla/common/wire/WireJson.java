package io.ottla.common.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;

/** JSON of the calls between nodes. Unknown fields are ignored, so that a newer node can talk to an older one. Any thread. */
public final class WireJson {
  private static final ObjectMapper MAPPER = new ObjectMapper()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private WireJson() {
  }

  /** The mapper, for streaming and trees. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** The UTF-8 bytes of a wire record. */
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("wire record " + value.getClass().getSimpleName() + " cannot be written", e);
    }
  }

  /**
   * Reads a wire record.
   *
   * @throws IOException when the bytes are not such a record
   */
  public static <T> T read(byte[] bytes, Class<T> type) throws IOException {
    return read(bytes, 0, bytes.length, type);
  }

  /** Reads a wire record from a part of an array. */
  public static <T> T read(byte[] bytes, int offset, int length, Class<T> type) throws IOException {
    T value = MAPPER.readValue(bytes, offset, length, type);
    if (value == null) {
      throw new IOException("empty body where " + type.getSimpleName() + " was expected");
    }
    return value;
  }
}
