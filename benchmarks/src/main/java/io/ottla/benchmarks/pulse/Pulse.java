package io.ottla.benchmarks.pulse;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client that makes one call after the other and notes when it was acknowledged. Owns one thread. */
public final class Pulse implements AutoCloseable {
  /** A call that returns its answer's meaning; an exception leaves its effect unknown. */
  public interface Call {
    /** Makes the call of that number, which only ever grows. */
    Answer make(int number) throws IOException;
  }

  /** What an answer means. */
  public enum Meaning {
    /** It happened. */
    ACKNOWLEDGED,
    /** It certainly did not and will not happen. */
    REFUSED,
    /** It may have happened, or may yet. */
    UNKNOWN
  }

  /**
   * An answer.
   *
   * @param what why it is no acknowledgement, in the server's words; without names and numbers, so that equal reasons are equal
   */
  public record Answer(Meaning meaning, String what) {
    /** It happened. */
    public static Answer acknowledged() {
      return new Answer(Meaning.ACKNOWLEDGED, "");
    }
  }

  private static final long REFUSED_PAUSE_MS = 5;
  private static final Duration LAST_CALL = Duration.ofSeconds(40);

  private final AckTimeline timeline = new AckTimeline();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable RuntimeException failure;

  /** Starts calling, without a pause after acknowledgements. */
  public Pulse(String name, Call call) {
    thread = Thread.ofPlatform().name(name).daemon().start(() -> {
      try {
        run(call);
      } catch (RuntimeException e) {
        failure = e;
      }
    });
  }

  private void run(Call call) {
    for (int number = 0; !stopping; number++) {
      Answer answer = answer(call, number);
      switch (answer.meaning()) {
        case ACKNOWLEDGED -> timeline.acknowledged(System.nanoTime());
        case REFUSED -> {
          timeline.refused(answer.what());
          Api.pause(REFUSED_PAUSE_MS);
        }
        case UNKNOWN -> timeline.unknown(answer.what());
      }
    }
  }

  private static Answer answer(Call call, int number) {
    try {
      return call.make(number);
    } catch (IOException e) {
      return new Answer(Meaning.UNKNOWN, e.getClass().getSimpleName());
    }
  }

  /** What happened so far; goes on growing. */
  public AckTimeline timeline() {
    return timeline;
  }

  /** Waits until that many acknowledgements came after the time. */
  public void await(int acknowledgements, long afterNanos, long limitSeconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (timeline.countAfter(afterNanos) < acknowledgements) {
      RuntimeException failed = failure;
      if (failed != null) {
        throw failed;
      }
      if (System.nanoTime() > deadline) {
        throw new BenchmarkFailure("no " + acknowledgements + " acknowledgements within " + limitSeconds + " s; "
            + timeline.count() + " before, " + timeline.problems());
      }
      Api.pause(1);
    }
  }

  /** Ends after the call under way. */
  @Override
  public void close() {
    stopping = true;
    try {
      if (!thread.join(LAST_CALL)) {
        throw new BenchmarkFailure("a client does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
