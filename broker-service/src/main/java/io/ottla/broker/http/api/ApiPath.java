package io.ottla.broker.http.api;

import java.util.Map;

/**
 * Request paths as the rest of the API sees them: without trailing slashes, and with the resource paths at {@code /v3} even when they were
 * called at {@code /kafka/v3}.
 */
final class ApiPath {
  private static final String V3 = "/v3";
  private static final String MOUNT = "/kafka";

  /** Other names of a path, as clients of other proxies know them. */
  private static final Map<String, String> ALIASES = Map.of("/healthy", "/livez", "/_health", "/livez", "/ready",
      "/readyz", "/status/ready", "/readyz", "/openapi/v3", "/openapi");

  private ApiPath() {
  }

  /** Whether a normalised path belongs to the resource-style API. */
  static boolean isV3(String path) {
    return startsWithSegment(path, V3) || isMounted(path);
  }

  /** Whether a path is below {@code /kafka/v3}. */
  static boolean isMounted(String path) {
    return path.startsWith(MOUNT) && startsWithSegment(path.substring(MOUNT.length()), V3);
  }

  /** The path to serve; the same object when nothing changes. */
  static String normalise(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    String stripped = end == path.length() ? path : path.substring(0, end);
    return isMounted(stripped) ? stripped.substring(MOUNT.length()) : ALIASES.getOrDefault(stripped, stripped);
  }

  /** Where {@code /v3} was found: empty, or {@code /kafka}. */
  static String mount(String path) {
    return isMounted(path) ? MOUNT : "";
  }

  private static boolean startsWithSegment(String path, String segment) {
    return path.startsWith(segment) && (path.length() == segment.length() || path.charAt(segment.length()) == '/');
  }
}
