package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.HeartbeatCommand.Beat;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Registration, heartbeats, fencing and controlled shutdown, M9 to M19. */
class BrokerControlTest {

  /** M9, M11, M17. */
  @Test
  void aBrokerStartsFencedAndIsUnfencedOnceItAppliedItsRegistration() {
    TestCluster cluster = new TestCluster();
    long epoch = cluster.register(cluster.registration(1));
    assertThat(cluster.broker(1).fenced()).isTrue();
    assertThat(epoch).isEqualTo(cluster.control.committed().index());

    Beat early = value(cluster, new HeartbeatCommand(1, epoch, epoch - 1, false, false, List.of(), List.of()));
    assertThat(early).isEqualTo(new Beat(true, false, false));
    assertThat(cluster.broker(1).fenced()).isTrue();

    Beat starting = value(cluster, new HeartbeatCommand(1, epoch, epoch, true, false, List.of(), List.of()));
    assertThat(starting).isEqualTo(new Beat(true, false, true));

    Beat ready = value(cluster, new HeartbeatCommand(1, epoch, epoch, false, false, List.of(), List.of()));
    assertThat(ready).isEqualTo(new Beat(false, false, true));
    assertThat(cluster.broker(1).fenced()).isFalse();
  }

  /** M10. */
  @Test
  void strangersAndMisconfiguredBrokersAreRefused() {
    TestCluster cluster = TestCluster.withBrokers(1);
    RegisterBrokerCommand good = cluster.registration(2);
    assertThat(cluster.control.register(with(good, "other", good.directoryIds(), "sync"), cluster.nowMs).error())
        .contains(ErrorCode.INVALID_CLUSTER_ID);
    assertThat(cluster.control.register(with(good, null, List.of(TestCluster.directory(1)), "sync"), cluster.nowMs)
        .error()).contains(ErrorCode.INVALID_REQUEST);
    assertThat(cluster.control.register(with(good, null, good.directoryIds(), "os"), cluster.nowMs).error())
        .contains(ErrorCode.INVALID_CONFIG);
    assertThat(cluster.control.register(with(good, null, List.of(), "sync"), cluster.nowMs).error())
        .contains(ErrorCode.INVALID_REQUEST);
    assertThat(cluster.control.register(with(good, null, good.directoryIds(), "sync"), cluster.nowMs).error())
        .isEmpty();
  }

  /** M10, F18. */
  @Test
  void aSecondProcessIsRefusedWhileTheFirstIsAlive() {
    TestCluster cluster = TestCluster.withBrokers(2);
    RegisterBrokerCommand second = cluster.registration(1);

    assertThat(cluster.control.register(second, cluster.nowMs + TestCluster.SESSION_MS - 1).error())
        .contains(ErrorCode.DUPLICATE_BROKER);
    cluster.pass(TestCluster.SESSION_MS, 2);
    assertThat(cluster.run(cluster.control.register(second, cluster.nowMs)).error()).isEmpty();
  }

  /** M10: retries are idempotent, also while the first attempt is not yet committed. */
  @Test
  void theSameIncarnationGetsTheSameEpochAgain() {
    TestCluster cluster = new TestCluster();
    RegisterBrokerCommand command = cluster.registration(1);
    cluster.holdCommits = true;
    long epoch = cluster.register(command);

    Decision<Registered> again = cluster.control.register(command, cluster.nowMs);
    assertThat(again.records()).isEmpty();
    assertThat(again.value()).contains(new Registered(epoch));
    assertThat(again.waitForIndex()).as("not to be told before the registration is committed").isEqualTo(epoch);
  }

  /** M11: one entry holds the ISR removals, the elections and the registration. */
  @Test
  void aNewIncarnationLeavesEveryIsrInTheEntryThatRegistersIt() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 1, 3)));
    cluster.nowMs += TestCluster.SESSION_MS;
    int before = cluster.log.size();

    long epoch = cluster.register(cluster.registration(1));

    assertThat(cluster.log).hasSize(before + 1);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2, 3);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 0).leaderEpoch()).isEqualTo(1);
    assertThat(cluster.partition(topic, 1).isr()).containsExactly(2, 3);
    assertThat(cluster.partition(topic, 1).leaderEpoch()).as("its leader stayed").isZero();
    assertThat(cluster.broker(1).brokerEpoch()).isEqualTo(epoch);
    assertThat(cluster.broker(1).fenced()).isTrue();
  }

  /** M11. */
  @Test
  void requestsOfTheOldEpochAreRefusedFromThenOn() {
    TestCluster cluster = TestCluster.withBrokers(1);
    HeartbeatCommand old = cluster.heartbeat(1);
    cluster.nowMs += TestCluster.SESSION_MS;
    cluster.register(cluster.registration(1));

    assertThat(cluster.control.heartbeat(old, cluster.nowMs).error()).contains(ErrorCode.STALE_BROKER_EPOCH);
    assertThat(cluster.control
        .heartbeat(new HeartbeatCommand(9, 1, 1, false, false, List.of(), List.of()), cluster.nowMs).error())
        .contains(ErrorCode.UNKNOWN_BROKER);
  }

  /** M11, M12: what a restarted sole member keeps depends on what it can prove. */
  @Test
  void onlyACleanOrDurableRestartKeepsTheElr() {
    for (RestartClass restartClass : RestartClass.values()) {
      TestCluster cluster = TestCluster.withBrokers(3);
      UUID topic = soleMember(cluster);
      long epoch = cluster.broker(1).brokerEpoch();
      cluster.kill(1);

      cluster.register(cluster.registration(1, epoch, restartClass, TestCluster.directory(1)));
      cluster.beat(1);

      boolean kept = restartClass != RestartClass.LOSSY;
      assertThat(cluster.partition(topic, 0).leader()).as(restartClass.name()).isEqualTo(kept ? 1 : -1);
    }
  }

  /** M11, F14: directories that are not those of the last active epoch prove nothing. */
  @Test
  void aWipedOrOutdatedDirectoryLosesTheElr() {
    TestCluster wiped = TestCluster.withBrokers(3);
    UUID topic = soleMember(wiped);
    long epoch = wiped.broker(1).brokerEpoch();
    wiped.kill(1);
    UUID fresh = new UUID(88, 1);
    wiped.register(wiped.registration(1, epoch, RestartClass.CLEAN, fresh));
    assertThat(wiped.partition(topic, 0).elr()).isEmpty();
    assertThat(wiped.partition(topic, 0).lastKnownLeader()).as("its log is gone").isEqualTo(PartitionState.NO_LEADER);
    assertThat(wiped.partition(topic, 0).directories().getFirst()).isEqualTo(fresh);

    TestCluster outdated = TestCluster.withBrokers(3);
    UUID other = soleMember(outdated);
    long active = outdated.broker(1).brokerEpoch();
    outdated.kill(1);
    outdated.register(outdated.registration(1, active - 1, RestartClass.CLEAN, TestCluster.directory(1)));
    assertThat(outdated.partition(other, 0).elr()).isEmpty();
    assertThat(outdated.partition(other, 0).lastKnownLeader()).isEqualTo(1);
  }

  /** M11: dying between registration and unfencing, again and again, costs nothing. */
  @Test
  void aCrashLoopBeforeUnfencingKeepsTheElr() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = soleMember(cluster);
    long stored = cluster.broker(1).brokerEpoch();
    cluster.kill(1);
    for (int attempt = 0; attempt < 4; attempt++) {
      long epoch = cluster.register(
          cluster.registration(1, stored, RestartClass.CRASH_DURABLE, TestCluster.directory(1)));
      stored = attempt % 2 == 0 ? epoch : stored;
      cluster.pass(TestCluster.SESSION_MS + 100, 2, 3);
    }
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1);
  }

  /** M18, I16. */
  @Test
  void aSilentBrokerIsFencedInOneEntryWithAllElections() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(1, 3, 2)));
    cluster.beat(2);
    cluster.beat(3);
    int before = cluster.log.size();

    cluster.kill(1);

    assertThat(cluster.log).hasSize(before + 1);
    assertThat(cluster.broker(1).fenced()).isTrue();
    assertThat(List.of(0, 1, 2)).allSatisfy(
        number -> assertThat(cluster.partition(topic, number).isr()).doesNotContain(1).hasSize(2));
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 2).leader()).isEqualTo(3);
  }

  /** M16: fenced one at a time, each against the image after the one before. */
  @Test
  void severalSilentBrokersAreFencedOneAfterTheOther() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    int before = cluster.log.size();

    cluster.pass(TestCluster.SESSION_MS + 100);

    assertThat(cluster.log).hasSize(before + 3);
    assertThat(cluster.partition(topic, 0).isr()).isEmpty();
    assertThat(cluster.partition(topic, 0).elr()).as("the last two were a full ISR when nothing could commit any more")
        .containsExactly(2, 3);
    assertThat(cluster.partition(topic, 0).lastKnownLeader()).isEqualTo(3);
  }

  /** M16: the controller's own pause is not held against the brokers. */
  @Test
  void aStallOfTheControllerExtendsAllSessions() {
    TestCluster cluster = TestCluster.withBrokers(3);
    cluster.pass(500, 1, 2, 3);
    cluster.nowMs += 20_000;
    assertThat(cluster.duties()).isZero();
    cluster.pass(2_000, 2, 3);
    assertThat(cluster.broker(1).fenced()).isFalse();
    cluster.pass(1_500, 2, 3);
    assertThat(cluster.broker(1).fenced()).isTrue();
    assertThat(cluster.broker(2).fenced()).isFalse();
  }

  /** M15: what counts is when the request arrived, not when it was handled. */
  @Test
  void contactIsTakenFromTheTimeOfArrival() {
    TestCluster cluster = TestCluster.withBrokers(2);
    long start = cluster.nowMs;
    cluster.pass(2_900, 2);
    cluster.control.heartbeat(cluster.heartbeat(1), start + 1_000);
    cluster.pass(1_000, 2);
    assertThat(cluster.broker(1).fenced()).isFalse();
    cluster.pass(200, 2);
    assertThat(cluster.broker(1).fenced()).isTrue();
  }

  /** M14: a broker may ask to be fenced. */
  @Test
  void aBrokerIsFencedOnItsOwnWish() {
    TestCluster cluster = TestCluster.withBrokers(2);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2)));
    HeartbeatCommand wish = new HeartbeatCommand(1, cluster.broker(1).brokerEpoch(), 100, true, false, List.of(),
        List.of());
    assertThat(value(cluster, wish).fenced()).isTrue();
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
  }

  /** M17. */
  @Test
  void anUnfencedBrokerTakesTheLeaderlessPartitionsItCanLead() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = soleMember(cluster);
    long epoch = cluster.broker(1).brokerEpoch();
    cluster.kill(1);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(-1);
    int before = cluster.log.size();

    cluster.run(cluster.control.heartbeat(
        new HeartbeatCommand(1, epoch, cluster.control.committed().index(), false, false, List.of(), List.of()),
        cluster.nowMs));

    assertThat(cluster.log).hasSize(before + 1);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(1);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1);
  }

  /** M19. */
  @Test
  void controlledShutdownMovesLeadershipsAndEndsWhenAllOthersHaveSeenIt() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(1, 3, 2)));

    assertThat(value(cluster, cluster.shutdownWish(1))).isEqualTo(new Beat(false, false, true));
    assertThat(cluster.broker(1).inControlledShutdown()).isTrue();
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 1).leader()).isEqualTo(3);
    assertThat(cluster.partition(topic, 1).isr()).containsExactly(3, 2);

    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).as("nobody has applied it yet").isFalse();
    cluster.beat(2);
    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).isFalse();
    cluster.beat(3);
    assertThat(value(cluster, cluster.shutdownWish(1))).isEqualTo(new Beat(true, true, true));
    assertThat(cluster.broker(1).fenced()).isTrue();

    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).as("asked again").isTrue();
    assertThat(cluster.control.register(cluster.registration(1), cluster.nowMs).error())
        .as("it said goodbye, so its id is free at once").isEmpty();
  }

  /** M19: sole members stay eligible. */
  @Test
  void aSoleMemberThatShutsDownLeavesItsPartitionToTheElr() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = soleMember(cluster);
    value(cluster, cluster.shutdownWish(1));
    assertThat(cluster.partition(topic, 0).leader()).as("it leads until the end").isEqualTo(1);
    cluster.beat(2);
    cluster.beat(3);

    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).isTrue();
    assertThat(cluster.partition(topic, 0).isr()).isEmpty();
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1);
  }

  /** M19: a leader on its way out may still let another replica in and then hands over. */
  @Test
  void aReplicaThatCatchesUpDuringTheShutdownTakesOver() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = soleMember(cluster);
    value(cluster, cluster.shutdownWish(1));

    assertThat(cluster.alter(topic, 0, 1, 2).error()).isEqualTo(ErrorCode.NEW_LEADER_ELECTED);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1, 2);

    value(cluster, cluster.shutdownWish(1));
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1);
    cluster.beat(2);
    cluster.beat(3);
    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).isTrue();
  }

  /** M19, M5: the wish to leave survives a controller failover. */
  @Test
  void aNewControllerFinishesTheShutdown() {
    TestCluster cluster = TestCluster.withBrokers(3);
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    value(cluster, cluster.shutdownWish(1));
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);

    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).as("it knows nobody's progress").isFalse();
    cluster.beat(2);
    cluster.beat(3);
    assertThat(value(cluster, cluster.shutdownWish(1)).shouldShutdown()).isTrue();
  }

  private static HeartbeatCommand lost(TestCluster cluster, int broker, TopicIdPartition id, int leaderEpoch) {
    return new HeartbeatCommand(broker, cluster.broker(broker).brokerEpoch(), 100, false, false, List.of(),
        List.of(new HeartbeatCommand.Lost(id, leaderEpoch)));
  }

  /** M14: a lost log leaves ISR and ELR, and its replica is no candidate. */
  @Test
  void lostReplicasAreRemovedFromIsrAndElr() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(1, 2, 3)));
    HeartbeatCommand report = lost(cluster, 1, new TopicIdPartition(topic, 0), 0);

    value(cluster, report);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2, 3);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    assertThat(cluster.partition(topic, 1).leader()).isEqualTo(1);
    int size = cluster.log.size();
    value(cluster, report);
    assertThat(cluster.log).as("reported again").hasSize(size);
  }

  /** P45: what the replica said of its log, and a leader proposed on the strength of it, is void. */
  @Test
  void aLostReplicaBeginsANewLeaderEpochSoThatNothingFromBeforeLetsItInAgain() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    TopicIdPartition id = new TopicIdPartition(topic, 0);
    cluster.alter(topic, 0, 1, 2);
    PartitionState before = cluster.partition(topic, 0);
    List<AlterPartitionCommand.Member> all = List.of(1, 2, 3).stream()
        .map(one -> new AlterPartitionCommand.Member(one, cluster.broker(one).brokerEpoch())).toList();
    AlterPartitionCommand.Proposal underWay = new AlterPartitionCommand.Proposal(id, before.leaderEpoch(),
        before.partitionEpoch(), all, LeaderRecoveryState.RECOVERED);

    value(cluster, lost(cluster, 3, id, before.leaderEpoch()));
    PartitionState after = cluster.partition(topic, 0);
    assertThat(after).extracting(PartitionState::leader, PartitionState::leaderEpoch)
        .as("the same leader, though the replica was not in the ISR").containsExactly(1, before.leaderEpoch() + 1);
    assertThat(cluster.alter(1, underWay).error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1, 2);
  }

  /** F24: it may have been begun anew and let in again since. */
  @Test
  void aReportOfALossFromAnEpochThatIsOverChangesNothing() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    TopicIdPartition id = new TopicIdPartition(topic, 0);
    HeartbeatCommand report = lost(cluster, 1, id, 0);
    value(cluster, report);
    cluster.alter(topic, 0, 1, 2, 3);
    cluster.kill(2);
    cluster.kill(3);
    assertThat(cluster.partition(topic, 0)).extracting(PartitionState::leader, PartitionState::isr)
        .containsExactly(1, List.of(1));
    value(cluster, report);
    assertThat(cluster.partition(topic, 0).leader()).as("the last replica, and a whole one").isEqualTo(1);
  }

  /** P43: nobody else has everything, so nobody leads until somebody decides to go on without it. */
  @Test
  void thePartitionOfTheLastReplicaStaysOfflineWhenThatIsLost() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.alter(topic, 0, 1, 2);
    cluster.kill(2);
    value(cluster, lost(cluster, 1, new TopicIdPartition(topic, 0), cluster.partition(topic, 0).leaderEpoch()));
    assertThat(cluster.partition(topic, 0)).extracting(PartitionState::leader, PartitionState::elr)
        .as("broker 2 was in the ISR when it fell below min ISR").containsExactly(-1, List.of(2));
    cluster.join(2);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);

    value(cluster, lost(cluster, 2, new TopicIdPartition(topic, 0), cluster.partition(topic, 0).leaderEpoch()));
    PartitionState offline = cluster.partition(topic, 0);
    assertThat(offline).extracting(PartitionState::leader, PartitionState::isr, PartitionState::elr,
        PartitionState::lastKnownLeader).containsExactly(-1, List.of(), List.of(), -1);
    cluster.duties();
    assertThat(cluster.partition(topic, 0)).isEqualTo(offline);
  }

  private static final UUID OTHER_DIRECTORY = new UUID(78, 1);

  /** A broker with two directories, of which it chooses one per replica. */
  private static TestCluster withTwoDirectoriesOfBroker1() {
    TestCluster cluster = new TestCluster();
    RegisterBrokerCommand one = cluster.registration(1);
    cluster.register(new RegisterBrokerCommand(one.clusterId(), 1, one.incarnationId(),
        List.of(TestCluster.directory(1), OTHER_DIRECTORY), one.endpoints(), one.rack(), one.features(), -1,
        one.restartClass(), one.durability()));
    cluster.beat(1);
    cluster.join(2);
    cluster.join(3);
    return cluster;
  }

  @Test
  void aBrokerSaysWhereItKeepsItsReplicasAndOnlyThoseOfAFailedDirectoryAreLost() {
    TestCluster cluster = withTwoDirectoriesOfBroker1();
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(1, 2, 3)));
    assertThat(cluster.partition(topic, 0).directories().getFirst()).isEqualTo(PartitionState.UNASSIGNED_DIRECTORY);
    long epoch = cluster.broker(1).brokerEpoch();
    HeartbeatCommand located = new HeartbeatCommand(1, epoch, 100, false, false, List.of(), List.of(),
        List.of(new HeartbeatCommand.Location(new TopicIdPartition(topic, 0), TestCluster.directory(1)),
            new HeartbeatCommand.Location(new TopicIdPartition(topic, 1), OTHER_DIRECTORY)));
    value(cluster, located);
    assertThat(cluster.partition(topic, 0).directories().getFirst()).isEqualTo(TestCluster.directory(1));
    assertThat(cluster.partition(topic, 1).directories().getFirst()).isEqualTo(OTHER_DIRECTORY);
    int size = cluster.log.size();
    value(cluster, located);
    assertThat(cluster.log).as("said again").hasSize(size);

    value(cluster,
        new HeartbeatCommand(1, epoch, 100, false, false, List.of(OTHER_DIRECTORY), List.of(), List.of()));
    assertThat(cluster.partition(topic, 0)).extracting(PartitionState::leader, PartitionState::isr)
        .containsExactly(1, List.of(1, 2, 3));
    assertThat(cluster.partition(topic, 1)).extracting(PartitionState::leader, PartitionState::isr)
        .containsExactly(2, List.of(2, 3));
    assertThat(cluster.partition(topic, 1).directories().getFirst()).as("where a new log will come")
        .isEqualTo(TestCluster.directory(1));
    assertThat(cluster.broker(1).directoryIds()).containsExactly(TestCluster.directory(1));
  }

  /** M14. */
  @Test
  void anOfflineDirectoryTakesItsReplicasOut() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    HeartbeatCommand report = new HeartbeatCommand(1, cluster.broker(1).brokerEpoch(), 100, false, false,
        List.of(TestCluster.directory(1)), List.of());

    value(cluster, report);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2, 3);
    assertThat(cluster.broker(1).directoryIds()).isEmpty();
  }

  /** M4: heartbeats tell what is committed. */
  @Test
  void aHeartbeatReportsTheCommittedFence() {
    TestCluster cluster = new TestCluster();
    cluster.register(cluster.registration(1));
    cluster.holdCommits = true;
    cluster.beat(1);
    assertThat(cluster.broker(1).fenced()).isFalse();

    Decision<Beat> meanwhile = cluster.control.heartbeat(cluster.heartbeat(1), cluster.nowMs);
    assertThat(meanwhile.value()).contains(new Beat(true, false, true));
    assertThat(meanwhile.waitForIndex()).isEqualTo(cluster.control.committed().index());
  }

  @Test
  void minIsrIsTheClustersUntilTheTopicSaysOtherwise() {
    TestCluster cluster = new TestCluster(Map.of("min.insync.replicas", "3", "durability", "os"));
    assertThat(cluster.image().durability()).isEqualTo("os");
    for (int id = 1; id <= 3; id++) {
      cluster.join(id);
    }
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.alter(topic, 0, 1, 2);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(3);
  }

  /** Partition 0 of a topic on 1, 2, 3, created while only 1 was active: ISR {1}, ELR empty, brokers 2 and 3 back. */
  private static UUID soleMember(TestCluster cluster) {
    cluster.kill(2);
    cluster.kill(3);
    UUID topic = cluster.topic("sole", List.of(List.of(1, 2, 3)));
    cluster.join(2);
    cluster.join(3);
    cluster.beat(1);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(1);
    assertThat(cluster.partition(topic, 0).elr()).isEmpty();
    return topic;
  }

  private static Beat value(TestCluster cluster, HeartbeatCommand command) {
    return cluster.run(cluster.control.heartbeat(command, cluster.nowMs)).value().orElseThrow();
  }

  private static RegisterBrokerCommand with(RegisterBrokerCommand good,
      @Nullable String clusterId, List<UUID> directories, String durability) {
    return new RegisterBrokerCommand(clusterId, good.brokerId(), good.incarnationId(), directories, good.endpoints(),
        good.rack(), good.features(), good.previousBrokerEpoch(), good.restartClass(), durability);
  }
}
