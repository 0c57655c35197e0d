package io.ottla.broker.http.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A growing buffer for JSON in UTF-8, for the answers on the hot paths: what it is given is copied once, and nothing is looked up or
 * negotiated. The caller is responsible for commas and braces. Not thread-safe.
 */
public final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = ascii("null");
  private static final int MAX_LONG_DIGITS = 20;

  private byte[] bytes;
  private int length;

  /** An empty buffer with room for this many bytes before it has to grow. */
  public JsonBytes(int expected) {
    bytes = new byte[expected];
  }

  /** The bytes of a constant. */
  public static byte[] ascii(String constant) {
    return constant.getBytes(StandardCharsets.US_ASCII);
  }

  /** Appends bytes that are JSON already. */
  public JsonBytes raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    return this;
  }

  /** Appends one ASCII character. */
  public JsonBytes raw(char character) {
    room(1);
    bytes[length++] = (byte) character;
    return this;
  }

  /** Appends {@code null}. */
  public JsonBytes nothing() {
    return raw(NULL);
  }

  /** Appends a number. */
  public JsonBytes number(long value) {
    room(MAX_LONG_DIGITS);
    if (value < 0) {
      return raw(ascii(Long.toString(value)));
    }
    int start = length;
    long rest = value;
    do {
      bytes[length++] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    for (int i = start, j = length - 1; i < j; i++, j--) {
      byte swap = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swap;
    }
    return this;
  }

  /** Appends a quoted and escaped string. */
  public JsonBytes string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Appends a quoted and escaped string given as valid UTF-8. */
  public JsonBytes string(byte[] utf8) {
    room(utf8.length + 2);
    bytes[length++] = '"';
    for (byte b : utf8) {
      if (b >= 0 && (b < 0x20 || b == '"' || b == '\\')) {
        escape(b);
      } else {
        room(1);
        bytes[length++] = b;
      }
    }
    return raw('"');
  }

  /** Appends bytes as a quoted Base64 string. */
  public JsonBytes base64(byte[] content) {
    raw('"');
    raw(Base64.getEncoder().encode(content));
    return raw('"');
  }

  private void escape(byte b) {
    room(6);
    bytes[length++] = '\\';
    switch (b) {
      case '"', '\\' -> bytes[length++] = b;
      case '\n' -> bytes[length++] = 'n';
      case '\r' -> bytes[length++] = 'r';
      case '\t' -> bytes[length++] = 't';
      default -> {
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[b >> 4];
        bytes[length++] = HEX[b & 0xf];
      }
    }
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), (int) Math.min(bytes.length * 2L,
          Integer.MAX_VALUE - 8)));
    }
  }

  /** Number of bytes. */
  public int length() {
    return length;
  }

  /** Writes all of it. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
