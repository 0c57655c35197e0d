package io.ottla.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.broker.lifecycle.BrokerStatus;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The latch that keeps a restarted broker out of service until its replicas are back. */
class CatchUpTest {
  private final AtomicReference<BrokerStatus> status = new AtomicReference<>(status(BrokerState.FENCED, 0));
  private final AtomicLong nowMs = new AtomicLong(5_000);
  private final CatchUp catchUp = new CatchUp(status::get, nowMs::get);
  private final ReplicasHealth replicas = new ReplicasHealth(status::get, catchUp);
  private final BrokerReadiness readiness = new BrokerReadiness(status::get, catchUp, false);

  private static BrokerStatus status(BrokerState state, int neverInSync) {
    return new BrokerStatus(state, 7, state != BrokerState.RUNNING, true, 3, 3, 40, 42, 3, neverInSync, 1, 0,
        new TreeMap<>());
  }

  @Test
  void aBrokerThatDoesNotYetKnowItsReplicasHasNotCaughtUp() {
    assertThat(catchUp.isDone()).isFalse();
    assertThat(replicas.health().getStatus()).isEqualTo(ReplicasHealth.CATCHING_UP);
  }

  @Test
  void itIsDoneWhenEveryReplicaWasInSyncOnceAndStaysSo() {
    status.set(status(BrokerState.RUNNING, 1));
    assertThat(readiness.health().getStatus()).isEqualTo(ReplicasHealth.CATCHING_UP);
    status.set(status(BrokerState.RUNNING, 0));
    assertThat(readiness.health().getStatus().getCode()).isEqualTo("UP");
    status.set(status(BrokerState.RUNNING, 2));
    assertThat(readiness.health().getStatus().getCode()).isEqualTo("UP");
    assertThat(replicas.health().getStatus()).isEqualTo(ReplicasHealth.DEGRADED);
  }

  @Test
  void patienceEndsAfterTenMinutes() {
    status.set(status(BrokerState.RUNNING, 1));
    nowMs.addAndGet(CatchUp.PATIENCE_MS - 1);
    assertThat(catchUp.isDone()).isFalse();
    nowMs.addAndGet(1);
    assertThat(catchUp.isDone()).isTrue();
  }

  @Test
  void readinessSaysWhenTestsMayMakeTheBrokerDoWrong() {
    assertThat(readiness.health().getDetails()).doesNotContainKey("faults");
    assertThat(new BrokerReadiness(status::get, catchUp, true).health().getDetails()).containsEntry("faults",
        "ENABLED");
  }
}
