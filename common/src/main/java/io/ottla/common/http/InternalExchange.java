package io.ottla.common.http;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.WireJson;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reading and writing the bodies of internal calls. */
public final class InternalExchange {
  private InternalExchange() {
  }

  /** The whole body. */
  public static byte[] body(HttpServletRequest request, int maxBytes) throws IOException {
    long length = request.getContentLengthLong();
    if (length > maxBytes) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "body of " + length + " bytes exceeds " + maxBytes);
    }
    InputStream in = request.getInputStream();
    if (length >= 0) {
      byte[] body = in.readNBytes((int) length);
      if (body.length < length) {
        throw new EOFException("body ended after " + body.length + " of " + length + " bytes");
      }
      return body;
    }
    byte[] body = in.readNBytes(maxBytes + 1);
    if (body.length > maxBytes) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "body exceeds " + maxBytes + " bytes");
    }
    return body;
  }

  /** The body as a wire record; malformed JSON is refused as INVALID_REQUEST. */
  public static <T> T json(HttpServletRequest request, int maxBytes, Class<T> type) throws IOException {
    byte[] body = body(request, maxBytes);
    try {
      return WireJson.read(body, type);
    } catch (IOException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST,
          "body is not a " + type.getSimpleName() + ": " + e.getMessage());
    }
  }

  /** Answers 200 with a JSON body. */
  public static void reply(HttpServletResponse response, Object value) throws IOException {
    write(response, 200, "application/json", WireJson.write(value));
  }

  /** Answers 200 with a frame that has no payload, or whose payload the caller writes next. */
  public static void startFrame(HttpServletResponse response, byte[] head, long payloadLength) throws IOException {
    response.setStatus(200);
    response.setContentType(BinaryFrame.MEDIA_TYPE);
    response.setContentLengthLong(head.length + payloadLength);
    response.getOutputStream().write(head);
  }

  /** Refuses. */
  public static void refuse(HttpServletResponse response, ErrorCode code, String message, @Nullable LeaderHint leader)
      throws IOException {
    write(response, code.httpStatus(), "application/json", WireJson.write(new ErrorReply(code, message, leader)));
  }

  private static void write(HttpServletResponse response, int status, String type, byte[] body) throws IOException {
    response.setStatus(status);
    response.setContentType(type);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** A query parameter as a long, or the default when it is absent. */
  public static long longParameter(HttpServletRequest request, String name, long absent) {
    String text = request.getParameter(name);
    if (text == null) {
      return absent;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, name + "=" + text + " is not a whole number");
    }
  }
}
