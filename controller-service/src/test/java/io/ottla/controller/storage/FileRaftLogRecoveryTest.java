package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Restart after crashes and damage (Q40, Q42-Q45). */
final class FileRaftLogRecoveryTest {
  private static final int ONE_SEGMENT = 1 << 20;
  private static final String FIRST = Segment.name(1);

  private static LogEntry entry(long index, long term) {
    return new LogEntry(index, term, EntryType.DATA, ("entry " + index + " of term " + term).getBytes(
        java.nio.charset.StandardCharsets.UTF_8));
  }

  private static List<LogEntry> entries(long from, long to, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, term));
    }
    return entries;
  }

  private static LossyDirectory created() {
    LossyDirectory directory = new LossyDirectory(1);
    FileRaftLog.create(directory);
    return directory;
  }

  private static FileRaftLog open(Directory directory) {
    return FileRaftLog.open(directory, ONE_SEGMENT, _ -> true);
  }

  private static List<LogEntry> all(FileRaftLog log) {
    return log.read(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private static LossyDirectory withFile(byte[] content) {
    LossyDirectory directory = new LossyDirectory(1);
    directory.put(FIRST, content);
    return directory;
  }

  @Test
  void fileCutAtAnyByteGivesTheWholeFramesBeforeTheCut() {
    LossyDirectory original = created();
    FileRaftLog log = open(original);
    log.append(entries(1, 6, 1));
    byte[] content = original.content(FIRST);
    int frame = (content.length - SegmentHeader.BYTES) / 6;
    for (int cut = SegmentHeader.BYTES; cut <= content.length; cut++) {
      LossyDirectory directory = withFile(Arrays.copyOf(content, cut));
      FileRaftLog recovered = open(directory);
      assertThat(all(recovered)).isEqualTo(entries(1, (cut - SegmentHeader.BYTES) / frame, 1));
      assertThat(recovered.durableIndex()).isEqualTo(recovered.lastIndex());
      recovered.append(entries(recovered.lastIndex() + 1, 8, 2));
      recovered.force();
      assertThat(open(directory).lastIndex()).isEqualTo(8);
    }
  }

  @Test
  void headerCutByACrashDuringCreationIsWrittenAgain() {
    byte[] header = created().content(FIRST);
    for (int cut = 0; cut < header.length; cut++) {
      LossyDirectory directory = withFile(Arrays.copyOf(header, cut));
      assertThat(open(directory).lastIndex()).isZero();
      assertThat(directory.content(FIRST)).isEqualTo(header);
    }
  }

  @Test
  void tailFilledWithZerosIsCutOff() {
    LossyDirectory original = created();
    open(original).append(entries(1, 3, 1));
    byte[] content = original.content(FIRST);
    LossyDirectory directory = withFile(Arrays.copyOf(content, content.length + 5000));
    assertThat(all(open(directory))).isEqualTo(entries(1, 3, 1));
    assertThat(directory.content(FIRST)).hasSize(content.length);
  }

  @Test
  void flippedBitNeverYieldsAChangedEntryAndIsRefusedWhereAForceIsProven() {
    LossyDirectory original = created();
    FileRaftLog log = open(original);
    log.append(entries(1, 3, 1));
    log.force();
    log.append(entries(4, 5, 1));
    log.force();
    byte[] content = original.content(FIRST);
    int proven = SegmentHeader.BYTES + (content.length - SegmentHeader.BYTES) * 3 / 5;
    for (int bit = 0; bit < content.length * 8; bit++) {
      byte[] damaged = content.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      LossyDirectory directory = withFile(damaged);
      if (bit / 8 >= SegmentHeader.BYTES && bit / 8 < proven) {
        assertThatThrownBy(() -> open(directory)).as("bit %d", bit).isInstanceOf(StorageCorruptionException.class);
      } else if (bit / 8 >= proven) {
        FileRaftLog recovered = open(directory);
        assertThat(all(recovered)).as("bit %d", bit).isEqualTo(entries(1, recovered.lastIndex(), 1));
        assertThat(recovered.lastIndex()).isBetween(3L, 4L);
      }
    }
  }

  @Test
  void durableHintProvesThatTheLastFramesHadBeenForced() {
    LossyDirectory directory = created();
    FileRaftLog log = open(directory);
    log.append(entries(1, 3, 1));
    log.force();
    log.refreshHint();
    int size = directory.content(FIRST).length;
    directory.corrupt(FIRST, bytes -> bytes[size - 1] ^= 1);
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("durable hint 3");
    LossyDirectory shorter = created();
    shorter.put(DurableHint.NAME, directory.content(DurableHint.NAME));
    assertThatThrownBy(() -> open(shorter)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("entries up to 3 had been forced");
  }

  @Test
  void truncationOnPurposeIsNotTakenForLoss() {
    LossyDirectory directory = created();
    FileRaftLog log = open(directory);
    log.append(entries(1, 5, 1));
    log.force();
    log.refreshHint();
    log.truncateFrom(3);
    log.force();
    directory.crash();
    assertThat(open(directory).lastIndex()).isEqualTo(2);
  }

  /**
   * A file system writes zeros behind a new end of a file before that end is durable. The entries after them say that those under the zeros
   * had been forced, which is true, and no loss.
   */
  @Test
  void truncationThatACrashInterruptedIsFinished() {
    LossyDirectory directory = created();
    FileRaftLog log = FileRaftLog.open(directory, 400, _ -> true);
    for (int index = 1; index <= 12; index++) {
      log.append(entries(index, index, 1));
      log.force();
    }
    int frame = (directory.content(FIRST).length - SegmentHeader.BYTES) / 6;
    log.refreshHint();
    DurableHint.open(directory).beginCut(3, 1);
    directory.corrupt(FIRST, bytes -> Arrays.fill(bytes, SegmentHeader.BYTES + 3 * frame,
        SegmentHeader.BYTES + 4 * frame + 10, (byte) 0));
    FileRaftLog recovered = FileRaftLog.open(directory, 400, _ -> true);
    assertThat(all(recovered)).isEqualTo(entries(1, 3, 1));
    assertThat(directory.names().stream().filter(Segment::isName)).containsExactly(FIRST);
    recovered.append(entries(4, 5, 2));
    recovered.force();
    assertThat(FileRaftLog.open(directory, 400, _ -> true).lastIndex()).isEqualTo(5);
  }

  @Test
  void announcedTruncationOfAWholeLogIsCarriedOut() {
    LossyDirectory directory = created();
    FileRaftLog log = open(directory);
    log.append(entries(1, 12, 1));
    log.force();
    DurableHint.open(directory).beginCut(3, 1);
    assertThat(all(open(directory))).isEqualTo(entries(1, 3, 1));
    assertThat(all(open(directory))).isEqualTo(entries(1, 3, 1));
  }

  /** What a truncation keeps is protected while it goes on. */
  @Test
  void damageBeforeTheEndOfAnInterruptedTruncationIsRefused() {
    LossyDirectory directory = created();
    FileRaftLog log = open(directory);
    for (int index = 1; index <= 12; index++) {
      log.append(entries(index, index, 1));
      log.force();
    }
    DurableHint.open(directory).beginCut(8, 1);
    directory.corrupt(FIRST, bytes -> bytes[SegmentHeader.BYTES + 200] ^= 1);
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("had been forced to disk (entry ");
  }

  @Test
  void missingNewestSegmentIsNoticedHoweverOldTheHintIs() {
    LossyDirectory directory = created();
    FileRaftLog log = FileRaftLog.open(directory, 200, _ -> true);
    for (int index = 1; index <= 12; index++) {
      log.append(entries(index, index, 1));
      log.force();
    }
    directory.crash();
    List<String> segments = directory.names().stream().filter(Segment::isName).toList();
    directory.delete(segments.getLast());
    directory.force();
    assertThatThrownBy(() -> FileRaftLog.open(directory, 200, _ -> true))
        .isInstanceOf(StorageCorruptionException.class).hasMessageContaining(segments.getLast() + " is missing");
  }

  @Test
  void damageBeforeTheLastSegmentIsRefused() {
    LossyDirectory directory = created();
    FileRaftLog log = FileRaftLog.open(directory, 200, _ -> true);
    for (int index = 1; index <= 12; index++) {
      log.append(entries(index, index, 1));
    }
    log.force();
    assertThat(directory.names().stream().filter(Segment::isName).count()).isGreaterThan(2);
    assertThat(FileRaftLog.open(directory, 200, _ -> true).lastIndex()).isEqualTo(12);
    int size = directory.content(FIRST).length;
    directory.corrupt(FIRST, bytes -> bytes[size - 1] ^= 1);
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("not the last segment");
    directory.corrupt(FIRST, bytes -> bytes[size - 1] ^= 1);
    directory.delete(directory.names().stream().filter(Segment::isName).toList().get(1));
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("gap");
  }

  @Test
  void staleSuffixBehindNewEntriesIsNotRead() {
    LossyDirectory old = created();
    FileRaftLog before = open(old);
    before.append(entries(1, 5, 1));
    LossyDirectory directory = created();
    FileRaftLog after = open(directory);
    after.append(List.of(entry(1, 1), entry(2, 1), entry(3, 2)));
    byte[] stale = old.content(FIRST);
    byte[] fresh = directory.content(FIRST);
    byte[] mixed = stale.clone();
    System.arraycopy(fresh, 0, mixed, 0, fresh.length);
    assertThat(all(open(withFile(mixed)))).isEqualTo(List.of(entry(1, 1), entry(2, 1), entry(3, 2)));
  }

  /** Had the truncation not been forced before the new entries, its victims' own claims must not make a crash look like damage (Q40). */
  @Test
  void staleSuffixProvesNothingAboutTheEntriesThatReplacedIt() {
    LossyDirectory old = created();
    FileRaftLog before = open(old);
    for (int index = 1; index <= 8; index++) {
      before.append(entries(index, index, 1));
      before.force();
    }
    LossyDirectory directory = created();
    FileRaftLog after = open(directory);
    after.append(List.of(entry(1, 1), entry(2, 1), entry(3, 2)));
    byte[] mixed = old.content(FIRST).clone();
    byte[] fresh = directory.content(FIRST);
    System.arraycopy(fresh, 0, mixed, 0, fresh.length);
    assertThat(all(open(withFile(mixed)))).isEqualTo(List.of(entry(1, 1), entry(2, 1), entry(3, 2)));
  }

  @Test
  void entryOfAnUnknownTypeIsNotGuessedAt() {
    LossyDirectory directory = created();
    open(directory).append(entries(1, 1, 1));
    directory.corrupt(FIRST, bytes -> {
      bytes[SegmentHeader.BYTES + 24] = 99;
      ByteBuffer frame = ByteBuffer.wrap(bytes);
      java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
      crc.update(frame.slice(SegmentHeader.BYTES, 4));
      crc.update(frame.slice(SegmentHeader.BYTES + 8, bytes.length - SegmentHeader.BYTES - 8));
      frame.putInt(SegmentHeader.BYTES + 4, (int) crc.getValue());
    });
    assertThatThrownBy(() -> open(directory)).hasMessageContaining("unknown entry type 99");
  }

  @Test
  void failedForceEndsTheLog() {
    LossyDirectory directory = created();
    FileRaftLog log = open(directory);
    log.append(entries(1, 2, 1));
    directory.failForceAfter(0);
    assertThatThrownBy(log::force).isInstanceOf(UncheckedIOException.class).hasMessageContaining("device error");
    directory.failForceAfter(100);
    assertThatThrownBy(log::force).isInstanceOf(UncheckedIOException.class).hasMessageContaining("failed earlier");
    assertThatThrownBy(() -> log.append(entries(3, 3, 1))).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> log.truncateFrom(1)).isInstanceOf(UncheckedIOException.class);
    assertThat(log.durableIndex()).isZero();
  }

  @Test
  void entriesBeyondTheMemoryLimitAreReadFromDisk() {
    LossyDirectory directory = created();
    FileRaftLog log = FileRaftLog.open(directory, 200, 100, _ -> true);
    for (int index = 1; index <= 20; index++) {
      log.append(entries(index, index, 1));
    }
    assertThat(all(log)).isEqualTo(entries(1, 20, 1));
    directory.corrupt(FIRST, bytes -> bytes[SegmentHeader.BYTES + 40] ^= 1);
    assertThatThrownBy(() -> log.read(1, 1, 1)).isInstanceOf(StorageCorruptionException.class);
  }

  /** Random writes and power cuts: what was forced stays, what comes back was written, and no honest crash is called damage. */
  @Test
  void powerCutsAtAnyMomentLoseNothingThatWasForced() {
    for (int seed = 0; seed < 400; seed++) {
      new CrashRun(seed).run();
    }
  }

  private static final class CrashRun {
    private final int seed;
    private final Random random;
    private final LossyDirectory directory;
    private final List<LogEntry> written = new ArrayList<>();
    private final List<LogEntry> beforeTruncation = new ArrayList<>();
    private int durable;
    private long term = 1;

    CrashRun(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.directory = new LossyDirectory(seed);
      FileRaftLog.create(directory);
    }

    void run() {
      for (int life = 0; life < 6; life++) {
        FileRaftLog log = FileRaftLog.open(directory, 300, 200, _ -> true);
        List<LogEntry> found = all(log);
        check(found);
        written.clear();
        written.addAll(found);
        beforeTruncation.clear();
        durable = found.size();
        directory.crashAfter(random.nextInt(60));
        try {
          live(log);
        } catch (LossyDirectory.Crash e) {
          // as planned
        }
        directory.crash();
      }
    }

    private void live(FileRaftLog log) {
      while (true) {
        int choice = random.nextInt(10);
        if (choice < 5) {
          int count = 1 + random.nextInt(4);
          List<LogEntry> batch = entries(written.size() + 1, written.size() + count, term);
          written.addAll(batch);
          log.append(batch);
        } else if (choice < 8) {
          force(log);
        } else if (choice == 8) {
          log.refreshHint();
        } else if (!written.isEmpty()) {
          truncate(log);
        }
      }
    }

    private void force(FileRaftLog log) {
      log.force();
      durable = written.size();
      beforeTruncation.clear();
    }

    private void truncate(FileRaftLog log) {
      int keep = random.nextInt(written.size());
      beforeTruncation.clear();
      beforeTruncation.addAll(written);
      durable = Math.min(durable, keep);
      written.subList(keep, written.size()).clear();
      term++;
      log.truncateFrom(keep + 1);
      force(log);
    }

    private void check(List<LogEntry> found) {
      assertThat(found.size()).as("seed %d", seed).isGreaterThanOrEqualTo(durable);
      List<LogEntry> source = found.size() > written.size() || !found.equals(written.subList(0, found.size()))
          ? beforeTruncation
          : written;
      assertThat(found.size()).as("seed %d", seed).isLessThanOrEqualTo(source.size());
      assertThat(found).as("seed %d", seed).isEqualTo(source.subList(0, found.size()));
    }
  }
}
