package io.ottla.broker.boot;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Whether this process is stuck, so that only a restart helps: the heartbeat loop went round in the last minute (whether anyone answered does
 * not matter), and no threads wait for each other.
 */
final class LoopsHealth implements HealthIndicator {
  private static final long MAX_AGE_MS = 60_000;

  private final Supplier<OptionalLong> heartbeatAgeMs;

  /** @param heartbeatAgeMs how long ago the heartbeat loop went round; empty while there is none yet */
  LoopsHealth(Supplier<OptionalLong> heartbeatAgeMs) {
    this.heartbeatAgeMs = heartbeatAgeMs;
  }

  @Override
  public Health health() {
    OptionalLong age = heartbeatAgeMs.get();
    boolean deadlocked = ManagementFactory.getThreadMXBean().findDeadlockedThreads() != null;
    Health.Builder health = deadlocked || age.orElse(0) > MAX_AGE_MS ? Health.down() : Health.up();
    age.ifPresent(ms -> health.withDetail("heartbeatAgeMs", ms));
    return health.withDetail("deadlock", deadlocked).build();
  }
}
