package io.ottla.broker.http.api.v2;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.EmbeddedFormat;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.record.Header;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a produce request in one pass, straight into records; keys and values are copied, never built as trees. Everything is
 * checked before anything is handed on, so a refused request has written nothing. One use, one thread.
 */
final class ProduceParser {
  private final byte[] body;
  private final EmbeddedFormat format;
  private final @Nullable Integer urlPartition;
  private final int maxRecords;
  private int index;

  private ProduceParser(byte[] body, EmbeddedFormat format, @Nullable Integer urlPartition, int maxRecords) {
    this.body = body;
    this.format = format;
    this.urlPartition = urlPartition;
    this.maxRecords = maxRecords;
  }

  /**
   * The records of a body, at least one.
   *
   * @param urlPartition partition named by the path, which the records may repeat but not contradict
   * @throws ApiException 400, 413 or 422
   */
  static List<ProducerRecord> parse(byte[] body, EmbeddedFormat format, @Nullable Integer urlPartition,
      int maxRecords) {
    return JsonInput.read(body, new ProduceParser(body, format, urlPartition, maxRecords)::request);
  }

  private List<ProducerRecord> request(JsonParser json) throws IOException {
    JsonToken first = json.nextToken();
    if (first == null) {
      throw ApiException.incomplete("The request body is empty; it must be an object with 'records'.");
    }
    if (first != JsonToken.START_OBJECT) {
      throw ApiException.malformed("The request body must be an object with 'records'.");
    }
    List<ProducerRecord> records = List.of();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (name) {
        case "records" -> records = token == JsonToken.VALUE_NULL ? records : records(json, token);
        case "key_schema", "key_schema_id", "value_schema", "value_schema_id" -> requireNoSchema(json, token, name);
        default -> throw ApiException.malformed("Unknown field '" + name + "'.");
      }
    }
    if (records.isEmpty()) {
      throw ApiException.incomplete("'records' is missing or empty.");
    }
    return records;
  }

  private static void requireNoSchema(JsonParser json, JsonToken token, String name) throws IOException {
    if (token != JsonToken.VALUE_NULL) {
      json.skipChildren();
      throw ApiException.incomplete("'" + name + "' needs a schema registry, which does not exist here.");
    }
  }

  private List<ProducerRecord> records(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      throw ApiException.malformed("'records' must be an array.");
    }
    List<ProducerRecord> records = new ArrayList<>();
    for (JsonToken element = json.nextToken(); element != JsonToken.END_ARRAY; element = json.nextToken()) {
      if (element != JsonToken.START_OBJECT) {
        throw ApiException.malformed("Element " + index + " of 'records' must be an object.");
      }
      if (index == maxRecords) {
        throw ApiException.tooLarge("A request may hold " + maxRecords + " records.");
      }
      records.add(record(json));
      index++;
    }
    return records;
  }

  private ProducerRecord record(JsonParser json) throws IOException {
    Integer partition = urlPartition;
    Long timestamp = null;
    byte[] key = null;
    byte[] value = null;
    List<Header> headers = List.of();
    boolean hasPayload = false;
    String unknown = null;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (name) {
        case "value" -> {
          value = payload(json, token, "value");
          hasPayload = true;
        }
        case "key" -> {
          key = payload(json, token, "key");
          hasPayload = true;
        }
        case "partition" -> partition = partition(json, token);
        case "timestamp" -> timestamp = timestamp(json, token);
        case "headers" -> headers = headers(json, token);
        default -> {
          unknown = name;
          json.skipChildren();
        }
      }
    }
    if (unknown != null) {
      throw hasPayload
          ? ApiException.malformed(inRecord("Unknown field '" + unknown + "'"))
          : ApiException.incomplete(inRecord("Neither 'key' nor 'value'"));
    }
    return new ProducerRecord(partition, timestamp, key, value, headers);
  }

  private byte @Nullable [] payload(JsonParser json, JsonToken token, String what) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (format) {
      case JSON -> CompactJson.take(json, body);
      case BINARY -> base64(json, token, what);
      case TEXT -> text(json, token, what);
    };
  }

  private byte[] text(JsonParser json, JsonToken token, String what) throws IOException {
    if (token != JsonToken.VALUE_STRING) {
      throw ApiException.incomplete("Because the embedded format is 'text', the " + what + " must be a string");
    }
    byte[] utf8 = Utf8.encode(json.getText());
    if (utf8 == null) {
      throw ApiException.malformed(inRecord("The " + what + " contains half of a character"));
    }
    return utf8;
  }

  private byte[] base64(JsonParser json, JsonToken token, String what) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      try {
        return Base64.getDecoder().decode(json.getText());
      } catch (IllegalArgumentException e) {
        // told below
      }
    }
    throw ApiException.malformed(inRecord("The " + what + " is not a base64 string"));
  }

  private @Nullable Integer partition(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return urlPartition;
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw ApiException.malformed(inRecord("'partition' must be an integer"));
    }
    int partition = json.getIntValue();
    if (urlPartition != null && urlPartition != partition) {
      throw ApiException.malformed(inRecord("'partition' differs from the partition in the path"));
    }
    return partition;
  }

  private @Nullable Long timestamp(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      long timestamp = json.getLongValue();
      if (timestamp >= 0) {
        return timestamp;
      }
    }
    throw ApiException.malformed(inRecord("'timestamp' must be milliseconds since 1970"));
  }

  private List<Header> headers(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return List.of();
    }
    if (token != JsonToken.START_ARRAY) {
      throw ApiException.malformed(inRecord("'headers' must be an array"));
    }
    List<Header> headers = new ArrayList<>();
    for (JsonToken element = json.nextToken(); element != JsonToken.END_ARRAY; element = json.nextToken()) {
      if (element != JsonToken.START_OBJECT) {
        throw ApiException.malformed(inRecord("A header must be an object with 'key' and 'value'"));
      }
      headers.add(header(json));
    }
    return headers;
  }

  private Header header(JsonParser json) throws IOException {
    String key = null;
    byte[] value = null;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (name) {
        case "key", "name" -> {
          if (token != JsonToken.VALUE_STRING || key != null || Utf8.encode(json.getText()) == null) {
            throw ApiException.malformed(inRecord("A header's key must be one string"));
          }
          key = json.getText();
        }
        case "value" -> value = token == JsonToken.VALUE_NULL ? null : base64(json, token, "header value");
        default -> throw ApiException.malformed(inRecord("Unknown field '" + name + "' in a header"));
      }
    }
    if (key == null) {
      throw ApiException.malformed(inRecord("A header has no 'key'"));
    }
    return new Header(key, value);
  }

  private String inRecord(String what) {
    return what + " in record " + index + " of the request.";
  }
}
