package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** Whether the log directories can be used, and how far reading them at start has come: UP, DEGRADED when one is lost, DOWN when all are. */
final class LogDirsHealth implements HealthIndicator {
  private final Supplier<BrokerStatus> status;

  LogDirsHealth(Supplier<BrokerStatus> status) {
    this.status = status;
  }

  @Override
  public Health health() {
    BrokerStatus now = status.get();
    Status judged = !now.anyLogDirOnline() ? Status.DOWN
        : now.allLogDirsOnline() ? Status.UP : ReplicasHealth.DEGRADED;
    Health.Builder health = new Health.Builder(judged);
    now.logDirs().forEach((path, online) -> health.withDetail(path, online ? "online" : "offline"));
    return health.withDetail("logsRecovered", now.logsRecovered()).withDetail("logsFound", now.logsFound()).build();
  }
}
