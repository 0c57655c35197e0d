package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.SnapshotId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prefix that a snapshot has replaced, and a log that it replaces whole: at every step of a crash, and beside readers (Q33, Q34, Q40). */
final class FileRaftLogPrefixTest {
  private static final int SEGMENT_BYTES = 200;
  private static final int LAST = 30;

  private static LogEntry entry(long index, long term) {
    return new LogEntry(index, term, EntryType.DATA,
        ("entry " + index + " of term " + term).getBytes(StandardCharsets.UTF_8));
  }

  private static List<LogEntry> entries(long from, long to, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, term));
    }
    return entries;
  }

  private static LossyDirectory written(long seed) {
    LossyDirectory directory = new LossyDirectory(seed);
    FileRaftLog.create(directory);
    FileRaftLog log = open(directory);
    entries(1, LAST, 3).forEach(entry -> log.append(List.of(entry)));
    log.force();
    log.refreshHint();
    log.force();
    return directory;
  }

  private static FileRaftLog open(Directory directory) {
    return FileRaftLog.open(directory, SEGMENT_BYTES, 64, _ -> true);
  }

  private static List<LogEntry> all(FileRaftLog log) {
    return log.read(log.firstIndex(), Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private static boolean crashes(LossyDirectory directory, int operations, Runnable action) {
    directory.crashAfter(operations);
    boolean crashed = false;
    try {
      action.run();
    } catch (LossyDirectory.Crash e) {
      crashed = true;
    }
    directory.crash();
    return crashed;
  }

  @Test
  void crashAtAnyStepOfDroppingLeavesAllThatIsNotDroppedWithoutAGap() {
    boolean crashed = true;
    for (int operations = 0; crashed; operations++) {
      for (int seed = 0; seed < 10; seed++) {
        LossyDirectory directory = written(seed);
        FileRaftLog log = open(directory);
        crashed = crashes(directory, operations, () -> log.dropPrefix(17));
        FileRaftLog recovered = open(directory);
        assertThat(recovered.firstIndex()).isBetween(1L, 18L);
        assertThat(all(recovered)).isEqualTo(entries(recovered.firstIndex(), LAST, 3));
        assertThat(recovered.termAt(recovered.firstIndex() - 1)).isEqualTo(recovered.firstIndex() == 1 ? 0 : 3);
        assertThat(crashed || recovered.firstIndex() > 12).isTrue();
      }
    }
  }

  @Test
  void crashAtAnyStepOfAResetLeavesTheOldLogOrTheNewOne() {
    for (long lastIndex : new long[] {LAST + 10, LAST, 17, 1}) {
      boolean crashed = true;
      for (int operations = 0; crashed; operations++) {
        for (int seed = 0; seed < 10; seed++) {
          LossyDirectory directory = written(seed);
          FileRaftLog log = open(directory);
          crashed = crashes(directory, operations, () -> log.reset(lastIndex, 5));
          FileRaftLog recovered = open(directory);
          if (recovered.firstIndex() == 1 && crashed) {
            assertThat(all(recovered)).isEqualTo(entries(1, LAST, 3));
          } else {
            assertResetTo(recovered, lastIndex);
          }
          recovered.reset(lastIndex, 5);
          recovered.append(entries(lastIndex + 1, lastIndex + 2, 5));
          recovered.force();
          recovered.refreshHint();
          assertThat(all(open(directory))).isEqualTo(entries(lastIndex + 1, lastIndex + 2, 5));
        }
      }
    }
  }

  /** The process ends in the midst of a reset, and the power fails while the next one finishes it. */
  @Test
  void crashAtAnyStepOfFinishingAResetIsFinishedByTheNextStart() {
    for (int first = 2; first < 14; first++) {
      boolean crashed = true;
      for (int operations = 0; crashed; operations++) {
        for (int seed = 0; seed < 4; seed++) {
          LossyDirectory directory = written(seed);
          FileRaftLog log = open(directory);
          directory.crashAfter(first);
          assertThatThrownBy(() -> log.reset(17, 5)).isInstanceOf(LossyDirectory.Crash.class);
          directory.restart();
          crashed = crashes(directory, operations, () -> open(directory));
          FileRaftLog recovered = open(directory);
          if (recovered.firstIndex() > 1) {
            assertResetTo(recovered, 17);
          } else {
            assertThat(all(recovered)).isEqualTo(entries(1, LAST, 3));
          }
        }
      }
    }
  }

  private static void assertResetTo(FileRaftLog log, long lastIndex) {
    assertThat(log.firstIndex()).isEqualTo(lastIndex + 1);
    assertThat(log.lastIndex()).isEqualTo(lastIndex);
    assertThat(log.durableIndex()).isEqualTo(lastIndex);
    assertThat(log.termAt(lastIndex)).isEqualTo(5);
  }

  @Test
  void interruptedResetIsNotFinishedWithoutItsSnapshotAndRemovesNothing() {
    LossyDirectory directory = written(1);
    String replacement = Segment.name(18) + Segment.REPLACEMENT;
    Segment.create(directory, replacement, new SegmentHeader(18, 5, 0));
    List<SnapshotId> asked = new ArrayList<>();
    assertThatThrownBy(() -> FileRaftLog.open(directory, SEGMENT_BYTES, 64, id -> !asked.add(id)))
        .isInstanceOf(StorageCorruptionException.class).hasMessageContaining(replacement)
        .hasMessageContaining("17:5");
    assertThat(asked).containsExactly(new SnapshotId(17, 5));
    directory.delete(replacement);
    assertThat(all(open(directory))).isEqualTo(entries(1, LAST, 3));
  }

  @Test
  void tornReplacementIsRemovedAndTheLogStays() {
    LossyDirectory directory = written(1);
    String replacement = Segment.name(18) + Segment.REPLACEMENT;
    directory.put(replacement, Arrays.copyOf(new SegmentHeader(18, 5, 0).encode().array(), 20));
    assertThat(all(open(directory))).isEqualTo(entries(1, LAST, 3));
    assertThat(directory.exists(replacement)).isFalse();
  }

  @Test
  void segmentThatDoesNotContinueTheOneBeforeIsRefused() {
    LossyDirectory directory = written(1);
    String second = directory.names().stream().filter(Segment::isName).toList().get(1);
    SegmentHeader header = SegmentHeader.decode(directory.content(second));
    assertThat(header).isNotNull();
    for (SegmentHeader wrong : List.of(new SegmentHeader(header.baseIndex(), 2, header.crcBefore()),
        new SegmentHeader(header.baseIndex(), 3, header.crcBefore() + 1))) {
      directory.corrupt(second, bytes -> wrong.encode().get(bytes, 0, SegmentHeader.BYTES));
      assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
          .hasMessageContaining(second).hasMessageContaining("does not continue");
    }
  }

  @Test
  void everyFlippedBitInTheHeaderOfALogWithoutPrefixIsRefused() {
    LossyDirectory directory = written(1);
    open(directory).dropPrefix(LAST);
    String first = directory.names().stream().filter(Segment::isName).findFirst().orElseThrow();
    for (int bit = 0; bit < SegmentHeader.BYTES * 8; bit++) {
      int flipped = bit;
      directory.corrupt(first, bytes -> bytes[flipped / 8] ^= (byte) (1 << (flipped % 8)));
      assertThatThrownBy(() -> open(directory)).as("bit %d", bit).isInstanceOf(StorageCorruptionException.class)
          .hasMessageContaining("header");
      directory.corrupt(first, bytes -> bytes[flipped / 8] ^= (byte) (1 << (flipped % 8)));
    }
    assertThat(open(directory).lastIndex()).isEqualTo(LAST);
  }

  /** A reset log that has no entry yet has nothing but its header: it must not be taken for an interrupted creation. */
  @Test
  void damagedHeaderOfAResetLogIsRefused() {
    LossyDirectory directory = written(1);
    open(directory).reset(40, 5);
    directory.corrupt(Segment.name(41), bytes -> bytes[20] ^= 1);
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining(Segment.name(41));
  }

  @Test
  void segmentsOfTheFirstVersionAreRewrittenAtAStart() {
    for (int operations = 0; operations < 40; operations++) {
      LossyDirectory directory = written(operations);
      for (String name : directory.names()) {
        if (Segment.isName(name)) {
          directory.put(name, ofFirstVersion(directory.content(name)));
        }
      }
      crashes(directory, operations, () -> open(directory));
      FileRaftLog log = open(directory);
      assertThat(all(log)).isEqualTo(entries(1, LAST, 3));
      log.dropPrefix(17);
      assertThat(all(open(directory))).isEqualTo(entries(log.firstIndex(), LAST, 3));
    }
  }

  private static byte[] ofFirstVersion(byte[] segment) {
    ByteBuffer old = ByteBuffer.allocate(segment.length - 8).put("OTTLAML1".getBytes(StandardCharsets.US_ASCII))
        .put(segment, 8, 8);
    CRC32C crc = new CRC32C();
    crc.update(old.array(), 0, 16);
    return old.putInt((int) crc.getValue()).putInt(0).put(segment, 32, segment.length - 32).array();
  }

  /** Readers keep above a start that moves before the prefix is dropped, as the core does; the memory of entries is too small to help. */
  @Test
  void readersGoOnWhileThePrefixIsDroppedBeneathThem(@TempDir Path path) throws InterruptedException {
    NioDirectory directory = new NioDirectory(path);
    FileRaftLog.create(directory);
    FileRaftLog log = FileRaftLog.open(directory, 1000, 100, _ -> true);
    AtomicLong start = new AtomicLong(1);
    AtomicLong end = new AtomicLong();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      Random random = new Random(seed);
      readers.add(Thread.ofPlatform().start(() -> {
        try {
          while (end.get() < 3000) {
            readSome(log, start, end, random);
          }
        } catch (Throwable e) {
          failure.set(e);
        }
      }));
    }
    for (long index = 1; index <= 3000; index++) {
      log.append(List.of(entry(index, 1)));
      if (index % 10 == 0) {
        log.force();
        end.set(index);
      }
      if (index % 100 == 0) {
        start.set(index - 50);
        log.dropPrefix(index - 51);
      }
    }
    for (Thread reader : readers) {
      reader.join();
    }
    log.close();
    assertThat(failure.get()).isNull();
    assertThat(directory.names().stream().filter(Segment::isName).count()).isLessThan(8);
  }

  private static void readSome(FileRaftLog log, AtomicLong start, AtomicLong end, Random random) {
    long last = end.get();
    long from = start.get();
    if (from <= last) {
      long at = from + random.nextInt((int) (last - from + 1));
      int count = (int) Math.min(5, last - at + 1);
      List<LogEntry> expected = entries(at, at + count - 1, 1);
      try {
        assertThat(log.read(at, count, Integer.MAX_VALUE)).isEqualTo(expected);
        assertThat(log.termAt(at)).isEqualTo(1);
      } catch (IndexOutOfBoundsException e) {
        // Right only when the start has moved on meanwhile.
        assertThat(start.get()).isGreaterThan(at);
      }
    }
  }
}
