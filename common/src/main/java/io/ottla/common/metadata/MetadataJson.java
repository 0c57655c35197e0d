package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
  private static final JsonFactory FACTORY = new JsonFactory();

  private MetadataJson() {
  }

  /** The bytes of an entry. */
  public static byte[] encode(List<MetadataRecord> records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 128 * records.size());
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
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

  /** No less than the bytes a record adds to its entry; found without encoding it. */
  public static int sizeBound(MetadataRecord metadataRecord) {
    return MetadataJsonSize.bound(metadataRecord);
  }

  /**
   * The records of an entry.
   *
   * @throws MetadataReplayException when the bytes are not an entry this version understands completely
   */
  public static List<MetadataRecord> decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** As the other form, for a part of an array. */
  public static List<MetadataRecord> decode(byte[] bytes, int offset, int length) {
    try (JsonParser json = FACTORY.createParser(bytes, offset, length)) {
      List<MetadataRecord> records = records(json);
      if (json.nextToken() != null) {
        throw new MetadataReplayException("something follows the end of an entry");
      }
      return records;
    } catch (IOException e) {
      throw new MetadataReplayException("an entry is not JSON", e);
    }
  }

  private static List<MetadataRecord> records(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_ARRAY) {
      throw new MetadataReplayException("an entry is not a JSON array but begins with " + json.currentToken());
    }
    MetadataJsonReader reader = new MetadataJsonReader(json);
    List<MetadataRecord> records = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      records.add(reader.read());
    }
    return List.copyOf(records);
  }
}
