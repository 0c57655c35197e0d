package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries as JSON: a UTF-8 array of records, each an object with {@code type}, {@code version} and its fields in a fixed order, so that equal
 * entries have equal bytes. Reading is strict: an unknown type, version or field, a missing field or a wrong kind of value throws, because a
 * node that guesses diverges from the others. Any thread.
 */
public final class MetadataJson {
  private static final ObjectMapper MAPPER = new ObjectMapper(
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private MetadataJson() {
  }

  /** The bytes of an entry. */
  public static byte[] encode(List<MetadataRecord> records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 128 * records.size());
    try (JsonGenerator json = MAPPER.getFactory().createGenerator(bytes)) {
      MetadataJsonWriter writer = new MetadataJsonWriter(json);
      json.writeStartArray();
      for (MetadataRecord metadataRecord : records) {
        writer.write(metadataRecord);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The records of an entry.
   *
   * @throws MetadataReplayException when the bytes are not an entry this version understands completely
   */
  public static List<MetadataRecord> decode(byte[] bytes) {
    try {
      return decode(MAPPER.readTree(bytes));
    } catch (IOException e) {
      throw new MetadataReplayException("an entry is not JSON", e);
    }
  }

  /** As the other form, for an array already parsed. */
  public static List<MetadataRecord> decode(JsonNode array) {
    if (!array.isArray()) {
      throw new MetadataReplayException("an entry is not a JSON array but " + array.getNodeType());
    }
    List<MetadataRecord> records = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      records.add(MetadataJsonReader.read(element));
    }
    return List.copyOf(records);
  }
}
