package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a hint that a broker's process is gone does to its session, and what it does not: M10, M14 to M18. */
class BrokerGoneTest {
  private static final int ONE = 1;

  /** M18: exactly what a timeout would do, only now. */
  @Test
  void aBrokerWhoseProcessIsGoneIsFencedByTheNextDuty() {
    TestCluster timedOut = TestCluster.withBrokers(3);
    timedOut.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    timedOut.kill(ONE);
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    int before = cluster.log.size();

    assertThat(gone(cluster, ONE, 10)).isTrue();
    assertThat(cluster.log).as("the hint itself appends nothing").hasSize(before);
    assertThat(cluster.duties()).isEqualTo(1);

    assertThat(cluster.broker(ONE).fenced()).isTrue();
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 1).isr()).containsExactly(2, 3);
    assertThat(cluster.log.getLast().size()).isEqualTo(timedOut.log.getLast().size());
  }

  /** M16: one at a time, each against the image after the one before. */
  @Test
  void severalThatAreGoneAreFencedOneAfterTheOther() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    gone(cluster, 1, 10);
    gone(cluster, 2, 0);
    assertThat(cluster.duties()).isEqualTo(2);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(3);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(3);
  }

  @Test
  void aSignOfLifeSinceTheObservationContradictsTheHint() {
    TestCluster cluster = TestCluster.withBrokers(2);
    long observedMs = cluster.nowMs + 10;
    cluster.nowMs += 20;
    contact(cluster, observedMs);
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), observedMs)).as("at the same moment").isFalse();
    contact(cluster, observedMs + 5);
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), observedMs)).isFalse();
    assertThat(cluster.duties()).isZero();
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), observedMs + 6)).as("a later one is right again")
        .isTrue();
  }

  @Test
  void hintsAboutOthersThanTheLivingRegistrationAreIgnored() {
    TestCluster cluster = TestCluster.withBrokers(1);
    cluster.register(cluster.registration(2));
    cluster.nowMs += 10;
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster) - 1, cluster.nowMs)).as("an older epoch").isFalse();
    assertThat(cluster.control.brokerGone(7, 1, cluster.nowMs)).as("unknown").isFalse();
    assertThat(cluster.control.brokerGone(2, cluster.broker(2).brokerEpoch(), cluster.nowMs)).as("fenced").isFalse();
    cluster.control.resign();
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs)).as("not active").isFalse();
  }

  /** M15: a new controller starts afresh, and what its predecessor's time saw is no news to it. */
  @Test
  void whatWasSeenBeforeThisControllerWasActiveIsIgnored() {
    TestCluster cluster = TestCluster.withBrokers(1);
    long observedMs = cluster.nowMs + 10;
    cluster.nowMs += 500;
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), observedMs)).isFalse();
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs + 1)).isTrue();
  }

  /** F24: it waited in a queue while the process died. */
  @Test
  void aHeartbeatThatArrivedBeforeTheObservationDoesNotBringTheBrokerBack() {
    TestCluster cluster = TestCluster.withBrokers(2);
    HeartbeatCommand queued = cluster.heartbeat(ONE);
    long arrivedMs = cluster.nowMs + 5;
    gone(cluster, ONE, 10);
    cluster.duties();

    Decision<Beat> decision = cluster.run(cluster.control.heartbeat(queued, arrivedMs));
    assertThat(decision.value()).contains(new Beat(true, false, true));
    assertThat(cluster.broker(ONE).fenced()).isTrue();
    assertThat(cluster.duties()).isZero();
  }

  @Test
  void aBrokerThatLivesAllTheSameIsBackWithItsNextHeartbeat() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    gone(cluster, ONE, 10);
    cluster.duties();
    cluster.nowMs += 200;
    assertThat(cluster.beat(ONE).value()).contains(new Beat(false, false, true));
    assertThat(cluster.broker(ONE).fenced()).isFalse();
    assertThat(cluster.alter(topic, 0, 2, 3, 1).error()).isNull();
  }

  /** An address that lies costs a broker with regular heartbeats one fencing per registration, not one per lie. */
  @Test
  void anAddressThatRefusesWhileItsBrokerLivesIsNotBelievedAgain() {
    TestCluster cluster = TestCluster.withBrokers(2);
    int fencings = 0;
    for (int i = 0; i < 200; i++) {
      cluster.nowMs += 50;
      if (i % 6 == 0) {
        cluster.beat(ONE);
      }
      contact(cluster, 2, cluster.nowMs);
      cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs - 5);
      fencings += cluster.duties();
    }
    assertThat(fencings).isEqualTo(1);
  }

  /** Its last heartbeat was read after the refusal, so that the first hint looked wrong. */
  @Test
  void aDeadBrokerWhoseLastHeartbeatCameLateIsFencedAfterTwoHeartbeatsOfSilence() {
    TestCluster cluster = TestCluster.withBrokers(2);
    gone(cluster, ONE, 10);
    cluster.duties();
    cluster.nowMs += 5;
    cluster.beat(ONE);
    assertThat(cluster.broker(ONE).fenced()).isFalse();
    long lastMs = cluster.nowMs;
    for (int i = 0; i < 20 && !cluster.broker(ONE).fenced(); i++) {
      cluster.nowMs += 100;
      cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs);
      cluster.duties();
    }
    assertThat(cluster.nowMs - lastMs).isEqualTo(TestCluster.SESSION_MS / 5);
  }

  /** M10: instead of after the rest of the session. */
  @Test
  void aProcessStartedAgainRegistersAsSoonAsALivingOneWouldHaveBeenHeardOf() {
    TestCluster cluster = TestCluster.withBrokers(2);
    long died = cluster.nowMs;
    long old = epoch(cluster);
    RegisterBrokerCommand again = cluster.registration(ONE);
    gone(cluster, ONE, 10);
    cluster.duties();

    Decision<Registered> early = cluster.control.register(again, died + TestCluster.SESSION_MS / 5 - 1);
    assertThat(early.error()).as("a hint alone gives nobody's id away").contains(ErrorCode.DUPLICATE_BROKER);
    cluster.nowMs = died + TestCluster.SESSION_MS / 5;
    assertThat(cluster.register(again)).isGreaterThan(old);
  }

  /** M10, F18: a wrong hint does not let a second process in beside one that goes on with its heartbeats. */
  @Test
  void aSecondProcessIsRefusedWhileTheFirstLivesWhateverIsHinted() {
    TestCluster cluster = TestCluster.withBrokers(2);
    RegisterBrokerCommand second = cluster.registration(ONE, epoch(cluster), RestartClass.CRASH_DURABLE,
        TestCluster.directory(ONE));
    for (int i = 0; i < 200; i++) {
      cluster.nowMs += 50;
      if (i % 6 == 0) {
        cluster.beat(ONE);
      }
      cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs - 1);
      cluster.duties();
      assertThat(cluster.control.register(second, cluster.nowMs).error()).contains(ErrorCode.DUPLICATE_BROKER);
    }
  }

  /** M19: it died while it was leaving; what it still led is taken over, what nobody can take over waits for it. */
  @Test
  void aBrokerThatDiesWhileLeavingIsFencedLikeAnyOther() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.run(cluster.control.heartbeat(cluster.shutdownWish(ONE), cluster.nowMs));
    assertThat(gone(cluster, ONE, 10)).isTrue();
    assertThat(cluster.duties()).isEqualTo(1);
    assertThat(cluster.broker(ONE).fenced()).isTrue();
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2, 3);
    assertThat(gone(cluster, ONE, 10)).as("repeated").isFalse();
  }

  /** The observation of a controller that stood still is as good as any, but its brokers get the benefit of the doubt (M16). */
  @Test
  void afterAStallOnlyANewObservationCounts() {
    TestCluster cluster = TestCluster.withBrokers(2);
    cluster.pass(300, 1, 2);
    long observedMs = cluster.nowMs + 10;
    cluster.nowMs += 10_000;
    cluster.duties();
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), observedMs)).isFalse();
    assertThat(cluster.control.brokerGone(ONE, epoch(cluster), cluster.nowMs + 5)).isTrue();
  }

  private static boolean gone(TestCluster cluster, int brokerId, long afterMs) {
    cluster.nowMs += afterMs;
    BrokerRegistration broker = cluster.broker(brokerId);
    return cluster.control.brokerGone(brokerId, broker.brokerEpoch(), cluster.nowMs);
  }

  private static long epoch(TestCluster cluster) {
    return cluster.broker(ONE).brokerEpoch();
  }

  private static void contact(TestCluster cluster, long arrivedMs) {
    contact(cluster, ONE, arrivedMs);
  }

  private static void contact(TestCluster cluster, int brokerId, long arrivedMs) {
    cluster.control.contact(brokerId, cluster.broker(brokerId).brokerEpoch(), arrivedMs);
  }
}
