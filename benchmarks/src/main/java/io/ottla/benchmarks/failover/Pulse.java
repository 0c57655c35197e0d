package io.ottla.benchmarks.failover;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client that makes one call after the other and notes when it was acknowledged. Owns one thread. */
final class Pulse implements AutoCloseable {
  /** A call that returns its answer's meaning. */
  interface Call {
    Meaning make(int number) throws IOException;
  }

  /** What an answer means. */
  enum Meaning {
    ACKNOWLEDGED, REFUSED, UNKNOWN
  }

  private static final long REFUSED_PAUSE_MS = 5;

  private final AckTimeline timeline = new AckTimeline();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable RuntimeException failure;

  /** @param pauseMs how long to wait after an acknowledgement */
  Pulse(String name, long pauseMs, Call call) {
    thread = Thread.ofPlatform().name(name).daemon().start(() -> {
      try {
        run(pauseMs, call);
      } catch (RuntimeException e) {
        failure = e;
      }
    });
  }

  private void run(long pauseMs, Call call) {
    for (int number = 0; !stopping; number++) {
      switch (meaning(call, number)) {
        case ACKNOWLEDGED -> {
          timeline.acknowledged(System.nanoTime());
          Api.pause(pauseMs);
        }
        case REFUSED -> {
          timeline.refused();
          Api.pause(REFUSED_PAUSE_MS);
        }
        case UNKNOWN -> timeline.unknown();
      }
    }
  }

  private static Meaning meaning(Call call, int number) {
    try {
      return call.make(number);
    } catch (IOException e) {
      return Meaning.UNKNOWN;
    }
  }

  AckTimeline timeline() {
    return timeline;
  }

  /** Waits until that many acknowledgements came after the time. */
  void await(int acknowledgements, long afterNanos, long limitSeconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (timeline.countAfter(afterNanos) < acknowledgements) {
      RuntimeException failed = failure;
      if (failed != null) {
        throw failed;
      }
      if (System.nanoTime() > deadline) {
        throw new BenchmarkFailure("no " + acknowledgements + " acknowledgements within " + limitSeconds + " s; "
            + timeline.refusedCount() + " refused, " + timeline.unknownCount() + " unknown");
      }
      Api.pause(5);
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      if (!thread.join(java.time.Duration.ofSeconds(40))) {
        throw new BenchmarkFailure("a client does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
