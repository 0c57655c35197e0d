package io.ottla.common.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;

/**
 * A peer's answer whose body is read while it comes in. The reader's thread waits, the event loop does not: it stops taking bytes from the
 * connection while the reader is busy. To be closed, which ends the call if the body was not read to its end. One thread.
 */
public final class PeerStream implements AutoCloseable {
  /** Buffers of some kilobytes that may wait for the reader. */
  private static final int BUFFERS_AHEAD = 32;

  private final int status;
  private final HttpHeaders headers;
  private final InputStream body;

  PeerStream(int status, HttpHeaders headers, Flux<DataBuffer> body) {
    this.status = status;
    this.headers = headers;
    this.body = new Body(DataBufferUtils.subscriberInputStream(body, BUFFERS_AHEAD));
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    return headers.getFirst(name);
  }

  /** The body; a read fails with an {@link IOException} when the peer breaks off or stalls. */
  public InputStream body() {
    return body;
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new IllegalStateException("ending a call cannot fail", e);
    }
  }

  /** Says of every failure that it is one of I/O. */
  private static final class Body extends FilterInputStream {
    Body(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (RuntimeException e) {
        throw broken(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (RuntimeException e) {
        throw broken(e);
      }
    }

    private static IOException broken(RuntimeException e) {
      return new IOException("the answer broke off: " + e.getMessage(), e);
    }
  }
}
