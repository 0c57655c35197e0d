package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionLogTest {
  private static final LogConfig CONFIG = new LogConfig(400, 100, new AppendLimits(2_000, 1_000));

  private final MemoryDisk disk = new MemoryDisk();
  private LogStore store = new LogStore(disk, CONFIG);
  private PartitionLog log = newLog();

  private PartitionLog newLog() {
    store.start();
    return store.create(Batches.METADATA);
  }

  @BeforeEach
  void startEpoch() {
    log.recordEpochStart(1);
  }

  private AppendResult append(ByteBuffer batches) {
    return log.appendAsLeader(batches, log.latestEpoch(), Batches.NOW);
  }

  private void reopen() {
    store = new LogStore(disk, CONFIG);
    assertThat(store.start().isDamaged()).isFalse();
    log = store.log(Batches.ID).orElseThrow();
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(OttlaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aNewLogIsEmpty() {
    assertThat(log.logStartOffset()).isZero();
    assertThat(log.logEndOffset()).isZero();
    assertThat(log.durableOffset()).isZero();
    assertThat(log.sizeInBytes()).isZero();
    assertThat(log.read(0, 100, Long.MAX_VALUE).isEmpty()).isTrue();
    assertThat(log.replicaIncarnation()).isEqualTo(Batches.METADATA.replicaIncarnation());
    assertThat(log.digest(0, 10)).isZero();
  }

  @Test
  void theLeaderGivesContiguousOffsetsAndItsEpochToSeveralBatchesAtOnce() {
    append(Batches.of("a"));
    AppendResult result = append(Batches.join(Batches.of("b", "c"), Batches.of("d")));

    assertThat(result.baseOffset()).isEqualTo(1);
    assertThat(result.lastOffset()).isEqualTo(3);
    assertThat(result.batches()).isEqualTo(2);
    assertThat(log.logEndOffset()).isEqualTo(4);
    assertThat(Batches.values(log)).containsExactly("a", "b", "c", "d");
    List<RecordBatch> batches = RecordBatches.verified(log.read(0, 1_000, 4).readFully());
    assertThat(batches).extracting(RecordBatch::baseOffset).containsExactly(0L, 1L, 3L);
    assertThat(batches).extracting(RecordBatch::partitionLeaderEpoch).containsOnly(1);
  }

  @Test
  void oneBadBatchRefusesTheWholeAppend() {
    ByteBuffer bad = Batches.of("x");
    bad.put(bad.limit() - 1, (byte) 99);

    assertRefused(ErrorCode.CORRUPT_BATCH, () -> append(Batches.join(Batches.of("a"), bad)));
    assertRefused(ErrorCode.RECORD_TOO_LARGE, () -> append(Batches.sized(1, 2_000)));
    assertRefused(ErrorCode.CORRUPT_BATCH, () -> append(Batches.of("a").limit(20)));
    assertThat(log.logEndOffset()).isZero();
    assertThat(log.sizeInBytes()).isZero();
  }

  @Test
  void aBadBatchIsNeverHandedOutAndConcernsThisReplicaAlone() {
    append(Batches.of("a"));
    append(Batches.of("b"));
    MemoryDisk.Directory directory = (MemoryDisk.Directory) disk.scan().partitions().getFirst();
    byte[] stored = directory.file("00000000000000000000.log").current;
    stored[stored.length - 1] ^= 1;
    assertThat(log.verified(log.read(0, 10, 2)).remaining()).isPositive();
    LogSlice bad = log.read(1, 100, 2);
    assertThatThrownBy(() -> log.verified(bad)).isInstanceOfSatisfying(LogFailedException.class,
        e -> assertThat(e.scope()).isEqualTo(LogFailedException.Scope.REPLICA));
    assertThat(log.hasFailed()).isTrue();
  }

  @Test
  void aFailedForceConcernsTheDirectory() {
    append(Batches.of("a"));
    disk.failForces();
    assertThatThrownBy(log::flush).isInstanceOfSatisfying(LogFailedException.class,
        e -> assertThat(e.scope()).isEqualTo(LogFailedException.Scope.DIRECTORY));
  }

  @Test
  void aSliceThatWasCutAndWrittenOverIsGoneAndNoDamage() {
    append(Batches.of("a", "b", "c"));
    append(Batches.of("some longer value than before"));
    LogSlice slice = log.read(0, 1_000, 4);
    log.truncateTo(3, 0);
    log.recordEpochStart(2);
    append(Batches.of("x"));
    append(Batches.of("y"));
    assertThatThrownBy(() -> log.verified(slice)).isInstanceOf(SliceGoneException.class);
    assertThat(log.hasFailed()).isFalse();
  }

  @Test
  void appendingInAnotherEpochThanTheOneStartedIsABug() {
    assertThatThrownBy(() -> log.appendAsLeader(Batches.of("a"), 2, Batches.NOW))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFollowerStoresTheLeadersBytesVerbatim() {
    append(Batches.join(Batches.of("a", "b"), Batches.of("c")));
    ByteBuffer sent = log.read(0, 1_000, 3).readFully();
    MemoryDisk otherDisk = new MemoryDisk();
    LogStore otherStore = new LogStore(otherDisk, CONFIG);
    otherStore.start();
    PartitionLog follower = otherStore.create(Batches.METADATA);

    AppendResult result = follower.appendAsFollower(sent.duplicate(), 5);

    assertThat(result.nextOffset()).isEqualTo(3);
    assertThat(follower.read(0, 1_000, 3).readFully()).isEqualTo(sent);
    assertThat(follower.digest(0, 3)).isEqualTo(log.digest(0, 3)).isNotZero();
    assertThat(follower.epochs()).containsExactly(new EpochEntry(1, 0));
  }

  @Test
  void aFollowerRefusesGapsFallingOrFutureEpochsAndDamage() {
    log.appendAsFollower(Batches.stamped(Batches.of("a"), 0, 3), 4);

    assertRefused(ErrorCode.CORRUPT_BATCH, () -> log.appendAsFollower(Batches.stamped(Batches.of("b"), 2, 3), 4));
    assertRefused(ErrorCode.CORRUPT_BATCH, () -> log.appendAsFollower(Batches.stamped(Batches.of("b"), 0, 3), 4));
    assertRefused(ErrorCode.CORRUPT_BATCH, () -> log.appendAsFollower(Batches.stamped(Batches.of("b"), 1, 2), 4));
    assertRefused(ErrorCode.CORRUPT_BATCH, () -> log.appendAsFollower(Batches.stamped(Batches.of("b"), 1, 5), 4));
    ByteBuffer damaged = Batches.stamped(Batches.of("b"), 1, 3);
    damaged.put(BatchFormat.RECORDS, (byte) 1);
    assertRefused(ErrorCode.CORRUPT_BATCH, () -> log.appendAsFollower(damaged, 4));
    assertThat(Batches.values(log)).containsExactly("a");
  }

  @Test
  void segmentsRollBeforeTheyGrowTooLargeAndReadsCrossThem() {
    for (int i = 0; i < 30; i++) {
      append(Batches.of("v" + i, "w" + i));
    }
    List<String> files = directory().list();
    assertThat(files).filteredOn(name -> name.endsWith(".log")).hasSizeGreaterThan(5).contains(
        "00000000000000000000.log");
    directory().files.forEach((name, file) -> assertThat(file.current.length).as(name).isLessThanOrEqualTo(400));
    assertThat(Batches.values(log)).hasSize(60).startsWith("v0", "w0", "v1").endsWith("v29", "w29");
    assertThat(log.durableOffset()).isLessThan(log.logEndOffset()).isGreaterThan(50);
  }

  @Test
  void aBatchLargerThanASegmentGetsOneOfItsOwn() {
    append(Batches.of("a"));
    append(Batches.sized(1, 1_000));
    append(Batches.of("b"));

    assertThat(directory().list()).contains("00000000000000000001.log", "00000000000000000002.log");
    assertThat(log.read(1, 10, 3).sizeInBytes()).isGreaterThan(1_000);
  }

  @Test
  void oneAppendMaySpanSegmentsAndAppearsAtOnce() {
    ByteBuffer[] batches = new ByteBuffer[40];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = Batches.of("v" + i);
    }
    AppendResult result = append(Batches.join(batches));

    assertThat(result.batches()).isEqualTo(40);
    assertThat(Batches.values(log)).hasSize(40);
    reopen();
    assertThat(Batches.values(log)).hasSize(40);
  }

  @Test
  void readsReturnWholeBatchesWithinTheirLimits() {
    int size = Batches.of("aa").limit();
    append(Batches.join(Batches.of("aa"), Batches.of("bb"), Batches.of("cc")));

    assertThat(log.read(0, 2 * size, 3).sizeInBytes()).isEqualTo(2 * size);
    assertThat(log.read(0, 2 * size - 1, 3).sizeInBytes()).isEqualTo(size);
    assertThat(log.read(0, 1, 3).sizeInBytes()).isEqualTo(size);
    assertThat(log.readAtMost(0, size - 1, 3).isEmpty()).isTrue();
    assertThat(log.readAtMost(0, size, 3).nextOffset()).isEqualTo(1);
    assertThat(log.read(0, 1_000, 2).nextOffset()).isEqualTo(2);
    assertThat(log.read(2, 1_000, 2).isEmpty()).isTrue();
    assertThat(log.read(3, 1_000, 99).isEmpty()).isTrue();
  }

  @Test
  void aReadInsideABatchBeginsWithThatBatch() {
    append(Batches.of("a", "b", "c"));
    append(Batches.of("d"));

    LogSlice slice = log.read(1, 1_000, 4);
    assertThat(slice.baseOffset()).isZero();
    assertThat(slice.nextOffset()).isEqualTo(4);
    assertThat(log.read(1, 1_000, 2).isEmpty()).as("the batch ends above the limit").isTrue();
  }

  @Test
  void readsOutsideTheLogAreRefused() {
    log.truncateFully(10);
    log.recordEpochStart(2);
    append(Batches.of("a"));

    assertRefused(ErrorCode.OFFSET_TRIMMED, () -> log.read(9, 100, 11));
    assertRefused(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.read(12, 100, 11));
    assertThat(log.read(11, 100, 11).isEmpty()).isTrue();
  }

  @Test
  void aSliceCanBeSentToAChannel() throws IOException {
    append(Batches.join(Batches.of("a"), Batches.of("b")));
    LogSlice slice = log.read(1, 1_000, 2);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long sent = 0;
    while (sent < slice.sizeInBytes()) {
      sent += slice.transferTo(sent, Channels.newChannel(out));
    }
    assertThat(ByteBuffer.wrap(out.toByteArray())).isEqualTo(slice.readFully());
  }

  @Test
  void flushMovesTheDurableOffsetToTheEnd() {
    append(Batches.of("a", "b"));
    assertThat(log.durableOffset()).isZero();
    assertThat(log.flush()).isEqualTo(2);
    assertThat(log.durableOffset()).isEqualTo(2);
  }

  @Test
  void aForceThatATruncationOvertookPromisesNothingAboutTheOldEnd() {
    append(Batches.of("a"));
    append(Batches.of("b", "c", "d"));
    disk.duringNextForce(() -> {
      log.truncateTo(1, 0);
      log.recordEpochStart(2);
      append(Batches.of("x"));
    });

    assertThat(log.flush()).isEqualTo(2);
    assertThat(log.durableOffset()).isEqualTo(2);
    disk.losePower(new Random(3));
    reopen();
    assertThat(Batches.values(log)).containsExactly("a", "x");
  }

  @Test
  void appendsDuringAForceWaitForTheNextOne() {
    append(Batches.of("a"));
    disk.duringNextForce(() -> append(Batches.of("b")));

    assertThat(log.flush()).isEqualTo(1);
    assertThat(log.flush()).isEqualTo(2);
  }

  @Test
  void aFailedForceTakesTheLogOffline() {
    append(Batches.of("a"));
    disk.failForces();

    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
    assertThat(log.hasFailed()).isTrue();
    assertThat(log.durableOffset()).isZero();
    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> append(Batches.of("b"))).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.read(0, 100, 1)).isInstanceOf(LogFailedException.class);
  }

  @Test
  void aFullDiskRefusesTheAppendAndLeavesTheLogAsItWas() {
    append(Batches.of("a"));
    ByteBuffer many = Batches.join(Batches.sized(1, 200), Batches.sized(1, 200), Batches.sized(1, 200));
    for (int room = 0; room < many.limit() + 50; room++) {
      int left = room;
      disk.setRoom(left);
      try {
        append(many);
        assertThat(room).isGreaterThanOrEqualTo(many.limit());
        log.truncateTo(1, 0);
        log.recordEpochStart(1);
      } catch (OttlaException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL);
      }
      disk.setRoom(Long.MAX_VALUE);
      assertThat(log.logEndOffset()).isEqualTo(1);
      log.appendAsFollower(Batches.stamped(Batches.of("b" + room), 1, 1), 1);
      assertThat(Batches.values(log)).containsExactly("a", "b" + room);
      reopen();
      assertThat(Batches.values(log)).containsExactly("a", "b" + room);
      log.truncateTo(1, 0);
    }
  }

  // ---- epochs

  @Test
  void epochsEndWhereTheNextOneStarts() {
    append(Batches.of("a", "b"));
    log.recordEpochStart(4);
    append(Batches.of("c"));
    log.recordEpochStart(6);

    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0), new EpochEntry(4, 2), new EpochEntry(6, 3));
    assertThat(log.endOffsetForEpoch(0)).isEqualTo(new EpochEndOffset(0, 0));
    assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 2));
    assertThat(log.endOffsetForEpoch(3)).isEqualTo(new EpochEndOffset(1, 2));
    assertThat(log.endOffsetForEpoch(5)).isEqualTo(new EpochEndOffset(4, 3));
    assertThat(log.endOffsetForEpoch(6)).isEqualTo(new EpochEndOffset(6, 3));
    assertThat(log.endOffsetForEpoch(99)).isEqualTo(new EpochEndOffset(6, 3));
    assertThat(log.latestEpoch()).isEqualTo(6);
    assertThat(log.lastFetchedEpoch()).isEqualTo(4);
  }

  @Test
  void consecutiveEpochsWithoutRecordsLeaveOnlyTheNewest() {
    append(Batches.of("a"));
    log.recordEpochStart(2);
    log.recordEpochStart(3);
    log.recordEpochStart(3);
    reopen();

    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0), new EpochEntry(3, 1));
    assertThat(log.lastFetchedEpoch()).isEqualTo(1);
    assertThatThrownBy(() -> log.recordEpochStart(2)).isInstanceOf(IllegalStateException.class);
    append(Batches.of("b"));
    log.recordEpochStart(7);
    reopen();
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0), new EpochEntry(3, 1), new EpochEntry(7, 2));
  }

  @Test
  void anEpochWithoutRecordsSurvivesAPowerCut() {
    append(Batches.of("a"));
    log.flush();
    log.recordEpochStart(9);
    disk.losePower(new Random(1));
    reopen();

    assertThat(log.latestEpoch()).isEqualTo(9);
    assertThat(log.endOffsetForEpoch(9)).isEqualTo(new EpochEndOffset(9, 1));
  }

  @Test
  void recordsOfAnEarlierEpochContradictAnEpochWithoutRecords() {
    append(Batches.of("a"));
    log.recordEpochStart(2);

    log.appendAsFollower(Batches.join(Batches.stamped(Batches.of("b"), 1, 1), Batches.stamped(Batches.of("c"), 2, 3)),
        3);

    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0), new EpochEntry(3, 2));
  }

  @Test
  void aFreshLogHasFetchedNoEpoch() {
    log.truncateFully(5);
    assertThat(log.lastFetchedEpoch()).isEqualTo(-1);
    assertThat(log.latestEpoch()).isEqualTo(-1);
    assertThat(log.endOffsetForEpoch(3)).isEqualTo(new EpochEndOffset(3, 5));
  }

  // ---- truncation

  @Test
  void truncationRemovesBatchesAndEpochsAndAppendsGoOnThere() {
    for (int i = 0; i < 20; i++) {
      append(Batches.of("v" + i));
    }
    log.recordEpochStart(2);
    append(Batches.of("w"));
    log.recordEpochStart(3);

    assertThat(log.truncateTo(7, 7)).isEqualTo(7);
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0));
    assertThat(log.durableOffset()).isEqualTo(7);
    log.recordEpochStart(4);
    append(Batches.of("x"));
    assertThat(Batches.values(log)).hasSize(8).endsWith("v6", "x");
    reopen();
    assertThat(Batches.values(log)).hasSize(8).endsWith("v6", "x");
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0), new EpochEntry(4, 7));
  }

  @Test
  void truncatingToTheEndDropsEpochsThatStartThere() {
    append(Batches.of("a"));
    log.recordEpochStart(2);

    assertThat(log.truncateTo(1, 1)).isEqualTo(1);
    assertThat(log.epochs()).containsExactly(new EpochEntry(1, 0));
  }

  @Test
  void aBatchThatStraddlesTheOffsetGoesAsAWhole() {
    append(Batches.of("a", "b"));
    append(Batches.of("c", "d", "e"));

    assertThat(log.truncateTo(3, 2)).isEqualTo(2);
    assertThat(Batches.values(log)).containsExactly("a", "b");
  }

  @Test
  void truncatingBelowTheHighWatermarkStopsThePartition() {
    append(Batches.of("a"));
    append(Batches.of("b", "c"));

    assertThatThrownBy(() -> log.truncateTo(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.truncateTo(2, 2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.truncateTo(4, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Batches.values(log)).containsExactly("a", "b", "c");
  }

  @Test
  void aDivergingFollowerTruncatesToTheLastCommonOffset() {
    append(Batches.of("a", "b"));
    log.recordEpochStart(3);
    append(Batches.of("c", "d"));
    append(Batches.of("e"));

    assertThat(log.truncationOffset(new EpochEndOffset(3, 4))).as("the leader's epoch is shorter").isEqualTo(4);
    assertThat(log.truncationOffset(new EpochEndOffset(3, 90))).as("own epoch is shorter").isEqualTo(5);
    assertThat(log.truncationOffset(new EpochEndOffset(2, 90))).as("the leader has no epoch 3").isEqualTo(2);
    assertThat(log.truncationOffset(new EpochEndOffset(1, 1))).isEqualTo(1);
    assertThat(log.truncationOffset(new EpochEndOffset(0, 50))).as("nothing in common").isZero();
  }

  @Test
  void aResetRestartsEmptyAtAnyOffset() {
    for (int i = 0; i < 20; i++) {
      append(Batches.of("v" + i));
    }
    log.truncateFully(100);
    assertThat(log.logStartOffset()).isEqualTo(100);
    assertThat(log.durableOffset()).isEqualTo(100);
    log.appendAsFollower(Batches.stamped(Batches.of("x"), 100, 5), 5);
    assertThat(Batches.values(log)).containsExactly("x");
    reopen();
    assertThat(log.logStartOffset()).isEqualTo(100);
    assertThat(Batches.values(log)).containsExactly("x");
    log.truncateFully(0);
    assertThat(log.logEndOffset()).isZero();
    assertThat(log.truncateTo(0, 0)).isZero();
    reopen();
    assertThat(log.logStartOffset()).isZero();
  }

  @Test
  void truncatingBelowTheLogStartIsAReset() {
    log.truncateFully(50);
    log.recordEpochStart(2);
    append(Batches.of("a"));

    assertThat(log.truncateTo(20, 0)).isEqualTo(20);
    assertThat(log.logStartOffset()).isEqualTo(20);
    assertThat(log.epochs()).isEmpty();
  }

  @Test
  void aSliceThatWasTruncatedAwaySaysSo() {
    for (int i = 0; i < 20; i++) {
      append(Batches.of("v" + i));
    }
    LogSlice slice = log.read(18, 1_000, 20);
    log.truncateTo(2, 0);

    assertThatThrownBy(slice::readFully).isInstanceOf(SliceGoneException.class);
  }

  @Test
  void aClosedLogRefusesEverythingButFlushIsQuiet() {
    append(Batches.of("a"));
    log.close();
    log.close();

    assertThatThrownBy(() -> append(Batches.of("b"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.read(0, 10, 1)).isInstanceOf(IllegalStateException.class);
    assertThat(log.flush()).isEqualTo(1);
  }

  private MemoryDisk.Directory directory() {
    return (MemoryDisk.Directory) disk.scan().partitions().getFirst();
  }
}
