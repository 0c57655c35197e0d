package io.ottla.broker.http.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * JSON from clients: strict, in UTF-8, nested at most {@value #MAX_DEPTH} deep, no name twice in an object, numbers of at most
 * {@value #MAX_NUMBER_LENGTH} characters. Nothing that breaks these rules gets further than the parser.
 */
public final class JsonInput {
  /** Deepest nesting of a request body. */
  public static final int MAX_DEPTH = 64;
  /** Longest number. */
  public static final int MAX_NUMBER_LENGTH = 64;
  private static final int MAX_NAME_LENGTH = 256;

  private static final JsonFactory STRICT = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(MAX_NUMBER_LENGTH).maxNameLength(MAX_NAME_LENGTH).maxStringLength(Integer.MAX_VALUE).build())
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).disable(JsonFactory.Feature.CHARSET_DETECTION).build();
  /** For what is stored already: whatever is JSON may be shown as JSON. */
  private static final JsonFactory LENIENT = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(10_000)
          .maxNumberLength(Integer.MAX_VALUE).maxNameLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE)
          .build())
      .streamWriteConstraints(StreamWriteConstraints.defaults()).disable(JsonFactory.Feature.CHARSET_DETECTION).build();

  private JsonInput() {
  }

  /** What is done with a parser. */
  @FunctionalInterface
  public interface Reading<T> {
    /** Reads the body; the parser stands before its first token. */
    T read(JsonParser parser) throws IOException;
  }

  /**
   * Reads a request body.
   *
   * @throws ApiException 400 for what is not JSON, or breaks a limit
   */
  public static <T> T read(byte[] body, Reading<T> reading) {
    requireUtf8(body);
    try (JsonParser parser = STRICT.createParser(body)) {
      T result = reading.read(parser);
      if (parser.nextToken() != null) {
        throw ApiException.malformed("There is more after the end of the JSON body.");
      }
      return result;
    } catch (StreamConstraintsException e) {
      throw ApiException.malformed("The JSON body exceeds a limit (depth " + MAX_DEPTH + ", numbers of "
          + MAX_NUMBER_LENGTH + " characters, names of " + MAX_NAME_LENGTH + ")" + at(e) + ".");
    } catch (InputCoercionException e) {
      throw ApiException.malformed("A number is out of range" + at(e) + ".");
    } catch (JsonProcessingException e) {
      throw ApiException.malformed((isDuplicate(e) ? "A name occurs twice in one object" : "Malformed JSON")
          + at(e) + ".");
    } catch (IOException | IllegalStateException e) {
      // the parser reads an array: only its guard against colliding names is left
      throw ApiException.malformed("Malformed JSON.");
    }
  }

  private static boolean isDuplicate(JsonProcessingException e) {
    return e.getOriginalMessage() != null && e.getOriginalMessage().startsWith("Duplicate field");
  }

  private static String at(JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** Whether stored bytes are exactly one JSON value in UTF-8. */
  public static boolean isJson(byte[] stored) {
    if (stored.length == 0 || !isUtf8(stored)) {
      return false;
    }
    try (JsonParser parser = LENIENT.createParser(stored)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (IOException | IllegalStateException e) {
      return false;
    }
  }

  private static void requireUtf8(byte[] body) {
    if (!isUtf8(body)) {
      throw ApiException.malformed("The body is not valid UTF-8.");
    }
  }

  /** Whether the bytes are UTF-8; nearly free for ASCII. */
  public static boolean isUtf8(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return decodes(bytes);
      }
    }
    return true;
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
