package io.ottla.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.log.EpochEntry;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All logs of a broker on real files, across restarts. */
class LogStoreTest {
  private static final LogConfig CONFIG = new LogConfig(1_000, 200, new AppendLimits(10_000, 1_000));
  private static final long NOW = 1_700_000_000_000L;
  private static final TopicIdPartition FIRST = new TopicIdPartition(new UUID(1, 1), 0);
  private static final TopicIdPartition SECOND = new TopicIdPartition(new UUID(1, 1), 1);

  @TempDir
  private Path root;

  private LogStore open() throws IOException {
    return new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
  }

  private static PartitionMetadata metadata(TopicIdPartition id, int incarnation) {
    return new PartitionMetadata(id, "orders", new UUID(5, incarnation));
  }

  private static void append(PartitionLog log, int count) {
    BatchBuilder builder = new BatchBuilder(100);
    for (int i = 0; i < count; i++) {
      builder.reset();
      builder.add(NOW, null, new byte[30], List.of());
      ByteBuffer batch = builder.build();
      log.appendAsLeader(batch, log.latestEpoch(), NOW);
    }
  }

  private LogStore withTwoLogs() throws IOException {
    LogStore store = open();
    store.start();
    for (TopicIdPartition id : List.of(FIRST, SECOND)) {
      PartitionLog log = store.create(metadata(id, id.partition()));
      log.recordEpochStart(3);
      append(log, 50);
    }
    return store;
  }

  @Test
  void aCleanShutdownIsKnownOnceAndItsLogsAreTrusted() throws IOException {
    LogStore store = withTwoLogs();
    store.checkpointHighWatermarks(Map.of(FIRST, 40L));
    store.closeCleanly(17);

    LogStore again = open();
    LogStore.StartReport report = again.start();
    assertThat(report.cleanShutdownEpoch()).hasValue(17);
    assertThat(report.isDamaged()).isFalse();
    assertThat(report.recoveries()).hasSize(2).allMatch(recovery -> recovery.recoveryPoint() == 50
        && recovery.bytesScanned() < 500 && recovery.logEndOffset() == 50 && recovery.indexesRebuilt() == 0);
    assertThat(again.logs()).extracting(PartitionLog::id).containsExactly(FIRST, SECOND);
    assertThat(again.log(FIRST).orElseThrow().epochs()).containsExactly(new EpochEntry(3, 0));
    assertThat(again.loadHighWatermarks()).isEqualTo(Map.of(FIRST, 40L));
    again.close();

    LogStore third = open();
    assertThat(third.start().cleanShutdownEpoch()).isEmpty();
    third.close();
  }

  @Test
  void afterAKillOnlyWhatLiesAboveTheRecoveryPointIsScanned() throws IOException {
    LogStore store = withTwoLogs();
    PartitionLog first = store.log(FIRST).orElseThrow();
    first.flush();
    store.checkpointRecoveryPoints();
    append(first, 3);
    store.close();

    LogStore again = open();
    LogStore.StartReport report = again.start();
    assertThat(report.cleanShutdownEpoch()).isEmpty();
    assertThat(report.recoveries().getFirst().recoveryPoint()).isEqualTo(50);
    assertThat(report.recoveries().getFirst().logEndOffset()).isEqualTo(53);
    assertThat(again.log(FIRST).orElseThrow().durableOffset()).isEqualTo(53);
    again.close();
  }

  @Test
  void damageIsReportedAtEveryStartUntilItIsRepaired() throws IOException {
    withTwoLogs().closeCleanly(1);
    Path segment = root.resolve(FIRST.topicId() + "-0").resolve("00000000000000000000.log");
    byte[] content = Files.readAllBytes(segment);
    Files.write(segment, java.util.Arrays.copyOf(content, content.length - 10));

    for (int i = 0; i < 2; i++) {
      LogStore store = open();
      assertThat(store.start().isDamaged()).isTrue();
      assertThat(store.isDamaged(FIRST)).isTrue();
      assertThat(store.log(FIRST)).isEmpty();
      assertThat(store.log(SECOND)).isPresent();
      store.closeCleanly(2);
    }
    LogStore store = open();
    assertThat(store.start().cleanShutdownEpoch()).as("a store with damage does not shut down cleanly").isEmpty();
    PartitionLog repaired = store.repair(FIRST);
    assertThat(repaired.logEndOffset()).isPositive().isLessThan(50);
    repaired.recordEpochStart(4);
    append(repaired, 1);
    store.closeCleanly(3);
    LogStore last = open();
    assertThat(last.start().isDamaged()).isFalse();
    last.close();
  }

  /** P43: rot in the midst of the log, found by a reader. A start that only looks at the end would not find it. */
  @Test
  void aLogThatWasGivenUpIsKnownToBeDamagedAndARepairReadsAllOfIt() throws IOException {
    LogStore store = withTwoLogs();
    store.log(FIRST).orElseThrow().flush();
    store.checkpointRecoveryPoints();
    Path segment = root.resolve(FIRST.topicId() + "-0").resolve("00000000000000000000.log");
    byte[] content = Files.readAllBytes(segment);
    content[content.length / 2] ^= 1;
    Files.write(segment, content);
    store.giveUp(FIRST, "a bad\nbatch");
    store.giveUp(FIRST, "once more");
    assertThat(store.log(FIRST)).isEmpty();
    assertThat(store.isDamaged(FIRST)).isTrue();
    store.closeCleanly(1);

    LogStore again = open();
    LogStore.StartReport report = again.start();
    assertThat(report.isDamaged()).isTrue();
    assertThat(report.recoveries().getFirst().damage()).isEqualTo("a bad batch");
    assertThat(again.log(SECOND)).isPresent();
    PartitionLog repaired = again.repair(FIRST);
    assertThat(repaired.logEndOffset()).as("in the first of several segments").isPositive().isLessThan(9);
    assertThat(repaired.verified(repaired.read(0, 10_000, repaired.logEndOffset())).remaining()).isPositive();
    again.closeCleanly(2);

    LogStore last = open();
    assertThat(last.start().isDamaged()).as("repaired").isFalse();
    last.close();
  }

  /** P44: however whole they look. */
  @Test
  void theLogsOfADirectoryThatIsNotTrustedStayClosed() throws IOException {
    withTwoLogs().closeCleanly(1);
    LogStore store = open();
    LogStore.StartReport report = store.start("it failed");
    assertThat(report.isDamaged()).isTrue();
    assertThat(report.recoveries()).hasSize(2).allMatch(one -> "it failed".equals(one.damage()));
    assertThat(store.logs()).isEmpty();
    store.setAside(FIRST);
    assertThat(store.create(metadata(FIRST, 7)).logEndOffset()).isZero();
    assertThat(store.repair(SECOND).logEndOffset()).isEqualTo(50);
    assertThat(store.hasDamaged()).isFalse();
    store.close();
  }

  @Test
  void aDeletedReplicaLeavesNothingBehindAndMayComeBackEmpty() throws IOException {
    LogStore store = withTwoLogs();
    store.log(FIRST).orElseThrow().flush();
    store.checkpointRecoveryPoints();
    store.delete(FIRST);
    store.delete(FIRST);
    assertThat(store.log(FIRST)).isEmpty();
    assertThat(root.resolve(FIRST.topicId() + "-0")).doesNotExist();

    PartitionLog fresh = store.create(metadata(FIRST, 99));
    assertThat(fresh.logEndOffset()).isZero();
    assertThatThrownBy(() -> store.create(metadata(FIRST, 100))).isInstanceOf(IllegalStateException.class);
    store.setAside(SECOND);
    store.close();

    LogStore again = open();
    assertThat(again.start().isDamaged()).isFalse();
    assertThat(again.log(FIRST).orElseThrow().replicaIncarnation()).isEqualTo(new UUID(5, 99));
    assertThat(again.log(SECOND)).isEmpty();
    again.close();
  }

  @Test
  void aTruncationBelowTheRecoveryPointIsNotTakenForDamage() throws IOException {
    LogStore store = withTwoLogs();
    PartitionLog log = store.log(FIRST).orElseThrow();
    log.flush();
    store.checkpointRecoveryPoints();
    log.truncateTo(12, 0);
    store.close();

    LogStore again = open();
    assertThat(again.start().isDamaged()).isFalse();
    assertThat(again.log(FIRST).orElseThrow().logEndOffset()).isEqualTo(12);
    again.close();
  }

  @Test
  void lostCheckpointsAreHintsOnly() throws IOException {
    withTwoLogs().closeCleanly(1);
    Files.writeString(root.resolve("recovery-point-checkpoint"), "garbage");
    Files.writeString(root.resolve("high-watermark-checkpoint"), "garbage");
    Files.writeString(root.resolve("clean-shutdown"), "garbage");

    LogStore store = open();
    LogStore.StartReport report = store.start();
    assertThat(report.cleanShutdownEpoch()).isEmpty();
    assertThat(report.isDamaged()).isFalse();
    assertThat(store.loadHighWatermarks()).isEmpty();
    assertThat(store.log(FIRST).orElseThrow().logEndOffset()).isEqualTo(50);
    store.close();
  }
}
