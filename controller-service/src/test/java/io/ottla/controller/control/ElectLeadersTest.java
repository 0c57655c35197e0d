package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.ElectLeadersCommand.Elected;
import io.ottla.controller.control.ElectLeadersCommand.Elections;
import io.ottla.controller.control.ElectLeadersCommand.Failure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Elections on request, M21 and M25. */
class ElectLeadersTest {
  private final TestCluster cluster = TestCluster.withBrokers(3);

  private Decision<Elections> elect(ElectLeadersCommand.Type type, @Nullable String topic,
      @Nullable Integer partition) {
    return cluster.run(cluster.control.administer(new ElectLeadersCommand(type, topic, partition)));
  }

  private Elections elected(ElectLeadersCommand.Type type, @Nullable String topic, @Nullable Integer partition) {
    return elect(type, topic, partition).value().orElseThrow();
  }

  /** A partition of brokers 1 and 2 led by 2, with 1 back in sync. */
  private UUID ledByTheOther(String name) {
    UUID topic = cluster.topic(name, List.of(List.of(1, 2, 3)));
    cluster.kill(1);
    cluster.join(1);
    cluster.alter(topic, 0, 1, 2, 3);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
    return topic;
  }

  @Test
  void thePreferredReplicaLeadsAgainUnderANewEpoch() {
    UUID topic = ledByTheOther("t");
    PartitionState before = cluster.partition(topic, 0);
    Elections elections = elected(ElectLeadersCommand.Type.PREFERRED, "t", 0);
    assertThat(elections.elected()).containsExactly(new Elected("t", 0, 1, false));
    assertThat(elections.metadataIndex()).isEqualTo(cluster.image().index());
    PartitionState after = cluster.partition(topic, 0);
    assertThat(after.leader()).isEqualTo(1);
    assertThat(after.leaderEpoch()).isEqualTo(before.leaderEpoch() + 1);
    assertThat(after.isr()).isEqualTo(before.isr());
  }

  @Test
  void whatIsLedAsAskedIsNotMentioned() {
    cluster.topic("t", List.of(List.of(1, 2)));
    Decision<Elections> decision = elect(ElectLeadersCommand.Type.PREFERRED, "t", 0);
    assertThat(decision.records()).isEmpty();
    assertThat(decision.value()).contains(new Elections(List.of(), List.of(), false, cluster.image().index()));
  }

  @Test
  void allTopicsAreElectedAtOnceAPieceAtATime() {
    TestCluster small = new TestCluster(Map.of("min.insync.replicas", "1"), 1);
    for (int id = 1; id <= 2; id++) {
      small.join(id);
    }
    UUID one = small.topic("one", List.of(List.of(1, 2)));
    UUID two = small.topic("two", List.of(List.of(1, 2)));
    small.kill(1);
    small.join(1);
    small.alter(one, 0, 1, 2);
    small.alter(two, 0, 1, 2);
    ElectLeadersCommand all = new ElectLeadersCommand(ElectLeadersCommand.Type.PREFERRED, null, null);
    Elections first = small.run(small.control.administer(all)).value().orElseThrow();
    assertThat(first.elected()).containsExactly(new Elected("one", 0, 1, false));
    assertThat(first.more()).isTrue();
    Elections second = small.run(small.control.administer(all)).value().orElseThrow();
    assertThat(second.elected()).containsExactly(new Elected("two", 0, 1, false));
    assertThat(second.more()).isFalse();
  }

  @Test
  void aPreferredReplicaThatCannotLeadIsNamedWithTheRemedy() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.kill(1);
    assertThat(elected(ElectLeadersCommand.Type.PREFERRED, "t", 0).failures()).singleElement().satisfies(failure -> {
      assertThat(failure.code()).isEqualTo(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
      assertThat(failure.message()).contains("not in service", "start it");
    });
    cluster.join(1);
    assertThat(elected(ElectLeadersCommand.Type.PREFERRED, "t", null).failures()).singleElement()
        .extracting(Failure::message).asString()
        .contains("not in sync yet");
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
  }

  @Test
  void impossibleRequestsAreRefused() {
    cluster.topic("t", List.of(List.of(1)));
    assertThat(elect(ElectLeadersCommand.Type.PREFERRED, "u", null).error()).contains(ErrorCode.UNKNOWN_TOPIC);
    assertThat(elect(ElectLeadersCommand.Type.PREFERRED, "t", 1).error()).contains(ErrorCode.UNKNOWN_PARTITION);
    assertThat(elect(ElectLeadersCommand.Type.PREFERRED, "t", -1).error()).contains(ErrorCode.UNKNOWN_PARTITION);
    assertThat(elect(ElectLeadersCommand.Type.PREFERRED, null, 0).error()).contains(ErrorCode.INVALID_REQUEST);
    assertThat(elect(ElectLeadersCommand.Type.UNCLEAN, null, null).error()).contains(ErrorCode.INVALID_REQUEST);
  }

  /** A partition whose only complete replica, on broker 1, is gone; with broker 2 alive. */
  private UUID lost() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2)));
    cluster.run(cluster.control
        .administer(AlterTopicConfigsCommand.of("t", Map.of("min.insync.replicas", Optional.of("1")), false)));
    cluster.alter(topic, 0, 1);
    cluster.kill(1);
    assertThat(cluster.partition(topic, 0).hasLeader()).isFalse();
    return topic;
  }

  /** M21: on request only, counted, and visible in the metadata. */
  @Test
  void anUncleanElectionIsHeldOnRequestOnlyAndReported() {
    UUID topic = lost();
    cluster.duties();
    assertThat(cluster.partition(topic, 0).hasLeader()).as("nobody asked").isFalse();
    assertThat(elected(ElectLeadersCommand.Type.PREFERRED, "t", 0).elected())
        .as("a preferred election is never unclean").isEmpty();

    assertThat(elected(ElectLeadersCommand.Type.UNCLEAN, "t", 0).elected())
        .containsExactly(new Elected("t", 0, 2, true));
    PartitionState after = cluster.partition(topic, 0);
    assertThat(after.leader()).isEqualTo(2);
    assertThat(after.isr()).containsExactly(2);
    assertThat(after.elr()).isEmpty();
    assertThat(after.leaderRecoveryState()).isEqualTo(LeaderRecoveryState.RECOVERING);
    assertThat(cluster.control.uncleanElections()).isEqualTo(1);
  }

  @Test
  void anUncleanElectionTakesNothingFromALeaderThatIsThere() {
    UUID topic = cluster.topic("t", List.of(List.of(1, 2)));
    assertThat(elect(ElectLeadersCommand.Type.UNCLEAN, "t", null).records()).isEmpty();
    assertThat(cluster.partition(topic, 0).leaderEpoch()).isZero();
  }

  @Test
  void withoutAnyBrokerInServiceThereIsNobodyToElect() {
    lost();
    cluster.kill(2);
    assertThat(elected(ElectLeadersCommand.Type.UNCLEAN, "t", 0).failures()).singleElement().extracting(Failure::code)
        .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
    assertThat(cluster.control.uncleanElections()).isZero();
  }
}
