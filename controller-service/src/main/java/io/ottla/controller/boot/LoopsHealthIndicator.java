package io.ottla.controller.boot;

import io.ottla.controller.runtime.LoopBeat;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** Whether the controller's threads still go round; if not, a restart of this process helps. Looks at nothing outside the process. */
public final class LoopsHealthIndicator implements HealthIndicator {
  private static final long MAX_AGE_MS = 60_000;

  private final Supplier<List<LoopBeat>> beats;

  /** An indicator over the threads' signs of life. */
  public LoopsHealthIndicator(Supplier<List<LoopBeat>> beats) {
    this.beats = beats;
  }

  @Override
  public Health health() {
    Health.Builder health = Health.up();
    for (LoopBeat beat : beats.get()) {
      health.withDetail(beat.thread(), beat.ageMs() + " ms");
      if (beat.ageMs() > MAX_AGE_MS) {
        health.down();
      }
    }
    return health.build();
  }
}
