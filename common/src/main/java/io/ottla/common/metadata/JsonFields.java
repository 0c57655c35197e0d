package io.ottla.common.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object, read strictly: right kind, nothing missing, nothing left over. Violations are illegal arguments. */
final class JsonFields {
  private final JsonNode object;
  private final Set<String> read = new HashSet<>();

  JsonFields(JsonNode object) {
    require(object.isObject(), "an object was expected, not " + object.getNodeType());
    this.object = object;
  }

  String text(String field) {
    return text(field, required(field));
  }

  @Nullable
  String optionalText(String field) {
    JsonNode node = optional(field);
    return node == null ? null : text(field, node);
  }

  int number(String field) {
    return number(field, required(field));
  }

  @Nullable
  Integer optionalNumber(String field) {
    JsonNode node = optional(field);
    return node == null ? null : (Integer) number(field, node);
  }

  long longNumber(String field) {
    JsonNode node = required(field);
    require(node.isIntegralNumber() && node.canConvertToLong(), field + " is not a 64-bit integer");
    return node.longValue();
  }

  @Nullable
  Boolean optionalFlag(String field) {
    JsonNode node = optional(field);
    require(node == null || node.isBoolean(), field + " is not a boolean");
    return node == null ? null : (Boolean) node.booleanValue();
  }

  UUID id(String field) {
    return id(field, required(field));
  }

  List<UUID> ids(String field) {
    return ids(field, required(field));
  }

  @Nullable
  List<UUID> optionalIds(String field) {
    JsonNode node = optional(field);
    return node == null ? null : ids(field, node);
  }

  List<Integer> numbers(String field) {
    return numbers(field, required(field));
  }

  @Nullable
  List<Integer> optionalNumbers(String field) {
    JsonNode node = optional(field);
    return node == null ? null : numbers(field, node);
  }

  JsonNode array(String field) {
    JsonNode node = required(field);
    require(node.isArray(), field + " is not an array");
    return node;
  }

  JsonNode object(String field) {
    JsonNode node = required(field);
    require(node.isObject(), field + " is not an object");
    return node;
  }

  /** Fails when the object has a field nobody asked for: a newer writer said something this reader would ignore. */
  void requireAllRead() {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      require(read.contains(field.getKey()), "unknown field " + field.getKey());
    }
  }

  static List<Integer> numbers(String field, JsonNode node) {
    require(node.isArray(), field + " is not an array");
    List<Integer> numbers = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      numbers.add(number(field, element));
    }
    return numbers;
  }

  private static List<UUID> ids(String field, JsonNode node) {
    require(node.isArray(), field + " is not an array");
    List<UUID> ids = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      ids.add(id(field, element));
    }
    return ids;
  }

  private static UUID id(String field, JsonNode node) {
    return UUID.fromString(text(field, node));
  }

  private static int number(String field, JsonNode node) {
    require(node.isIntegralNumber() && node.canConvertToInt(), field + " is not a 32-bit integer");
    return node.intValue();
  }

  private static String text(String field, JsonNode node) {
    require(node.isTextual(), field + " is not a string");
    return node.textValue();
  }

  private JsonNode required(String field) {
    JsonNode node = optional(field);
    if (node == null) {
      throw new IllegalArgumentException("field " + field + " is missing");
    }
    return node;
  }

  private @Nullable JsonNode optional(String field) {
    read.add(field);
    return object.get(field);
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new IllegalArgumentException(violation);
    }
  }
}
