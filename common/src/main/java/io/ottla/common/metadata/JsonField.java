package io.ottla.common.metadata;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every field a record or a line of a snapshot can have, with the one kind of value it has wherever it occurs. */
@SuppressWarnings("ImmutableEnumChecker") // an encoded name is written once
enum JsonField {
  TYPE(Kind.TEXT), VERSION(Kind.NUMBER), BROKER_ID(Kind.NUMBER), BROKER_EPOCH(Kind.LONG), INCARNATION_ID(
      Kind.ID), DIRECTORY_IDS(Kind.IDS), ENDPOINTS(Kind.ENDPOINTS), RACK(Kind.TEXT), FEATURES(Kind.FEATURES), FENCED(
          Kind.FLAG), IN_CONTROLLED_SHUTDOWN(Kind.FLAG), LAST_ACTIVE_EPOCH(Kind.LONG), TOPIC_ID(
              Kind.ID), NAME(Kind.TEXT), PARTITION(Kind.NUMBER), REPLICAS(Kind.NUMBERS), ISR(Kind.NUMBERS), ELR(
                  Kind.NUMBERS), LAST_KNOWN_LEADER(Kind.NUMBER), ADDING(Kind.NUMBERS), REMOVING(Kind.NUMBERS), LEADER(
                      Kind.NUMBER), LEADER_RECOVERY_STATE(Kind.TEXT), LEADER_EPOCH(Kind.NUMBER), PARTITION_EPOCH(
                          Kind.NUMBER), DIRECTORIES(Kind.IDS), DIRECTORY_NUMBERS(Kind.NUMBERS), RESOURCE_TYPE(
                              Kind.TEXT), RESOURCE_NAME(Kind.TEXT), KEY(Kind.TEXT), VALUE(Kind.TEXT), HOST(
                                  Kind.TEXT), PORT(Kind.NUMBER), INDEX(Kind.LONG), TERM(
                                      Kind.LONG), PARTITIONS(Kind.NUMBER), NEXT_PRODUCER_ID(
                                          Kind.LONG), LINES(Kind.LONG), DIGEST(Kind.TEXT);

  /** What a value looks like. */
  enum Kind {
    TEXT, NUMBER, LONG, FLAG, ID, IDS, NUMBERS, ENDPOINTS, FEATURES
  }

  private static final Map<String, JsonField> BY_NAME = new HashMap<>();

  static {
    for (JsonField field : values()) {
      BY_NAME.put(field.jsonName, field);
    }
  }

  private final String jsonName;
  private final SerializableString encodedName;
  private final Kind kind;

  JsonField(Kind kind) {
    this.kind = kind;
    this.jsonName = jsonName(name());
    this.encodedName = new SerializedString(jsonName);
  }

  static @Nullable JsonField of(String jsonName) {
    return BY_NAME.get(jsonName);
  }

  String jsonName() {
    return jsonName;
  }

  /** The name for a generator, encoded once. */
  SerializableString encodedName() {
    return encodedName;
  }

  Kind kind() {
    return kind;
  }

  /** BROKER_ID is brokerId. */
  private static String jsonName(String constant) {
    StringBuilder name = new StringBuilder();
    for (String word : constant.toLowerCase(Locale.ROOT).split("_")) {
      name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }
}
