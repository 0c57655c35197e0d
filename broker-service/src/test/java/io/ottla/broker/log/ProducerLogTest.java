package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchFormat;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a log knows of producers follows from what is in it, on leaders and followers, after truncations and restarts (P9, P38, P42). */
class ProducerLogTest {
  private static final LogConfig CONFIG = new LogConfig(2_000, 200, new AppendLimits(5_000, 10 * 86_400_000L));

  private MemoryDisk disk = new MemoryDisk();
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

  private static ByteBuffer batch(long producer, int epoch, int sequence, String... values) {
    return Batches.produced(Batches.NOW, producer, epoch, sequence, values);
  }

  private void append(ByteBuffer batch) {
    log.appendAsLeader(batch, log.latestEpoch(), Batches.NOW);
  }

  /** Batches of one record, from one sequence to before another. */
  private void fill(long producer, int from, int to) {
    for (int sequence = from; sequence < to; sequence++) {
      append(batch(producer, 0, sequence, "p" + producer + "-" + sequence));
    }
  }

  private void restart() {
    store = new LogStore(disk, CONFIG);
    assertThat(store.start().isDamaged()).isFalse();
    log = store.log(Batches.ID).orElseThrow();
  }

  private MemoryDisk.Directory directory() {
    return (MemoryDisk.Directory) disk.scan().partitions().getFirst();
  }

  private List<String> snapshots() {
    return directory().list().stream().filter(name -> name.endsWith(SegmentNames.PRODUCERS_SUFFIX)).sorted().toList();
  }

  private ProducerEntry entry(long producer) {
    return Objects.requireNonNull(log.producers().entry(producer));
  }

  @Test
  void aRepetitionIsFoundAndNotAppended() {
    append(Batches.of("before"));
    append(batch(7, 0, 0, "a", "b"));
    assertThat(log.duplicateOf(batch(7, 0, 0, "a", "b")))
        .contains(new ProducerBatch(0, 1, 1, 2, Batches.NOW));
    assertThat(log.duplicateOf(batch(7, 0, 2, "c"))).isEmpty();
    assertThat(log.duplicateOf(Batches.of("x"))).isEmpty();
    assertThat(log.duplicateOf(ByteBuffer.allocate(20))).as("no header").isEmpty();
    assertThatThrownBy(() -> append(batch(7, 0, 3, "d"))).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE));
    assertThat(Batches.values(log)).containsExactly("before", "a", "b");
  }

  /** Damage on the way must not be taken for a batch that is there. */
  @Test
  void aDamagedBatchRepeatsNothing() {
    append(batch(7, 0, 0, "a", "b"));
    ByteBuffer damaged = batch(7, 0, 5, "a", "b");
    damaged.putInt(BatchFormat.BASE_SEQUENCE, 0);
    assertThat(log.duplicateOf(damaged)).isEmpty();
    assertThatThrownBy(() -> append(damaged)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_BATCH));
  }

  @Test
  void aFollowerKnowsWhatTheLeaderKnew() {
    fill(7, 0, 9);
    append(Batches.of("x"));
    fill(8, 0, 3);
    MemoryDisk other = new MemoryDisk();
    LogStore followers = new LogStore(other, CONFIG);
    followers.start();
    PartitionLog follower = followers.create(Batches.METADATA);
    follower.appendAsFollower(log.read(0, 100_000, Long.MAX_VALUE).readFully(), 1);
    assertThat(follower.producers().entries()).isEqualTo(log.producers().entries()).containsOnlyKeys(7L, 8L);
  }

  @Test
  void aTruncationTakesBackWhatWasKnownOfIt() {
    fill(7, 0, 20);
    append(batch(8, 0, 0, "a"));
    fill(7, 20, 22);
    log.truncateTo(20, 0);
    assertThat(log.producers().entries()).containsOnlyKeys(7L);
    assertThat(entry(7).batches()).hasSize(5);
    assertThat(entry(7).last().lastSequence()).isEqualTo(19);
    log.truncateTo(3, 0);
    assertThat(entry(7).batches()).extracting(ProducerBatch::firstSequence).containsExactly(0, 1, 2);
    assertThat(snapshots()).as("nothing that is beyond the end may come back").allMatch(
        name -> name.compareTo(SegmentNames.producers(3)) <= 0);
    fill(7, 3, 4);
    log.truncateTo(0, 0);
    assertThat(log.producers().entries()).isEmpty();
  }

  /** A batch that was refused midway or cannot be written changes nothing. */
  @Test
  void aFailedAppendLeavesNoTrace() {
    fill(7, 0, 2);
    disk.setRoom(10);
    assertThatThrownBy(() -> fill(7, 2, 3)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
    disk.setRoom(Long.MAX_VALUE);
    assertThat(entry(7).last().lastSequence()).isEqualTo(1);
    fill(7, 2, 3);
  }

  @Test
  void aRestartKnowsTheSame() {
    fill(7, 0, 30);
    append(batch(8, 3, 0, "a"));
    var before = log.producers().entries();
    store.closeCleanly(1);
    assertThat(snapshots()).as("old ones are removed").hasSizeBetween(1, ProducerSnapshots.KEPT);
    restart();
    assertThat(log.producers().entries()).isEqualTo(before);

    fill(7, 30, 40);
    before = log.producers().entries();
    restart(); // without a close
    assertThat(log.producers().entries()).isEqualTo(before);
    assertThat(log.producers().clock()).isEqualTo(Batches.NOW);
  }

  /** The files are hints: without them, or with bad ones, the batches say the same. */
  @Test
  void aSnapshotThatIsGoneOrDamagedIsDoneWithout() {
    fill(7, 0, 30);
    fill(8, 0, 30);
    var before = log.producers().entries();
    store.closeCleanly(1);
    byte[] newest = directory().file(snapshots().getLast()).current;
    newest[newest.length / 2] ^= 1;
    restart();
    assertThat(log.producers().entries()).isEqualTo(before);
    for (String name : snapshots()) {
      directory().file(name).current = new byte[] {1, 2, 3};
    }
    restart();
    assertThat(log.producers().entries()).isEqualTo(before);
    snapshots().forEach(directory()::delete);
    restart();
    assertThat(log.producers().entries()).isEqualTo(before);
  }

  /** A file of another history, which a crash has brought back, says so by its leader epoch. */
  @Test
  void aSnapshotOfAnotherHistoryIsIgnored() {
    fill(7, 0, 10);
    store.closeCleanly(1);
    String name = snapshots().getLast();
    byte[] other = directory().file(name).current;
    restart();
    log.truncateTo(0, 0);
    log.recordEpochStart(2);
    for (int i = 0; i < 10; i++) {
      append(Batches.of("other " + i));
    }
    directory().open(name);
    directory().file(name).current = other;
    restart();
    assertThat(log.logEndOffset()).isEqualTo(10);
    assertThat(log.producers().entries()).isEmpty();
  }

  /** What went with the log's beginning is remembered: its producers may still send their last batch again. */
  @Test
  void producersOutliveTheirRecords() {
    fill(7, 0, 3);
    fill(8, 0, 60);
    log.raiseLogStart(log.logEndOffset(), log.logEndOffset());
    assertThat(entry(7).last().lastSequence()).isEqualTo(2);
    store.closeCleanly(1);
    restart();
    assertThat(entry(7).last().lastSequence()).isEqualTo(2);
    assertThat(entry(8).last().lastSequence()).isEqualTo(59);
  }

  @Test
  void aLogThatBeginsAnewKnowsNobody() {
    fill(7, 0, 40);
    log.truncateFully(100);
    assertThat(log.producers().entries()).isEmpty();
    assertThat(snapshots()).isEmpty();
    store.closeCleanly(1);
    restart();
    assertThat(log.producers().entries()).isEmpty();
  }

  /** P38: compaction keeps each producer's last batch, if only its header. */
  @Test
  void compactionForgetsNobodysLastBatch() {
    LogConfig compacted = CONFIG.withCompaction(new Compaction(0, 1_000, 0));
    log.updateConfig(compacted);
    for (int i = 0; i < 30; i++) {
      append(Batches.produced(Batches.NOW, 7, 0, i, "same key"));
      append(Batches.produced(Batches.NOW, 8 + i % 3, 0, i / 3, "same key"));
    }
    log.updateConfig(compacted.withRolling(1, 1 << 20));
    append(Batches.at(Batches.NOW + 1_000, "active"));
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), Batches.NOW, new CleaningLimits(1 << 20, bytes -> true))
        .orElseThrow();
    while (cleaning.hasNext()) {
      assertThat(log.swap(log.cleanNext(cleaning).orElseThrow())).isTrue();
    }
    assertThat(Batches.values(log)).containsExactly("same key", "active");
    snapshots().forEach(directory()::delete);
    restart();
    assertThat(log.producers().entries()).containsOnlyKeys(7L, 8L, 9L, 10L);
    assertThat(entry(7).last()).extracting(ProducerBatch::lastSequence, ProducerBatch::lastOffset)
        .containsExactly(29, 58L);
    assertThat(log.duplicateOf(Batches.produced(Batches.NOW, 10, 0, 9, "same key"))).isPresent();
  }
}
