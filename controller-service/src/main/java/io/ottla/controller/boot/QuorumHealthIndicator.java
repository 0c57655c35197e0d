package io.ottla.controller.boot;

import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.Role;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.NodeState;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Whether this controller is attached to the quorum: it leads and has applied its term's first entry, or it follows a leader heard of in
 * the last five seconds and has applied nearly all that is committed. Says nothing about the other controllers.
 */
public final class QuorumHealthIndicator implements HealthIndicator {
  private static final long MAX_SILENCE_MS = 5_000;
  private static final long MAX_LAG = 1_000;

  private final Supplier<NodeState> state;
  private final Supplier<@Nullable ControllerStatus> status;
  private final boolean faults;

  /**
   * An indicator over a node's state and status.
   *
   * @param faults whether tests may make this controller do wrong, which everybody who looks is told
   */
  public QuorumHealthIndicator(Supplier<NodeState> state, Supplier<@Nullable ControllerStatus> status,
      boolean faults) {
    this.faults = faults;
    this.state = state;
    this.status = status;
  }

  @Override
  public Health health() {
    NodeState node = state.get();
    ControllerStatus now = status.get();
    Health.Builder health = new Health.Builder().withDetail("state", node.stage().name());
    if (faults) {
      health.withDetail("faults", "ENABLED");
    }
    if (!node.detail().isEmpty()) {
      health.withDetail("detail", node.detail());
    }
    boolean damaged = switch (node.stage()) {
      case FAILED, LEFT_OUT, QUARANTINED -> true;
      case STARTING, FORMING, RECOVERING, RUNNING, STOPPING -> false;
    };
    if (damaged) {
      return health.down().build();
    }
    if (node.stage() != NodeState.Stage.RUNNING || now == null) {
      return health.outOfService().build();
    }
    QuorumReport quorum = now.quorum();
    health.withDetail("role", quorum.role().name()).withDetail("term", quorum.term())
        .withDetail("commitIndex", quorum.commitIndex()).withDetail("appliedIndex", now.appliedIndex());
    now.leaderHint().ifPresent(leader -> health.withDetail("leader", leader.nodeId()));
    return attached(now) ? health.up().build() : health.outOfService().build();
  }

  private static boolean attached(ControllerStatus now) {
    QuorumReport quorum = now.quorum();
    if (quorum.role() == Role.LEADER) {
      return now.active();
    }
    boolean heard = quorum.sinceLeaderContactMs() >= 0 && quorum.sinceLeaderContactMs() < MAX_SILENCE_MS;
    boolean follows = quorum.role() == Role.FOLLOWER || quorum.role() == Role.OBSERVER;
    return follows && heard && quorum.commitIndex() - now.appliedIndex() <= MAX_LAG;
  }
}
