package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads bodies into memory, never more than allowed. */
public final class RequestBody {
  private static final int FIRST_CHUNK = 8 * 1024;

  private final int maxBytes;

  /** @param maxBytes {@code http.max.body.bytes} */
  public RequestBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * The whole body, empty when there is none.
   *
   * @throws ApiException 413 as soon as it is known to be too large; 400 when it ends before its announced length
   */
  public byte[] read(HttpServletRequest request) throws IOException {
    long announced = request.getContentLengthLong();
    if (announced > maxBytes) {
      throw ApiFilter.tooLarge(maxBytes);
    }
    InputStream in = request.getInputStream();
    return announced >= 0 ? readAnnounced(in, (int) announced) : readChunked(in);
  }

  private static byte[] readAnnounced(InputStream in, int length) throws IOException {
    byte[] body = new byte[length];
    if (in.readNBytes(body, 0, length) < length) {
      throw ApiException.malformed("The request body is shorter than its Content-Length.");
    }
    return body;
  }

  private byte[] readChunked(InputStream in) throws IOException {
    byte[] body = new byte[FIRST_CHUNK];
    int length = 0;
    while (true) {
      int read = in.read(body, length, body.length - length);
      if (read < 0) {
        return Arrays.copyOf(body, length);
      }
      length += read;
      if (length > maxBytes) {
        throw ApiFilter.tooLarge(maxBytes);
      }
      if (length == body.length) {
        body = Arrays.copyOf(body, (int) Math.min(body.length * 2L, maxBytes + 1L));
      }
    }
  }
}
