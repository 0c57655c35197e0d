package io.ottla.broker.http.api;

import io.ottla.common.wire.ForwardReadRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Query parameters with the API's refusals: 400/400 naming the parameter. */
public final class QueryParameters {
  private QueryParameters() {
  }

  /** {@code true} or {@code false}. */
  public static boolean flag(HttpServletRequest request, String name, boolean absent) {
    String text = request.getParameter(name);
    if (text == null) {
      return absent;
    }
    return switch (text) {
      case "true", "TRUE", "True" -> true;
      case "false", "FALSE", "False" -> false;
      default -> throw ApiException.malformed("Query parameter '" + name + "' must be true or false.");
    };
  }

  /** The parameter {@code timestamp}: milliseconds since 1970 or ISO-8601 with an offset, null when absent. */
  public static @Nullable Long timestamp(HttpServletRequest request) {
    String text = request.getParameter("timestamp");
    if (text == null) {
      return null;
    }
    try {
      boolean number = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
      long millis = number ? Long.parseLong(text) : OffsetDateTime.parse(text).toInstant().toEpochMilli();
      if (millis >= 0 && millis <= ForwardReadRequest.MAX_TIMESTAMP) {
        return millis;
      }
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      // told below
    }
    throw ApiException.malformed("Query parameter 'timestamp' must be milliseconds since 1970 or an ISO-8601 time such "
        + "as 2026-01-01T00:00:00Z.");
  }

  /** A whole number of at least {@code min}; what lies above {@code cap} counts as {@code cap}. */
  public static int number(HttpServletRequest request, String name, int absent, int min, int cap) {
    String text = request.getParameter(name);
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min) {
        return (int) Math.min(value, cap);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw ApiException.malformed("Query parameter '" + name + "' must be a whole number of at least " + min + ".");
  }
}
