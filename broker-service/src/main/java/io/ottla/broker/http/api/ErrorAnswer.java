package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/** The shape of every error: {@code {"error_code":40401,"message":"…"}}. */
public final class ErrorAnswer {
  /** Request attribute with the media type the success would have had, when it is not the path's natural one. */
  public static final String ANSWER_TYPE = "io.ottla.answer.type";

  private static final byte[] CODE = JsonBytes.ascii("{\"error_code\":");
  private static final byte[] MESSAGE = JsonBytes.ascii(",\"message\":");

  private ErrorAnswer() {
  }

  /** The body of an error. */
  public static JsonBytes body(int errorCode, String message, Map<String, Object> details) {
    JsonBytes body = new JsonBytes(256).raw(CODE).number(errorCode).raw(MESSAGE).string(message);
    details.forEach((name, value) -> {
      body.raw(',').string(name).raw(':');
      if (value instanceof Number number) {
        body.number(number.longValue());
      } else {
        body.string(value.toString());
      }
    });
    return body.raw('}');
  }

  /** Replaces whatever was about to be answered; nothing happens when the answer is on its way already. */
  public static void write(HttpServletRequest request, HttpServletResponse response, int status, int errorCode,
      String message, Map<String, Object> details) throws IOException {
    if (response.isCommitted()) {
      return;
    }
    response.resetBuffer();
    JsonBytes body = body(errorCode, message, details);
    response.setStatus(status);
    response.setContentType(type(request, status));
    response.setContentLength(body.length());
    if (status == 503) {
      response.setHeader("Retry-After", "1");
    }
    body.writeTo(response.getOutputStream());
    response.flushBuffer();
  }

  /** As the other form. */
  public static void write(HttpServletRequest request, HttpServletResponse response, ApiException refusal)
      throws IOException {
    write(request, response, refusal.status(), refusal.errorCode(), refusal.getMessage(), refusal.details());
  }

  private static String type(HttpServletRequest request, int status) {
    Object chosen = status == 406 || status == 415 ? null : request.getAttribute(ANSWER_TYPE);
    return chosen instanceof String type ? type : MediaTypes.natural(request.getRequestURI());
  }
}
