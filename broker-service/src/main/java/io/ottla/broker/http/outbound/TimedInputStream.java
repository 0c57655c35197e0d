package io.ottla.broker.http.outbound;

import io.ottla.common.time.MonotonicClock;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that must be read to its end within a time, however steadily it drips (F21). One thread. */
final class TimedInputStream extends FilterInputStream {
  private final MonotonicClock clock;
  private final long deadlineMs;

  TimedInputStream(InputStream in, MonotonicClock clock, long limitMs) {
    super(in);
    this.clock = clock;
    this.deadlineMs = clock.millis() + limitMs;
  }

  @Override
  public int read() throws IOException {
    check();
    return in.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    check();
    return in.read(bytes, offset, length);
  }

  private void check() throws IOException {
    if (clock.millis() > deadlineMs) {
      throw new IOException("the answer was not there in time");
    }
  }
}
