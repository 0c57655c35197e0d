package io.ottla.broker.http.api;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The door of the client API, before anything else sees a request: headers every answer carries, paths in one form, and bodies refused by
 * their announced length before a byte of them is read.
 */
public final class ApiFilter implements Filter {
  /** Header with a client's own name for a request; echoed when it is harmless. */
  public static final String REQUEST_ID = "X-Request-Id";

  /** Request attribute: where {@code /v3} was called, empty or {@code /kafka}. */
  static final String MOUNT = "io.ottla.v3.mount";

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._~:+/=-]{1,128}");
  private static final String CSP = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
      + "frame-ancestors 'none'";

  private final long maxBodyBytes;

  /** A door that lets bodies of this size through. */
  public ApiFilter(long maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public void doFilter(ServletRequest plainRequest, ServletResponse plainResponse, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest request = (HttpServletRequest) plainRequest;
    HttpServletResponse response = (HttpServletResponse) plainResponse;
    String path = request.getRequestURI();
    addHeaders(request, response, path);
    if (request.getContentLengthLong() > maxBodyBytes) {
      ErrorAnswer.write(request, response, tooLarge(maxBodyBytes));
      return;
    }
    String normal = ApiPath.normalise(path);
    if (normal.equals(path)) {
      chain.doFilter(request, response);
    } else {
      request.setAttribute(MOUNT, ApiPath.mount(path));
      chain.doFilter(new Renamed(request, normal), response);
    }
  }

  private static void addHeaders(HttpServletRequest request, HttpServletResponse response, String path) {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    if (path.startsWith("/swagger-ui")) {
      response.setHeader("Content-Security-Policy", CSP);
    }
    String requestId = request.getHeader(REQUEST_ID);
    if (requestId != null && HARMLESS.matcher(requestId).matches()) {
      response.setHeader(REQUEST_ID, requestId);
    }
  }

  static ApiException tooLarge(long maxBodyBytes) {
    return ApiException.tooLarge("The request body is larger than " + maxBodyBytes + " bytes.");
  }

  /** The same request under the path it is served at. */
  private static final class Renamed extends HttpServletRequestWrapper {
    private final String path;

    Renamed(HttpServletRequest request, String path) {
      super(request);
      this.path = path;
    }

    @Override
    public String getRequestURI() {
      return path;
    }

    @Override
    public String getServletPath() {
      return path;
    }

    @Override
    public StringBuffer getRequestURL() {
      StringBuffer original = super.getRequestURL();
      int authority = original.indexOf("//") + 2;
      int slash = original.indexOf("/", authority);
      return slash < 0 ? original.append(path) : original.replace(slash, original.length(), path);
    }
  }
}
