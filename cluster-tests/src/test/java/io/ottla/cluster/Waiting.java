package io.ottla.cluster;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Bounded waits of the black-box tests. */
final class Waiting {
  private static final long STEP_MS = 50;

  private Waiting() {
  }

  /** Waits until the condition holds; fails with the description and what was last seen. */
  static void until(String description, Duration limit, BooleanSupplier condition) {
    until(description, limit, () -> condition.getAsBoolean() ? Boolean.TRUE : null, () -> "");
  }

  /** Waits until a value is there and returns it. */
  static <T> T until(String description, Duration limit, Supplier<@Nullable T> value, Supplier<String> lastSeen) {
    long deadline = System.nanoTime() + limit.toNanos();
    RuntimeException last = null;
    do {
      try {
        T found = value.get();
        if (found != null) {
          return found;
        }
        last = null;
      } catch (UnansweredException e) {
        last = e;
      }
      pause(STEP_MS);
    } while (System.nanoTime() < deadline);
    throw new AssertionError("not within " + limit.toSeconds() + " s: " + description + "; " + lastSeen.get(), last);
  }

  static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
