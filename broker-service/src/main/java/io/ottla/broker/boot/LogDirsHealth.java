package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** Whether the log directory can be used, and how far reading it at start has come. */
final class LogDirsHealth implements HealthIndicator {
  private final Supplier<BrokerStatus> status;

  LogDirsHealth(Supplier<BrokerStatus> status) {
    this.status = status;
  }

  @Override
  public Health health() {
    BrokerStatus now = status.get();
    Health.Builder health = now.logDirOnline() ? Health.up() : Health.down();
    return health.withDetail("logsRecovered", now.logsRecovered()).withDetail("logsFound", now.logsFound()).build();
  }
}
