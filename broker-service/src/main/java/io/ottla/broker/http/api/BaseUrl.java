package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;

/** Absolute URLs, as the client itself addressed this broker. */
public final class BaseUrl {
  private BaseUrl() {
  }

  /** Where {@code /v3} is, without a trailing slash. */
  public static String v3(HttpServletRequest request) {
    return origin(request) + mount(request) + "/v3";
  }

  /** Scheme and authority; the Host header has been checked by the server. */
  private static String origin(HttpServletRequest request) {
    String scheme = request.getScheme();
    int port = request.getServerPort();
    boolean standard = scheme.equals("https") ? port == 443 : port == 80;
    return scheme + "://" + request.getServerName() + (standard ? "" : ":" + port);
  }

  private static String mount(HttpServletRequest request) {
    return request.getAttribute(ApiFilter.MOUNT) instanceof String mount ? mount : "";
  }
}
