package io.ottla.broker.http.api.v2;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Text to bytes without silent replacement. */
final class Utf8 {
  private Utf8() {
  }

  /** The text's bytes, or null when it holds half a surrogate pair, which no bytes stand for. */
  static byte @Nullable [] encode(String text) {
    return isWhole(text) ? text.getBytes(StandardCharsets.UTF_8) : null;
  }

  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
