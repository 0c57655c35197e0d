package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** Whether the controllers count this broker in: UP, FENCED, or still REGISTERING. */
final class RegistrationHealth implements HealthIndicator {
  static final Status FENCED = new Status("FENCED");
  static final Status REGISTERING = new Status("REGISTERING");

  private final Supplier<BrokerStatus> status;

  RegistrationHealth(Supplier<BrokerStatus> status) {
    this.status = status;
  }

  @Override
  public Health health() {
    BrokerStatus now = status.get();
    Health.Builder health = new Health.Builder(judge(now)).withDetail("state", now.state().name())
        .withDetail("brokerEpoch", now.brokerEpoch()).withDetail("leaseValid", now.leaseValid())
        .withDetail("appliedMetadataIndex", now.appliedMetadataIndex())
        .withDetail("metadataCommitIndex", now.metadataCommitIndex());
    return health.build();
  }

  private static Status judge(BrokerStatus now) {
    return switch (now.state()) {
      case RECOVERING, REGISTERING -> REGISTERING;
      case FENCED, RUNNING, STOPPING -> now.fenced() ? FENCED : Status.UP;
      case FAILED -> Status.DOWN;
    };
  }
}
