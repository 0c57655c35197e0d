package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.record.AppendLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogRecoveryTest {
  private static final LogConfig CONFIG = new LogConfig(600, 100, new AppendLimits(10_000, 1_000));

  private final MemoryDisk disk = new MemoryDisk();
  private final List<Long> batchEnds = new ArrayList<>();
  private final List<Integer> positions = new ArrayList<>();

  /** A log of several segments; remembers where the batches of the last one lie. */
  private MemoryDisk.Directory writtenLog(int batches) {
    LogStore store = new LogStore(disk, CONFIG);
    store.start();
    PartitionLog log = store.create(Batches.METADATA);
    log.recordEpochStart(1);
    for (int i = 0; i < batches; i++) {
      if (i % 10 == 7) {
        log.recordEpochStart(i);
      }
      log.appendAsLeader(Batches.of("first" + i, "second" + i), log.latestEpoch(), Batches.NOW);
      batchEnds.add(log.logEndOffset());
      positions.add(directory().file(lastLog()).current.length);
    }
    log.close();
    return directory();
  }

  private MemoryDisk.Directory directory() {
    return (MemoryDisk.Directory) disk.scan().partitions().getFirst();
  }

  private String lastLog() {
    return directory().list().stream().filter(name -> name.endsWith(".log")).sorted().toList().getLast();
  }

  private static LogRecovery.Outcome recover(MemoryDisk.Directory directory, long knownDurable,
      LogRecovery.OnDamage onDamage) {
    try {
      return LogRecovery.open(directory, CONFIG, knownDurable, offset -> {}, onDamage);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PartitionLog open(LogRecovery.Outcome outcome) {
    assertThat(outcome.report().damage()).isNull();
    PartitionLog log = outcome.log();
    assertThat(log).isNotNull();
    return log;
  }

  private static List<String> expected(long logEndOffset) {
    List<String> values = new ArrayList<>();
    for (long offset = 0; offset < logEndOffset; offset++) {
      values.add((offset % 2 == 0 ? "first" : "second") + offset / 2);
    }
    return values;
  }

  @Test
  void aCutAtEveryByteOfTheLastTwoBatchesLeavesTheWholeBatchesBefore() {
    MemoryDisk.Directory directory = writtenLog(18);
    String name = lastLog();
    byte[] whole = directory.file(name).current.clone();
    int n = batchEnds.size();
    int from = positions.get(n - 3) < positions.get(n - 2) ? positions.get(n - 3) : 0;
    assertThat(from).as("the last segment holds at least three batches").isPositive();
    for (int cut = from; cut <= whole.length; cut++) {
      directory.file(name).current = Arrays.copyOf(whole, cut);
      int kept = cut == whole.length ? n - 1 : cut >= positions.get(n - 2) ? n - 2 : n - 3;

      LogRecovery.Outcome outcome = recover(directory, batchEnds.get(n - 3), LogRecovery.OnDamage.LEAVE);

      PartitionLog log = open(outcome);
      assertThat(log.logEndOffset()).as("cut at %d", cut).isEqualTo(batchEnds.get(kept));
      assertThat(outcome.report().bytesTruncated()).isEqualTo(cut - positions.get(kept));
      assertThat(Batches.values(log)).isEqualTo(expected(log.logEndOffset()));
      assertThat(log.durableOffset()).isEqualTo(log.logEndOffset());
      log.recordEpochStart(100 + cut);
      log.appendAsLeader(Batches.of("next"), 100 + cut, Batches.NOW);
      assertThat(Batches.values(log)).hasSize((int) log.logEndOffset()).endsWith("next");
    }
  }

  @Test
  void aTailOfZerosOrGarbageIsCutOff() {
    MemoryDisk.Directory directory = writtenLog(18);
    String name = lastLog();
    byte[] whole = directory.file(name).current.clone();
    Random random = new Random(11);
    for (int extra = 1; extra < 200; extra += 7) {
      byte[] longer = Arrays.copyOf(whole, whole.length + extra);
      if (extra % 2 == 0) {
        byte[] garbage = new byte[extra];
        random.nextBytes(garbage);
        System.arraycopy(garbage, 0, longer, whole.length, extra);
      }
      directory.file(name).current = longer;

      LogRecovery.Outcome outcome = recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE);

      assertThat(Batches.values(open(outcome))).isEqualTo(expected(batchEnds.getLast()));
      assertThat(outcome.report().bytesTruncated()).isEqualTo(extra);
      assertThat(directory.file(name).current).isEqualTo(whole);
    }
  }

  @Test
  void aBatchThatIsSoundButStaleIsCutOff() {
    MemoryDisk.Directory directory = writtenLog(18);
    MemoryFile file = directory.file(lastLog());
    byte[] whole = file.current.clone();
    int last = positions.getLast() - positions.get(positions.size() - 2);
    byte[] longer = Arrays.copyOf(whole, whole.length + last);
    System.arraycopy(whole, whole.length - last, longer, whole.length, last);
    file.current = longer;

    assertThat(Batches.values(open(recover(directory, 0, LogRecovery.OnDamage.LEAVE))))
        .isEqualTo(expected(batchEnds.getLast()));
  }

  @Test
  void aFlippedBitAboveTheRecoveryPointCutsAndBelowItIsDamage() {
    MemoryDisk.Directory directory = writtenLog(18);
    String name = lastLog();
    byte[] whole = directory.file(name).current.clone();
    int n = batchEnds.size();
    int from = positions.get(n - 2);
    for (int bit = from * 8; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      directory.file(name).current = damaged.clone();
      LogRecovery.Outcome damage = recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE);
      boolean inEpoch = bit / 8 - from >= 12 && bit / 8 - from < 16;
      if (inEpoch && damage.log() != null) {
        continue; // a higher leader epoch looks sound by itself: it lies outside the checksum
      }
      assertThat(damage.report().isDamaged()).as("bit %d", bit).isTrue();
      assertThat(damage.log()).isNull();
      assertThat(directory.file(name).current).as("nothing is changed").isEqualTo(damaged);

      LogRecovery.Outcome torn = recover(directory, batchEnds.get(n - 2), LogRecovery.OnDamage.LEAVE);
      assertThat(Batches.values(open(torn))).isEqualTo(expected(batchEnds.get(n - 2)));
    }
  }

  @Test
  void aRepairKeepsTheSoundPrefix() {
    MemoryDisk.Directory directory = writtenLog(60);
    List<String> logs = directory.list().stream().filter(name -> name.endsWith(".log")).sorted().toList();
    MemoryFile third = directory.file(logs.get(2));
    third.current = Arrays.copyOf(third.current, third.current.length - 5);

    LogRecovery.Outcome left = recover(directory, 0, LogRecovery.OnDamage.LEAVE);
    assertThat(left.report().isDamaged()).isTrue();
    assertThat(directory.list()).containsAll(logs);

    LogRecovery.Outcome cut = recover(directory, 0, LogRecovery.OnDamage.CUT);
    PartitionLog log = cut.log();
    assertThat(log).isNotNull();
    assertThat(Batches.values(log)).isEqualTo(expected(log.logEndOffset()));
    assertThat(log.logEndOffset()).isEqualTo(cut.report().logEndOffset()).isGreaterThan(SegmentNames
        .baseOffsets(logs, ".log")[2]);
    assertThat(log.epochs()).allMatch(entry -> entry.startOffset() <= log.logEndOffset());
    log.close();
    assertThat(Batches.values(open(recover(directory, log.logEndOffset(), LogRecovery.OnDamage.LEAVE))))
        .isEqualTo(expected(log.logEndOffset()));
  }

  @Test
  void everyMissingSegmentIsDamage() {
    MemoryDisk.Directory directory = writtenLog(60);
    List<String> logs = directory.list().stream().filter(name -> name.endsWith(".log")).sorted().toList();
    for (String name : logs) {
      MemoryFile file = directory.file(name);
      directory.files.remove(name);
      long known = batchEnds.getLast();
      assertThat(recover(directory, known, LogRecovery.OnDamage.LEAVE).report().isDamaged()).as(name).isTrue();
      directory.files.put(name, file);
    }
    directory.files.keySet().removeAll(logs);
    assertThat(recover(directory, 5, LogRecovery.OnDamage.LEAVE).report().isDamaged()).isTrue();
    PartitionLog repaired = recover(directory, 5, LogRecovery.OnDamage.CUT).log();
    assertThat(repaired).isNotNull();
    assertThat(repaired.logEndOffset()).isZero();
  }

  @Test
  void lostOrGarbledIndexesAreRebuilt() {
    MemoryDisk.Directory directory = writtenLog(60);
    List<String> indexes = directory.list().stream().filter(name -> name.endsWith(".index")).sorted().toList();
    List<byte[]> sound = indexes.stream().map(name -> directory.file(name).current.clone()).toList();
    Random random = new Random(5);
    for (int kind = 0; kind < 4; kind++) {
      for (int i = 0; i < indexes.size(); i++) {
        byte[] content = sound.get(i);
        byte[] garbage = new byte[content.length];
        random.nextBytes(garbage);
        directory.file(indexes.get(i)).current = switch (kind) {
          case 0 -> new byte[0];
          case 1 -> garbage;
          case 2 -> new byte[content.length];
          default -> Arrays.copyOf(content, Math.max(0, content.length - 3));
        };
      }
      LogRecovery.Outcome outcome = recover(directory, 0, LogRecovery.OnDamage.LEAVE);
      assertThat(Batches.values(open(outcome))).isEqualTo(expected(batchEnds.getLast()));
      assertThat(outcome.report().indexesRebuilt()).as("kind %d", kind).isEqualTo(indexes.size());
      for (int i = 0; i < indexes.size(); i++) {
        assertThat(directory.file(indexes.get(i)).current).as("index %d, kind %d", i, kind)
            .isEqualTo(sound.get(i));
      }
    }
  }

  @Test
  void anIndexWithWrongButPlausibleEntriesNeverMisleadsAReader() {
    MemoryDisk.Directory directory = writtenLog(60);
    PartitionLog log = open(recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE));
    for (String name : directory.list()) {
      if (name.endsWith(".index") && directory.file(name).current.length >= 16) {
        byte[] content = directory.file(name).current;
        content[7]++;
        content[11]--;
      }
    }
    assertThat(Batches.values(log)).isEqualTo(expected(batchEnds.getLast()));
  }

  @Test
  void aLostEpochCheckpointIsRebuiltFromTheBatches() {
    MemoryDisk.Directory directory = writtenLog(60);
    List<EpochEntry> before = open(recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE)).epochs();
    assertThat(before).hasSizeGreaterThan(5);

    directory.deleteCheckpoint(LeaderEpochCache.FILE);
    assertThat(open(recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE)).epochs()).isEqualTo(before);

    byte[] content = directory.readCheckpoint(LeaderEpochCache.FILE);
    assertThat(content).isNotNull();
    content[content.length / 2] ^= 4;
    assertThat(open(recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE)).epochs()).isEqualTo(before);
  }

  @Test
  void aCleanRestartReadsLittle() {
    MemoryDisk.Directory directory = writtenLog(60);
    long bytes = directory.files.values().stream().mapToLong(file -> file.current.length).sum();

    LogRecovery.Outcome outcome = recover(directory, batchEnds.getLast(), LogRecovery.OnDamage.LEAVE);

    assertThat(open(outcome).logEndOffset()).isEqualTo(batchEnds.getLast());
    assertThat(outcome.report().bytesScanned()).isLessThan(600).isLessThan(bytes / 10);
  }

  @Test
  void anEpochWhoseRecordsWereTornIsForgottenButOneWithoutRecordsIsKept() {
    MemoryDisk.Directory directory = writtenLog(18);
    PartitionLog log = open(recover(directory, 0, LogRecovery.OnDamage.LEAVE));
    long end = log.logEndOffset();
    log.recordEpochStart(50);
    log.appendAsLeader(Batches.of("torn"), 50, Batches.NOW);
    log.recordEpochStart(51);
    MemoryFile file = directory.file(lastLog());
    file.current = Arrays.copyOf(file.current, file.current.length - 1);

    PartitionLog recovered = open(recover(directory, end, LogRecovery.OnDamage.LEAVE));

    assertThat(recovered.logEndOffset()).isEqualTo(end);
    assertThat(recovered.epochs().getLast()).isEqualTo(new EpochEntry(50, end));
    assertThat(recovered.lastFetchedEpoch()).isEqualTo(17);
  }
}
