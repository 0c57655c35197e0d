package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** How the replicas hosted here are: UP, CATCHING_UP after a start, or DEGRADED when some never came back. */
final class ReplicasHealth implements HealthIndicator {
  static final Status CATCHING_UP = new Status("CATCHING_UP");
  static final Status DEGRADED = new Status("DEGRADED");

  private final Supplier<BrokerStatus> status;
  private final CatchUp catchUp;

  ReplicasHealth(Supplier<BrokerStatus> status, CatchUp catchUp) {
    this.status = status;
    this.catchUp = catchUp;
  }

  @Override
  public Health health() {
    BrokerStatus now = status.get();
    Status judged = !catchUp.isDone() ? CATCHING_UP
        : now.replicasNeverInSync() + now.replicasOffline() > 0 ? DEGRADED : Status.UP;
    return new Health.Builder(judged).withDetail("replicas", now.replicas()).withDetail("leaders", now.leaders())
        .withDetail("neverInSync", now.replicasNeverInSync()).withDetail("offline", now.replicasOffline()).build();
  }
}
