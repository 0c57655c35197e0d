package io.ottla.broker.http.api.v3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsRequest.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the bodies that change settings. Whether a value is acceptable is for the controller to say. */
final class ConfigBodies {
  private ConfigBodies() {
  }

  /** {@code {"value":"gzip"}}. */
  static String value(byte[] body) {
    @Nullable
    String[] value = new String[1];
    JsonInput.read(body, json -> {
      JsonValues.body(json, field -> {
        if (!field.equals("value")) {
          throw JsonValues.unknown(field);
        }
        value[0] = JsonValues.string(json, field);
      });
      return value;
    });
    return given(value[0], "'value' is missing; DELETE this path to go back to the default.");
  }

  /** {@code {"data":[{"name":"retention.ms","value":"1000"},{"name":"cleanup.policy","operation":"DELETE"}],"validate_only":false}}. */
  static AlterTopicConfigsRequest batch(String topic, byte[] body) {
    List<Change> changes = new ArrayList<>();
    boolean[] validateOnly = new boolean[1];
    JsonInput.read(body, json -> {
      JsonValues.body(json, field -> {
        switch (field) {
          case "data" -> changes(json, changes);
          case "validate_only" -> validateOnly[0] = JsonValues.bool(json, field);
          default -> throw JsonValues.unknown(field);
        }
      });
      return changes;
    });
    if (changes.isEmpty()) {
      throw ApiException.incomplete("'data' is missing or empty: there is nothing to change.");
    }
    return new AlterTopicConfigsRequest(topic, List.copyOf(changes), validateOnly[0]);
  }

  private static void changes(JsonParser json, List<Change> changes) throws IOException {
    JsonValues.require(json, JsonToken.START_ARRAY, "'data' must be an array of objects with 'name' and 'value'");
    Set<String> names = new HashSet<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      JsonValues.require(json, JsonToken.START_OBJECT,
          "An element of 'data' must be an object with 'name' and 'value'");
      Change change = change(json);
      requireKnown(change.name());
      if (!names.add(change.name())) {
        throw ApiException.malformed("Config " + change.name() + " is given twice.");
      }
      changes.add(change);
    }
  }

  private static Change change(JsonParser json) throws IOException {
    @Nullable
    String[] parts = new String[3];
    JsonValues.fields(json, field -> {
      int part = switch (field) {
        case "name" -> 0;
        case "value" -> 1;
        case "operation" -> 2;
        default -> throw JsonValues.unknown(field);
      };
      parts[part] = JsonValues.string(json, field);
    });
    String name = given(parts[0], "An element of 'data' has no 'name'.");
    String operation = parts[2] == null ? "SET" : parts[2].toUpperCase(Locale.ROOT);
    return switch (operation) {
      case "SET" -> new Change(name, given(parts[1], "Config " + name + " has no 'value'."));
      case "DELETE" -> new Change(name, null);
      default -> throw ApiException.malformed("'operation' of config " + name + " must be SET or DELETE.");
    };
  }

  /** @throws ApiException 404/404 for a setting that does not exist */
  static void requireKnown(String name) {
    if (TopicConfigs.key(name).isEmpty()) {
      throw ApiException.notFound("Config " + name + " cannot be found.");
    }
  }

  private static String given(@Nullable String value, String message) {
    if (value == null) {
      throw ApiException.malformed(message);
    }
    return value;
  }
}
