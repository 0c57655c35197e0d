package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.broker.lifecycle.BrokerStatus;
import io.ottla.common.time.MonotonicClock;
import java.util.function.Supplier;

/**
 * Whether the replicas here have come back since this process started: every one was once in its ISR, or ten minutes have passed. Once so,
 * it stays so, since a slow disk later must not turn every broker away at once. Any thread.
 */
final class CatchUp {
  static final long PATIENCE_MS = 600_000;

  private final Supplier<BrokerStatus> status;
  private final MonotonicClock clock;
  private final long startedMs;
  private boolean done;

  CatchUp(Supplier<BrokerStatus> status, MonotonicClock clock) {
    this.status = status;
    this.clock = clock;
    startedMs = clock.millis();
  }

  /** Whether it is done, now or before. */
  synchronized boolean isDone() {
    if (!done) {
      BrokerStatus now = status.get();
      boolean allBack = now.state() == BrokerState.RUNNING && now.replicasNeverInSync() == 0;
      done = allBack || clock.millis() - startedMs >= PATIENCE_MS;
    }
    return done;
  }
}
