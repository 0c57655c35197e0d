package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;

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
