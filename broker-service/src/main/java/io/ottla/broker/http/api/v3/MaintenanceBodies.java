package io.ottla.broker.http.api.v3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.JsonInput;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ReassignPartitionsRequest.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the bodies that change partitions. Whether the change is possible is for the controller to say. */
final class MaintenanceBodies {
  private MaintenanceBodies() {
  }

  /** {@code {"partitions_count":10}}. */
  static int partitionsCount(byte[] body) {
    return JsonInput.read(body, json -> {
      @Nullable
      Integer[] count = new Integer[1];
      JsonValues.body(json, field -> {
        if (!field.equals("partitions_count")) {
          throw JsonValues.unknown(field);
        }
        count[0] = JsonValues.integer(json, field);
      });
      return given(count[0], "'partitions_count' is missing.");
    });
  }

  /** {@code {"election_type":"PREFERRED"}}; nothing at all means the same. */
  static ElectLeadersRequest.Type electionType(byte[] body) {
    return JsonInput.read(body, json -> {
      ElectLeadersRequest.Type[] type = {ElectLeadersRequest.Type.PREFERRED};
      JsonValues.optionalBody(json, field -> {
        if (!field.equals("election_type")) {
          throw JsonValues.unknown(field);
        }
        type[0] = type(JsonValues.string(json, field));
      });
      return type[0];
    });
  }

  private static ElectLeadersRequest.Type type(@Nullable String name) {
    return switch (name == null ? "" : name.toUpperCase(Locale.ROOT)) {
      case "PREFERRED" -> ElectLeadersRequest.Type.PREFERRED;
      case "UNCLEAN" -> ElectLeadersRequest.Type.UNCLEAN;
      default -> throw ApiException.malformed("'election_type' must be PREFERRED or UNCLEAN.");
    };
  }

  /** {@code {"replicas":[1,2,3]}}. */
  static List<Integer> replicas(byte[] body) {
    return JsonInput.read(body, json -> {
      List<List<Integer>> replicas = new ArrayList<>();
      JsonValues.body(json, field -> {
        if (!field.equals("replicas")) {
          throw JsonValues.unknown(field);
        }
        replicas.add(JsonValues.brokers(json));
      });
      if (replicas.isEmpty()) {
        throw ApiException.malformed("'replicas' is missing; DELETE this path to cancel a reassignment.");
      }
      return replicas.getFirst();
    });
  }

  /** {@code {"reassignments":[{"topic_name":"t","partition_id":0,"replicas":[1,2,3]}]}}; replicas of null cancel. */
  static List<Target> reassignments(byte[] body) {
    List<Target> targets = JsonInput.read(body, json -> {
      List<Target> read = new ArrayList<>();
      JsonValues.body(json, field -> {
        if (!field.equals("reassignments")) {
          throw JsonValues.unknown(field);
        }
        JsonValues.require(json, JsonToken.START_ARRAY, "'reassignments' must be an array");
        while (json.nextToken() != JsonToken.END_ARRAY) {
          JsonValues.require(json, JsonToken.START_OBJECT, "An element of 'reassignments' must be an object");
          read.add(new TargetReader().read(json));
        }
      });
      return read;
    });
    if (targets.isEmpty()) {
      throw ApiException.incomplete("'reassignments' is missing or empty: there is nothing to move.");
    }
    return List.copyOf(targets);
  }

  /** One element, field by field. */
  private static final class TargetReader {
    private @Nullable String topic;
    private @Nullable Integer partition;
    private @Nullable List<Integer> replicas;
    private boolean replicasGiven;

    private Target read(JsonParser json) throws IOException {
      JsonValues.fields(json, field -> {
        switch (field) {
          case "topic_name" -> topic = JsonValues.string(json, field);
          case "partition_id" -> partition = JsonValues.integer(json, field);
          case "replicas" -> {
            replicas = json.currentToken() == JsonToken.VALUE_NULL ? null : JsonValues.brokers(json);
            replicasGiven = true;
          }
          default -> throw JsonValues.unknown(field);
        }
      });
      if (topic == null || partition == null || !replicasGiven) {
        throw ApiException.malformed("An element of 'reassignments' needs 'topic_name', 'partition_id' and 'replicas', "
            + "which is null to cancel.");
      }
      return new Target(topic, partition, replicas);
    }
  }

  private static <T> T given(@Nullable T value, String message) {
    if (value == null) {
      throw ApiException.malformed(message);
    }
    return value;
  }
}
