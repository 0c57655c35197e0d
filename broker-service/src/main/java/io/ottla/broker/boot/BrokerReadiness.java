package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/**
 * Whether requests should go to this broker now. Looks only at this broker: registered and not fenced, its log directory usable, its
 * replicas back, not leaving. The state of the quorum and of other brokers is a matter for alerts, not for load balancers.
 */
final class BrokerReadiness implements HealthIndicator {
  static final Status DRAINING = new Status("DRAINING");

  private final Supplier<BrokerStatus> status;
  private final CatchUp catchUp;
  private final boolean faults;

  /** @param faults whether tests may make this broker do wrong, which everybody who looks is told */
  BrokerReadiness(Supplier<BrokerStatus> status, CatchUp catchUp, boolean faults) {
    this.faults = faults;
    this.status = status;
    this.catchUp = catchUp;
  }

  @Override
  public Health health() {
    BrokerStatus now = status.get();
    Health.Builder health = new Health.Builder(judge(now)).withDetail("state", now.state().name());
    if (faults) {
      health.withDetail("faults", "ENABLED");
    }
    return health.build();
  }

  private Status judge(BrokerStatus now) {
    return switch (now.state()) {
      case RECOVERING, REGISTERING -> RegistrationHealth.REGISTERING;
      case FENCED -> RegistrationHealth.FENCED;
      case RUNNING -> running(now);
      case STOPPING -> DRAINING;
      case FAILED -> Status.DOWN;
    };
  }

  private Status running(BrokerStatus now) {
    if (!now.anyLogDirOnline()) {
      return Status.DOWN;
    }
    return catchUp.isDone() ? Status.UP : ReplicasHealth.CATCHING_UP;
  }
}
