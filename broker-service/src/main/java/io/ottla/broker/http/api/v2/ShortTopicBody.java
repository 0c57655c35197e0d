package io.ottla.broker.http.api.v2;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.wire.CreateTopicRequest;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"topic_name":"orders","partitions_count":3,"replication_factor":2}}, of which only the name is needed. */
final class ShortTopicBody {
  private ShortTopicBody() {
  }

  static CreateTopicRequest parse(byte[] body) {
    return JsonInput.read(body, ShortTopicBody::request);
  }

  private static CreateTopicRequest request(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw ApiException.malformed("The request body must be an object with 'topic_name'.");
    }
    String name = null;
    Integer partitions = null;
    Integer replicationFactor = null;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      switch (field) {
        case "topic_name" -> name = token == JsonToken.VALUE_STRING ? json.getText() : null;
        case "partitions_count" -> partitions = integer(json, token, field);
        case "replication_factor" -> replicationFactor = integer(json, token, field);
        default -> throw ApiException.malformed("Unknown field '" + field + "'.");
      }
      json.skipChildren();
    }
    if (name == null) {
      throw ApiException.malformed("'topic_name' is missing or not a string.");
    }
    return new CreateTopicRequest(name, partitions, replicationFactor, null, Map.of(), false);
  }

  private static @Nullable Integer integer(JsonParser json, JsonToken token, String field) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw ApiException.malformed("'" + field + "' must be an integer.");
    }
    return json.getIntValue();
  }
}
