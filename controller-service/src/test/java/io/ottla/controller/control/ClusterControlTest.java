package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.CreateTopicCommand.Created;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The controller as a whole: images, failover and duties, M3 to M5 and M25. */
class ClusterControlTest {
  private static final CreateTopicCommand CREATE = CreateTopicCommand.of("t", 1, 1, null, Map.of(), false);

  /** M4. */
  @Test
  void aRejectionThatRestsOnUncommittedStateNamesTheIndexToWaitFor() {
    TestCluster cluster = TestCluster.withBrokers(1);
    cluster.holdCommits = true;
    Decision<Created> first = cluster.run(cluster.control.createTopic(CREATE));
    Decision<Created> second = cluster.control.createTopic(CREATE);

    assertThat(first.error()).isEmpty();
    assertThat(second.error()).contains(ErrorCode.TOPIC_EXISTS);
    assertThat(second.waitForIndex()).isEqualTo(cluster.log.size())
        .isGreaterThan(cluster.control.committed().index());
    assertThat(cluster.control.committed().topic("t")).as("others see only what is committed").isEmpty();

    cluster.commitAll();
    assertThat(cluster.control.committed().topic("t")).isPresent();
  }

  /** M3. */
  @Test
  void resigningDropsWhatIsNotCommitted() {
    TestCluster cluster = TestCluster.withBrokers(1);
    cluster.holdCommits = true;
    cluster.run(cluster.control.createTopic(CREATE));
    cluster.control.resign();

    assertThat(cluster.control.active()).isFalse();
    assertThat(cluster.image().topic("t")).isEmpty();
    assertThatThrownBy(() -> cluster.control.createTopic(CREATE)).isInstanceOfSatisfying(OttlaException.class,
        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
    assertThat(cluster.control.nextDuty(cluster.nowMs)).isEmpty();
  }

  /** M3: a decision whose append failed leaves no trace. */
  @Test
  void aDecisionAloneChangesNothing() {
    TestCluster cluster = TestCluster.withBrokers(1);
    String digest = cluster.image().digest();
    cluster.control.createTopic(CREATE);
    cluster.control.register(cluster.registration(2), cluster.nowMs);
    assertThat(cluster.image().digest()).isEqualTo(digest);
    assertThat(cluster.run(cluster.control.register(cluster.registration(2), cluster.nowMs)).error())
        .as("no session began").isEmpty();
  }

  @Test
  void appendsAndCommitsMustFollowTheLog() {
    TestCluster cluster = TestCluster.withBrokers(1);
    long next = cluster.image().index() + 1;
    List<MetadataRecord> none = List.of();
    assertThatThrownBy(() -> cluster.control.appended(next + 1, 1, none, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cluster.control.applyCommitted(next + 1, 1, none))
        .isInstanceOf(IllegalStateException.class);
    cluster.control.appended(next, 1, none, cluster.nowMs);
    assertThatThrownBy(() -> cluster.control.applyCommitted(next, 2, none)).isInstanceOf(IllegalStateException.class);
  }

  /** M5: what the first active controller writes is not overwritten by the next one's settings. */
  @Test
  void clusterSettingsAreWrittenOnce() {
    TestCluster cluster = new TestCluster(Map.of("min.insync.replicas", "1", "durability", "os"));
    assertThat(cluster.image().configs(ConfigResource.CLUSTER)).containsEntry("durability", "os")
        .containsEntry("min.insync.replicas", "1");
    int size = cluster.log.size();

    ClusterControl other = new ClusterControl(
        ControlSettings.of("c", new TreeMap<>(Map.of("durability", "sync", "num.partitions", "6")), 3_000),
        new SeededSource(1));
    for (int index = 1; index <= size; index++) {
      other.applyCommitted(index, 1, cluster.log.get(index - 1));
    }
    other.activate(0);
    assertThat(other.nextDuty(0))
        .contains(List.of(new MetadataRecord.ConfigRecord(ConfigResource.CLUSTER, ClusterConfigs.NUM_PARTITIONS, "6")));
  }

  /** M15: a broker that dies during the failover is still fenced, a fenced one does not appear live. */
  @Test
  void aNewControllerTracksEveryBrokerAndGivesTheUnfencedAFullSession() {
    TestCluster cluster = TestCluster.withBrokers(2);
    cluster.register(cluster.registration(3));
    cluster.pass(2_900, 1);
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);

    cluster.pass(2_900, 1);
    assertThat(cluster.broker(2).fenced()).as("a fresh full session").isFalse();
    assertThat(cluster.control.register(cluster.registration(3), cluster.nowMs).error())
        .as("3 is fenced and was never heard of here").isEmpty();
    cluster.pass(200, 1);
    assertThat(cluster.broker(2).fenced()).isTrue();
    assertThat(cluster.broker(1).fenced()).isFalse();
  }

  /** M5, I23: a leaderless partition with an acceptable candidate is found by the successor. */
  @Test
  void aNewControllerElectsWhereTheOldOneDidNot() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.append(List.of(new MetadataRecord.PartitionChange(topic, 0, null, null, null, null, null, null,
        PartitionState.NO_LEADER, null, null)));
    assertThat(cluster.duties()).as("nothing told this controller").isZero();

    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    assertThat(cluster.duties()).isEqualTo(1);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(1);
  }

  /** An append that failed is tried again at the next tick. */
  @Test
  void aDutyNotAppendedIsDueAgain() {
    TestCluster cluster = TestCluster.withBrokers(2);
    cluster.topic("t", List.of(List.of(1, 2)));
    cluster.nowMs += 100;
    cluster.duties();
    for (int i = 0; i < 40; i++) {
      cluster.nowMs += 100;
      cluster.control.contact(2, cluster.broker(2).brokerEpoch(), cluster.nowMs);
      cluster.control.nextDuty(cluster.nowMs);
    }
    assertThat(cluster.broker(1).fenced()).isFalse();
    assertThat(cluster.duties()).isEqualTo(1);
    assertThat(cluster.broker(1).fenced()).isTrue();
  }

  /** M25. */
  @Test
  void leadershipsReturnToThePreferredBrokerAfterARestart() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
    cluster.kill(1);
    cluster.join(1);
    assertThat(cluster.alter(topic, 0, 2, 3, 1).error()).isNull();
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);

    cluster.pass(25_000, 1, 2, 3);
    assertThat(cluster.partition(topic, 0).leader()).as("unfenced too recently").isEqualTo(2);
    cluster.pass(70_000, 1, 2, 3);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(1);
    assertThat(cluster.partition(topic, 1).leaderEpoch()).as("nothing to move there").isZero();
  }

  /** M25, Q49: refused by the log for the moment, the moves are due at the next tick and not a minute later. */
  @Test
  void aBalanceThatWasNotAppendedIsDueAgain() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
    cluster.kill(1);
    cluster.join(1);
    assertThat(cluster.alter(topic, 0, 2, 3, 1).error()).isNull();
    Optional<List<MetadataRecord>> balance = Optional.empty();
    for (int tick = 0; tick < 1_000 && balance.isEmpty(); tick++) {
      balance = nextAfter(cluster, 100);
    }
    assertThat(balance).isPresent();
    assertThat(nextAfter(cluster, 10)).as("refused").isEqualTo(balance);
    cluster.append(balance.get());
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(1);
    assertThat(nextAfter(cluster, 10)).isEmpty();
  }

  private static Optional<List<MetadataRecord>> nextAfter(TestCluster cluster, long ms) {
    cluster.nowMs += ms;
    for (int id = 1; id <= 3; id++) {
      cluster.control.contact(id, cluster.broker(id).brokerEpoch(), cluster.nowMs);
    }
    return cluster.control.nextDuty(cluster.nowMs);
  }

  /** Q34: the state of a snapshot replaces what was applied; entries go on behind it. */
  @Test
  void aSnapshotIsTakenOverByAStandbyOnly() throws IOException {
    TestCluster cluster = TestCluster.withBrokers(3);
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    MetadataImage image = cluster.control.committed();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageSnapshot.write(image, bytes);
    MetadataImage loaded = ImageSnapshot.read(new ByteArrayInputStream(bytes.toByteArray()), image.index(),
        image.term());
    assertThatThrownBy(() -> cluster.control.restore(loaded)).isInstanceOf(IllegalStateException.class);

    ClusterControl standby = new ClusterControl(cluster.settings, new SeededSource(3));
    standby.restore(loaded);
    assertThat(standby.committed().digest()).isEqualTo(image.digest());
    assertThat(standby.speculative()).isSameAs(loaded);
    assertThatThrownBy(() -> standby.restore(loaded)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> standby.applyCommitted(1, 1, List.of())).isInstanceOf(IllegalStateException.class);

    cluster.kill(1);
    for (long index = image.index() + 1; index <= cluster.log.size(); index++) {
      standby.applyCommitted(index, 1, cluster.log.get((int) index - 1));
    }
    assertThat(standby.committed().digest()).isEqualTo(cluster.control.committed().digest());
    standby.activate(0);
    assertThat(standby.nextDuty(0)).isEmpty();
  }

  /** M25: never onto a broker outside the ISR. */
  @Test
  void leadershipsDoNotReturnToAReplicaThatIsNotInSync() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.kill(1);
    cluster.join(1);
    cluster.pass(200_000, 1, 2, 3);
    assertThat(cluster.partition(topic, 0).leader()).isEqualTo(2);
  }

  /** F23, I23: the committed prefix decides, wherever the old controller was interrupted. */
  @Test
  void aSuccessorContinuesFromAnyCommittedPrefix() {
    TestCluster cluster = TestCluster.withBrokers(3);
    cluster.topic("t", List.of(List.of(1, 2, 3)));
    cluster.kill(1);
    cluster.run(cluster.control.deleteTopic(new DeleteTopicCommand("t")));

    for (int prefix = 0; prefix <= cluster.log.size(); prefix++) {
      ClusterControl successor = new ClusterControl(cluster.settings, new SeededSource(2));
      for (int index = 1; index <= prefix; index++) {
        successor.applyCommitted(index, 1, cluster.log.get(index - 1));
      }
      successor.activate(0);
      long now = 0;
      for (int tick = 0; tick < 50; tick++) {
        now += 100;
        var duty = successor.nextDuty(now);
        while (duty.isPresent()) {
          successor.appended(successor.speculative().index() + 1, 2, duty.get(), now);
          duty = successor.nextDuty(now);
        }
      }
      assertThat(successor.speculative().brokers().values()).as("all are silent").allMatch(broker -> broker.fenced());
      successor.speculative().forEachPartition((topic, number, state) -> assertThat(state.hasLeader()).isFalse());
    }
  }
}
