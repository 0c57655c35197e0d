package io.ottla.common.metadata;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes objects with {@code type} and {@code version} field by field; what is null, meaning unchanged or absent, is left out. */
final class JsonObjectWriter {
  private final JsonGenerator json;

  JsonObjectWriter(JsonGenerator json) {
    this.json = json;
  }

  void begin(String type) throws IOException {
    json.writeStartObject();
    text(JsonField.TYPE, type);
    number(JsonField.VERSION, JsonFields.VERSION);
  }

  void end() throws IOException {
    json.writeEndObject();
  }

  void text(JsonField field, @Nullable String text) throws IOException {
    if (text != null) {
      json.writeFieldName(field.encodedName());
      json.writeString(text);
    }
  }

  void number(JsonField field, int number) throws IOException {
    json.writeFieldName(field.encodedName());
    json.writeNumber(number);
  }

  void optionalNumber(JsonField field, @Nullable Integer number) throws IOException {
    if (number != null) {
      number(field, number);
    }
  }

  void longNumber(JsonField field, long number) throws IOException {
    json.writeFieldName(field.encodedName());
    json.writeNumber(number);
  }

  void flag(JsonField field, @Nullable Boolean flag) throws IOException {
    if (flag != null) {
      json.writeFieldName(field.encodedName());
      json.writeBoolean(flag);
    }
  }

  void id(JsonField field, UUID id) throws IOException {
    text(field, id.toString());
  }

  void ids(JsonField field, @Nullable List<UUID> ids) throws IOException {
    if (ids != null) {
      beginArray(field);
      for (int at = 0; at < ids.size(); at++) {
        json.writeString(ids.get(at).toString());
      }
      json.writeEndArray();
    }
  }

  void numbers(JsonField field, @Nullable List<Integer> numbers) throws IOException {
    if (numbers != null) {
      beginArray(field);
      for (int at = 0; at < numbers.size(); at++) {
        json.writeNumber(numbers.get(at));
      }
      json.writeEndArray();
    }
  }

  void numbers(JsonField field, int[] numbers) throws IOException {
    beginArray(field);
    for (int number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }

  void endpoints(JsonField field, List<Endpoint> endpoints) throws IOException {
    beginArray(field);
    for (Endpoint endpoint : endpoints) {
      json.writeStartObject();
      text(JsonField.NAME, endpoint.name());
      text(JsonField.HOST, endpoint.host());
      number(JsonField.PORT, endpoint.port());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  void features(JsonField field, Map<String, FeatureRange> features) throws IOException {
    json.writeFieldName(field.encodedName());
    json.writeStartObject();
    for (Map.Entry<String, FeatureRange> feature : features.entrySet()) {
      json.writeArrayFieldStart(feature.getKey());
      json.writeNumber(feature.getValue().min());
      json.writeNumber(feature.getValue().max());
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void beginArray(JsonField field) throws IOException {
    json.writeFieldName(field.encodedName());
    json.writeStartArray();
  }
}
