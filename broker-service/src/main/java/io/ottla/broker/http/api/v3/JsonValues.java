package io.ottla.broker.http.api.v3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.http.api.ApiException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values in request bodies, each refused with 400/400 when it has another type than it should. */
final class JsonValues {
  private JsonValues() {
  }

  /** What is done with each field of an object; the parser stands at its value. */
  @FunctionalInterface
  interface FieldReader {
    void read(String field) throws IOException;
  }

  /** Reads the object that is the whole body; 422/42206 when there is none. */
  static void body(JsonParser json, FieldReader fields) throws IOException {
    if (!optionalBody(json, fields)) {
      throw new ApiException(422, 42206, "The request body is empty.");
    }
  }

  /** Reads the object that is the whole body, if there is one. */
  static boolean optionalBody(JsonParser json, FieldReader fields) throws IOException {
    JsonToken first = json.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return false;
    }
    require(json, JsonToken.START_OBJECT, "The request body must be an object");
    fields(json, fields);
    return true;
  }

  /** Reads an object's fields; the parser stands at its beginning. */
  static void fields(JsonParser json, FieldReader reader) throws IOException {
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      reader.read(field);
    }
  }

  static ApiException unknown(String field) {
    return ApiException.malformed("Unknown field '" + field + "'.");
  }

  static @Nullable String string(JsonParser json, String field) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> json.getText();
      default -> throw ApiException.malformed("'" + field + "' must be a string.");
    };
  }

  static @Nullable Integer integer(JsonParser json, String field) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT -> json.getIntValue();
      default -> throw ApiException.malformed("'" + field + "' must be an integer.");
    };
  }

  static boolean bool(JsonParser json, String field) {
    return switch (json.currentToken()) {
      case VALUE_NULL, VALUE_FALSE -> false;
      case VALUE_TRUE -> true;
      default -> throw ApiException.malformed("'" + field + "' must be true or false.");
    };
  }

  /** Broker ids. */
  static List<Integer> brokers(JsonParser json) throws IOException {
    require(json, JsonToken.START_ARRAY, "The brokers of a partition must be an array");
    List<Integer> brokers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json, JsonToken.VALUE_NUMBER_INT, "A broker id must be an integer");
      brokers.add(json.getIntValue());
    }
    return brokers;
  }

  static void require(JsonParser json, JsonToken expected, String message) {
    if (json.currentToken() != expected) {
      throw ApiException.malformed(message + ".");
    }
  }
}
