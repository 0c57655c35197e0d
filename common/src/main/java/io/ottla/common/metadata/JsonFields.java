package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.common.metadata.JsonField.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object after another, read from a stream strictly: right kind, nothing twice, nothing missing, nothing left over.
 * Violations are illegal arguments. Equal lists and ids are one object for as long as this reader lives, so that an image made of what it
 * read holds each of them once.
 */
@SuppressWarnings({"EnumOrdinal", "NonApiType"}) // slots of one object's fields, and maps that are never handed out
final class JsonFields {
  /** The version of every type of record and line. */
  static final int VERSION = 1;

  private static final JsonField[] ALL = JsonField.values();
  private static final int ID_CHARACTERS = 36;

  private final int[] numbers = new int[ALL.length];
  private final long[] longs = new long[ALL.length];
  private final @Nullable Object[] objects = new @Nullable Object[ALL.length];
  private final Map<String, UUID> ids = new HashMap<>();
  private final Map<List<?>, List<?>> lists = new HashMap<>();
  /** A bit per field. */
  private long present;
  private long taken;
  private @Nullable String unknown;

  /**
   * Reads a record or line and its {@code type}.
   *
   * @throws MetadataReplayException when it is of a version other than the one each type has today
   */
  String readTyped(JsonParser json) throws IOException {
    read(json);
    String type = text(JsonField.TYPE);
    int version = number(JsonField.VERSION);
    if (version != VERSION) {
      throw new MetadataReplayException("type " + type + " has unknown version " + version);
    }
    return type;
  }

  /** Reads the object whose opening brace is the parser's current token, up to its closing one. */
  void read(JsonParser json) throws IOException {
    require(json.currentToken() == JsonToken.START_OBJECT, "an object was expected, not " + json.currentToken());
    present = 0;
    taken = 0;
    unknown = null;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonField field = JsonField.of(name);
      json.nextToken();
      if (field == null) {
        // Refused once type and version, which may explain it, are known.
        unknown = name;
        json.skipChildren();
      } else {
        require((present & bit(field)) == 0, name, " occurs twice");
        present |= bit(field);
        readValue(json, field);
      }
    }
    require(json.currentToken() == JsonToken.END_OBJECT, "an object is not closed");
  }

  private void readValue(JsonParser json, JsonField field) throws IOException {
    int at = field.ordinal();
    switch (field.kind()) {
      case TEXT -> objects[at] = text(json, field);
      case NUMBER -> numbers[at] = number(json, field);
      case LONG -> longs[at] = longNumber(json, field);
      case FLAG -> numbers[at] = flag(json, field) ? 1 : 0;
      case ID -> objects[at] = id(json, field);
      case IDS -> objects[at] = ids(json, field);
      case NUMBERS -> objects[at] = numberList(json, field.jsonName());
      case ENDPOINTS -> objects[at] = endpoints(json, field);
      case FEATURES -> objects[at] = features(json, field);
    }
  }

  boolean has(JsonField field) {
    return (present & bit(field)) != 0;
  }

  String text(JsonField field) {
    return (String) object(field, Kind.TEXT);
  }

  @Nullable
  String optionalText(JsonField field) {
    return has(field) ? text(field) : null;
  }

  int number(JsonField field) {
    take(field, Kind.NUMBER);
    return numbers[field.ordinal()];
  }

  int number(JsonField field, int absent) {
    return has(field) ? number(field) : absent;
  }

  @Nullable
  Integer optionalNumber(JsonField field) {
    return has(field) ? (Integer) number(field) : null;
  }

  long longNumber(JsonField field) {
    take(field, Kind.LONG);
    return longs[field.ordinal()];
  }

  boolean flag(JsonField field) {
    take(field, Kind.FLAG);
    return numbers[field.ordinal()] == 1;
  }

  @Nullable
  Boolean optionalFlag(JsonField field) {
    return has(field) ? (Boolean) flag(field) : null;
  }

  UUID id(JsonField field) {
    return (UUID) object(field, Kind.ID);
  }

  @SuppressWarnings("unchecked")
  List<UUID> ids(JsonField field) {
    return (List<UUID>) object(field, Kind.IDS);
  }

  @Nullable
  List<UUID> optionalIds(JsonField field) {
    return has(field) ? ids(field) : null;
  }

  @SuppressWarnings("unchecked")
  List<Integer> numbers(JsonField field) {
    return (List<Integer>) object(field, Kind.NUMBERS);
  }

  List<Integer> numbers(JsonField field, List<Integer> absent) {
    return has(field) ? numbers(field) : absent;
  }

  @Nullable
  List<Integer> optionalNumbers(JsonField field) {
    return has(field) ? numbers(field) : null;
  }

  @SuppressWarnings("unchecked")
  List<Endpoint> endpoints(JsonField field) {
    return (List<Endpoint>) object(field, Kind.ENDPOINTS);
  }

  @SuppressWarnings("unchecked")
  TreeMap<String, FeatureRange> features(JsonField field) {
    return (TreeMap<String, FeatureRange>) object(field, Kind.FEATURES);
  }

  /**
   * To be called when all known fields were asked for.
   *
   * @throws MetadataReplayException when the object has another one: a newer writer said something this reader would ignore
   */
  void requireAllTaken() {
    long left = present & ~taken;
    if (left != 0 || unknown != null) {
      throw new MetadataReplayException(
          "unknown field " + (left == 0 ? unknown : ALL[Long.numberOfTrailingZeros(left)].jsonName()));
    }
  }

  private Object object(JsonField field, Kind kind) {
    take(field, kind);
    Object value = objects[field.ordinal()];
    if (value == null) {
      throw new IllegalStateException("field " + field + " has no value");
    }
    return value;
  }

  private void take(JsonField field, Kind kind) {
    if (field.kind() != kind) {
      throw new IllegalStateException("field " + field + " is no " + kind);
    }
    require(has(field), field.jsonName(), " is missing");
    taken |= bit(field);
  }

  private static long bit(JsonField field) {
    return 1L << field.ordinal();
  }

  private static String text(JsonParser json, JsonField field) throws IOException {
    require(json.currentToken() == JsonToken.VALUE_STRING, field.jsonName(), " is not a string");
    return json.getText();
  }

  private static int number(JsonParser json, JsonField field) throws IOException {
    return number(json, field.jsonName());
  }

  private static int number(JsonParser json, String name) throws IOException {
    boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() == JsonParser.NumberType.INT;
    require(fits, name, " is not a 32-bit integer");
    return json.getIntValue();
  }

  private static long longNumber(JsonParser json, JsonField field) throws IOException {
    boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    require(fits, field.jsonName(), " is not a 64-bit integer");
    return json.getLongValue();
  }

  private static boolean flag(JsonParser json, JsonField field) throws IOException {
    JsonToken token = json.currentToken();
    require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field.jsonName(), " is not a boolean");
    return token == JsonToken.VALUE_TRUE;
  }

  private UUID id(JsonParser json, JsonField field) throws IOException {
    String text = text(json, field);
    require(text.length() == ID_CHARACTERS, field.jsonName(), " is not an id");
    return ids.computeIfAbsent(text, UUID::fromString);
  }

  private List<UUID> ids(JsonParser json, JsonField field) throws IOException {
    requireArray(json, field.jsonName());
    List<UUID> all = new ArrayList<>(4);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      all.add(id(json, field));
    }
    return shared(all);
  }

  private List<Integer> numberList(JsonParser json, String name) throws IOException {
    requireArray(json, name);
    List<Integer> all = new ArrayList<>(4);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      all.add(number(json, name));
    }
    return shared(all);
  }

  @SuppressWarnings("unchecked")
  private <T> List<T> shared(List<T> list) {
    if (list.isEmpty()) {
      return List.of();
    }
    List<?> known = lists.get(list);
    if (known == null) {
      known = List.copyOf(list);
      lists.put(known, known);
    }
    return (List<T>) known;
  }

  private static List<Endpoint> endpoints(JsonParser json, JsonField field) throws IOException {
    requireArray(json, field.jsonName());
    List<Endpoint> endpoints = new ArrayList<>();
    JsonFields endpoint = new JsonFields();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      endpoint.read(json);
      endpoints.add(new Endpoint(endpoint.text(JsonField.NAME), endpoint.text(JsonField.HOST),
          endpoint.number(JsonField.PORT)));
      endpoint.requireAllTaken();
    }
    return endpoints;
  }

  private TreeMap<String, FeatureRange> features(JsonParser json, JsonField field) throws IOException {
    require(json.currentToken() == JsonToken.START_OBJECT, field.jsonName(), " is not an object");
    TreeMap<String, FeatureRange> features = new TreeMap<>();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      List<Integer> range = numberList(json, name);
      require(range.size() == 2, name, " is not a range");
      require(features.put(name, new FeatureRange(range.get(0), range.get(1))) == null, name, " occurs twice");
    }
    return features;
  }

  private static void requireArray(JsonParser json, String name) {
    require(json.currentToken() == JsonToken.START_ARRAY, name, " is not an array");
  }

  private static void require(boolean holds, String name, String violation) {
    if (!holds) {
      throw new IllegalArgumentException("field " + name + violation);
    }
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new IllegalArgumentException(violation);
    }
  }
}
