package io.ottla.broker.http.api.v3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.CreateTopicRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the body that creates a topic. Whether the topic can be created is for the controller to say. One use, one thread. */
public final class TopicBody {
  private @Nullable String name;
  private @Nullable Integer partitions;
  private @Nullable Integer replicationFactor;
  private @Nullable Map<Integer, List<Integer>> assignments;
  private final SequencedMap<String, String> configs = new LinkedHashMap<>();
  private boolean validateOnly;

  private TopicBody() {
  }

  /**
   * The request in a body.
   *
   * @throws ApiException 400/400 for a wrong shape, 422/42206 for an empty body
   */
  public static CreateTopicRequest parse(byte[] body) {
    return JsonInput.read(body, json -> new TopicBody().request(json));
  }

  private CreateTopicRequest request(JsonParser json) throws IOException {
    JsonToken first = json.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      throw new ApiException(422, 42206, "The request body is empty.");
    }
    if (first != JsonToken.START_OBJECT) {
      throw ApiException.malformed("The request body must be an object.");
    }
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      field(json, field);
    }
    if (name == null) {
      throw ApiException.malformed("'topic_name' is missing.");
    }
    return new CreateTopicRequest(name, partitions, replicationFactor, assignments, configs, validateOnly);
  }

  private void field(JsonParser json, String field) throws IOException {
    switch (field) {
      case "topic_name" -> name = JsonValues.string(json, field);
      case "partitions_count" -> partitions = JsonValues.integer(json, field);
      case "replication_factor" -> replicationFactor = JsonValues.integer(json, field);
      case "replicas_assignments" -> assignments = assignments(json);
      case "configs" -> configs(json);
      case "validate_only" -> validateOnly = JsonValues.bool(json, field);
      default -> throw ApiException.malformed("Unknown field '" + field + "'.");
    }
  }

  private static @Nullable Map<Integer, List<Integer>> assignments(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    JsonValues.require(json, JsonToken.START_OBJECT,
        "'replicas_assignments' must be an object of broker ids by partition");
    Map<Integer, List<Integer>> assignments = new TreeMap<>();
    for (String partition = json.nextFieldName(); partition != null; partition = json.nextFieldName()) {
      json.nextToken();
      assignments.put(number(partition), JsonValues.brokers(json));
    }
    return assignments;
  }

  private static int number(String partition) {
    try {
      return Integer.parseInt(partition);
    } catch (NumberFormatException e) {
      throw ApiException.malformed("'" + partition + "' in 'replicas_assignments' is not a partition number.");
    }
  }

  private void configs(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    JsonValues.require(json, JsonToken.START_ARRAY, "'configs' must be an array of objects with 'name' and 'value'");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      JsonValues.require(json, JsonToken.START_OBJECT,
          "An element of 'configs' must be an object with 'name' and 'value'");
      config(json);
    }
  }

  private void config(JsonParser json) throws IOException {
    String key = null;
    String value = null;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "name" -> key = JsonValues.string(json, "name");
        case "value" -> value = JsonValues.string(json, "value");
        default -> throw ApiException.malformed("Unknown field '" + field + "' in 'configs'.");
      }
    }
    if (key == null) {
      throw ApiException.malformed("An element of 'configs' has no 'name'.");
    }
    if (value == null) {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, "Configuration " + key + " has no value.");
    }
    if (configs.put(key, value) != null) {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, "Configuration " + key + " is given twice.");
    }
  }
}
