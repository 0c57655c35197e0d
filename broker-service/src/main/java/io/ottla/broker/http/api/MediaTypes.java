package io.ottla.broker.http.api;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The media types of the API. */
public final class MediaTypes {
  /** Control and metadata answers, and produce answers. */
  public static final String V2 = "application/vnd.kafka.v2+json";
  /** Answers under {@code /v3}. */
  public static final String JSON = "application/json";

  private MediaTypes() {
  }

  /**
   * The type and subtype of a header value in lower case, without parameters.
   *
   * @return the empty string for a missing header, or when the charset is not UTF-8: nothing such a client sends can be read
   */
  public static String essence(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int semicolon = header.indexOf(';');
    if (semicolon < 0) {
      return header.strip().toLowerCase(Locale.ROOT);
    }
    String parameters = header.substring(semicolon).toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "");
    int charset = parameters.indexOf(";charset=");
    if (charset >= 0 && !isUtf8(parameters.substring(charset + ";charset=".length()))) {
      return "";
    }
    return header.substring(0, semicolon).strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isUtf8(String rest) {
    int end = rest.indexOf(';');
    String charset = end < 0 ? rest : rest.substring(0, end);
    return charset.equals("utf-8") || charset.equals("utf8") || charset.equals("us-ascii");
  }

  /** What an error on a path is written as when nothing better is known: the type its success has. */
  public static String natural(String path) {
    return ApiPath.isV3(path) ? JSON : V2;
  }
}
