package io.ottla.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.catalog.FakeMetadataSource.Controller;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataReplayException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Following the log and snapshots, M34 to M37, F17. */
class MetadataFollowerTest {
  private final MetadataLog log = MetadataLog.withBrokers(3);
  private final MetadataCatalog catalog = new MetadataCatalog();
  private final List<MetadataDelta> deltas = new ArrayList<>();

  private MetadataFollower follower(Controller... controllers) {
    return new MetadataFollower(new FakeMetadataSource(controllers), catalog, delta -> {
      assertThat(catalog.image()).as("the listener acts before others see it (M36)").isSameAs(delta.before());
      deltas.add(delta);
    }, () -> MetadataLog.CLUSTER, cause -> {
      throw new AssertionError(cause);
    });
  }

  private void checkCaughtUp() {
    assertThat(catalog.image().index()).isEqualTo(log.end());
    assertThat(catalog.image().digest()).isEqualTo(log.image().digest());
    assertThat(catalog.commitIndex()).isEqualTo(log.end());
  }

  /** M34, M36. */
  @Test
  void entriesAreAppliedOneByOne() throws Exception {
    log.create("a", 2, 1, 2, 3);
    MetadataFollower follower = follower(new Controller(log));
    assertThat(follower.round()).isTrue();
    checkCaughtUp();
    assertThat(deltas).hasSize((int) log.end());

    log.delete("a");
    assertThat(follower.round()).isTrue();
    checkCaughtUp();
  }

  /** M35, F17: one delta with the effect of all entries that are gone, deletions included. */
  @Test
  void whatASnapshotSkipsIsOneDelta() throws Exception {
    UUID kept = log.create("kept", 2, 1, 2, 3);
    UUID deleted = log.create("deleted", 1, 1, 2);
    UUID recreated = log.create("recreated", 1, 2, 3);
    Controller controller = new Controller(log);
    MetadataFollower follower = follower(controller);
    follower.round();
    deltas.clear();

    log.change(kept, 0, List.of(2, 3), 2);
    log.change(kept, 0, List.of(2), null);
    log.delete("deleted");
    log.delete("recreated");
    UUID second = log.create("recreated", 3, 3, 1);
    log.create("brief", 1, 1);
    log.delete("brief");
    controller.keepingAfter(log.end());
    log.change(kept, 1, List.of(1, 3), null);
    assertThat(follower.round()).isTrue();

    assertThat(deltas).hasSize(1);
    MetadataDelta jump = deltas.getFirst();
    assertThat(jump.deletedTopics()).containsOnlyKeys(deleted, recreated);
    assertThat(jump.createdTopics()).containsOnlyKeys(second);
    assertThat(jump.changedPartitions()).containsOnlyKeys(new TopicIdPartition(kept, 0),
        new TopicIdPartition(second, 0), new TopicIdPartition(second, 1), new TopicIdPartition(second, 2));
    assertThat(jump.image().partition(kept, 0).orElseThrow().partitionEpoch()).isEqualTo(2);

    assertThat(follower.round()).isTrue();
    assertThat(deltas).hasSize(2);
    checkCaughtUp();
    assertThat(controller.snapshotsOpen).isZero();
  }

  /** M35: a broker that knows nothing begins with a snapshot. */
  @Test
  void aNewBrokerBeginsWithTheSnapshot() throws Exception {
    log.create("a", 100, 1, 2, 3);
    Controller controller = new Controller(log).keepingAfter(log.end());
    assertThat(follower(controller).round()).isTrue();
    checkCaughtUp();
    assertThat(deltas).hasSize(1);
    assertThat(deltas.getFirst().changedPartitions()).hasSize(100);
    assertThat(controller.snapshots).isEqualTo(1);
  }

  /** M37: an answer that leads back is no answer, and the next controller is asked. */
  @Test
  void neverGoesBack() throws Exception {
    log.create("a", 1, 1, 2, 3);
    MetadataFollower ahead = follower(new Controller(log));
    ahead.round();
    deltas.clear();

    Controller behind = new Controller(log).keepingAfter(3);
    behind.commitIndex = 4;
    Controller lying = new Controller(log);
    lying.logStartIndex = log.end() + 2;
    lying.snapshotIndex = log.end();
    Controller lower = new Controller(log);
    lower.logStartIndex = log.end() + 2;
    lower.snapshotIndex = 2;
    MetadataFollower follower = follower(behind, lying, lower, new Controller(log));
    assertThat(follower.round()).as("its commit index is lower").isFalse();
    assertThat(follower.round()).as("its snapshot is of what is applied").isFalse();
    assertThat(follower.round()).as("its snapshot is older").isFalse();
    assertThat(follower.round()).isTrue();
    assertThat(deltas).isEmpty();
    checkCaughtUp();
  }

  /** M37. */
  @Test
  void anotherClustersMetadataIsRefused() throws Exception {
    Controller foreign = new Controller(log);
    foreign.clusterId = "other";
    assertThat(follower(foreign, new Controller(log)).round()).isFalse();
    assertThat(catalog.image().index()).isZero();
    foreign.keepingAfter(2);
    MetadataFollower follower = follower(foreign, new Controller(log));
    assertThat(follower.round()).isFalse();
    assertThat(foreign.snapshots).as("not even asked for").isZero();
    assertThat(follower.round()).isTrue();
  }

  @Test
  void gapsAndUncommittedEntriesAreRefused() throws Exception {
    MetadataSource gap = new MetadataSource() {
      @Override
      public MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) {
        return new MetadataPage(MetadataLog.CLUSTER, 1, 3, 1, log.from(2));
      }

      @Override
      public MetadataSnapshot snapshot() {
        throw new AssertionError("not needed");
      }

      @Override
      public void next() {
      }
    };
    MetadataFollower follower = new MetadataFollower(gap, catalog, deltas::add, () -> "", cause -> {});
    assertThat(follower.round()).isFalse();
    assertThat(deltas).isEmpty();
  }

  /** A snapshot that is cut off, changed, or not what it says, is left alone; another controller has a better one. */
  @Test
  void aDamagedSnapshotIsLeftForABetterOne() throws Exception {
    log.create("a", 10, 1, 2, 3);
    long at = log.end();
    byte[] whole = log.snapshot(at);
    Controller cut = new Controller(log).keepingAfter(at);
    cut.damagedSnapshot = Arrays.copyOf(whole, whole.length / 2);
    Controller lying = new Controller(log).keepingAfter(at);
    lying.claimedIndex = at - 1;
    Controller changed = new Controller(log).keepingAfter(at);
    changed.damagedSnapshot = new String(whole, StandardCharsets.UTF_8)
        .replace("\"partition\":7,\"replicas\":[1,2,3],\"leader\":1",
            "\"partition\":7,\"replicas\":[1,2,3],\"leader\":2")
        .getBytes(StandardCharsets.UTF_8);
    Controller without = new Controller(log);
    without.logStartIndex = at + 1;
    Controller gone = new Controller(log);
    gone.gone = true;

    MetadataFollower follower = follower(cut, lying, changed, without, gone, new Controller(log).keepingAfter(at));
    for (int i = 0; i < 5; i++) {
      assertThat(follower.round()).isFalse();
      assertThat(catalog.image().index()).isZero();
    }
    assertThat(follower.round()).isTrue();
    checkCaughtUp();
    assertThat(cut.snapshotsOpen + lying.snapshotsOpen + changed.snapshotsOpen).isZero();
  }

  /** Section 2.1: one controller may have a snapshot that makes no sense; when all have, this broker is too old to go on. */
  @Test
  void aSnapshotThatNobodyUnderstandsEndsTheBroker() throws Exception {
    Controller newer = new Controller(log).keepingAfter(log.end());
    newer.damagedSnapshot = new String(log.snapshot(log.end()), StandardCharsets.UTF_8)
        .replace("\"BrokerState\",\"version\":1", "\"BrokerState\",\"version\":2").getBytes(StandardCharsets.UTF_8);
    MetadataFollower follower = follower(newer);
    for (int i = 0; i < 9; i++) {
      assertThat(follower.round()).isFalse();
    }
    assertThatThrownBy(follower::round).isInstanceOf(MetadataReplayException.class);
    assertThat(catalog.image().index()).isZero();
  }

  /** Section 2.1: an entry that is not understood ends it at once, since every controller has the same. */
  @Test
  void anEntryThatCannotBeAppliedEndsTheBroker() {
    MetadataSource newer = new MetadataSource() {
      @Override
      public MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) {
        byte[] unheard = "[{\"type\":\"Unheard\",\"version\":1}]".getBytes(StandardCharsets.UTF_8);
        return new MetadataPage(MetadataLog.CLUSTER, 1, 1, 1, List.of(new MetadataPage.Entry(1, 1, unheard)));
      }

      @Override
      public MetadataSnapshot snapshot() {
        throw new AssertionError("not needed");
      }

      @Override
      public void next() {
      }
    };
    MetadataFollower follower = new MetadataFollower(newer, catalog, deltas::add, () -> "", cause -> {});
    assertThatThrownBy(follower::round).isInstanceOf(MetadataReplayException.class);
  }
}
