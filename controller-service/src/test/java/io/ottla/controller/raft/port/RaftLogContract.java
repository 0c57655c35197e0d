package io.ottla.controller.raft.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link RaftLog} keeps to. A subclass opens the adapter on storage that survives {@link #crash}. */
public abstract class RaftLogContract {
  /** Opens the log on this test's storage: empty the first time, recovered afterwards. */
  protected abstract RaftLog open();

  /** Ends the log opened last as a crash would: without closing it in order, losing what was not forced if the adapter can. */
  protected abstract void crash();

  static LogEntry entry(long index, long term) {
    return new LogEntry(index, term, EntryType.DATA,
        ("payload " + index + "/" + term).getBytes(StandardCharsets.UTF_8));
  }

  private static List<LogEntry> entries(long from, long to, long term) {
    var entries = new ArrayList<LogEntry>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, term));
    }
    return entries;
  }

  static List<LogEntry> all(RaftLog log) {
    return log.read(log.firstIndex(), Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  @Test
  void newLogIsEmptyAndStartsAtOne() {
    RaftLog log = open();
    assertThat(log.firstIndex()).isEqualTo(1);
    assertThat(log.lastIndex()).isZero();
    assertThat(log.durableIndex()).isZero();
    assertThat(log.termAt(0)).isZero();
    assertThat(log.read(1, 10, 1000)).isEmpty();
  }

  @Test
  void appendedEntriesAreReadBackUnchanged() {
    RaftLog log = open();
    var written = List.of(entry(1, 1), new LogEntry(2, 1, EntryType.LEADER_CHANGE, new byte[0]),
        new LogEntry(3, 4, EntryType.VOTER_SET, new byte[] {0, -1, 127, -128}));
    log.append(written);
    assertThat(log.lastIndex()).isEqualTo(3);
    assertThat(all(log)).isEqualTo(written);
    assertThat(log.termAt(2)).isEqualTo(1);
    assertThat(log.termAt(3)).isEqualTo(4);
  }

  @Test
  void appendIsDurableOnlyAfterForce() {
    RaftLog log = open();
    log.append(entries(1, 5, 1));
    assertThat(log.durableIndex()).isLessThanOrEqualTo(log.lastIndex());
    log.force();
    assertThat(log.durableIndex()).isEqualTo(5);
    log.append(entries(6, 7, 1));
    assertThat(log.durableIndex()).isEqualTo(5);
    assertThat(log.lastIndex()).isEqualTo(7);
  }

  @Test
  void forcedEntriesSurviveACrashAndUnforcedOnesAreAPrefixOrGone() {
    RaftLog log = open();
    log.append(entries(1, 5, 1));
    log.force();
    log.append(entries(6, 9, 2));
    crash();
    RaftLog recovered = open();
    assertThat(recovered.lastIndex()).isBetween(5L, 9L);
    assertThat(recovered.durableIndex()).isEqualTo(recovered.lastIndex());
    var expected = new ArrayList<>(entries(1, 5, 1));
    expected.addAll(entries(6, recovered.lastIndex(), 2));
    assertThat(all(recovered)).isEqualTo(expected);
  }

  @Test
  void forcedTruncationSurvivesACrash() {
    RaftLog log = open();
    log.append(entries(1, 9, 1));
    log.force();
    log.truncateFrom(4);
    assertThat(log.lastIndex()).isEqualTo(3);
    assertThat(log.durableIndex()).isEqualTo(3);
    log.force();
    log.append(entries(4, 5, 2));
    log.force();
    crash();
    RaftLog recovered = open();
    var expected = new ArrayList<>(entries(1, 3, 1));
    expected.addAll(entries(4, 5, 2));
    assertThat(all(recovered)).isEqualTo(expected);
    assertThat(recovered.termAt(4)).isEqualTo(2);
  }

  @Test
  void unforcedTruncationNeverLosesWhatIsBeforeIt() {
    RaftLog log = open();
    log.append(entries(1, 9, 1));
    log.force();
    log.truncateFrom(4);
    crash();
    RaftLog recovered = open();
    assertThat(recovered.lastIndex()).isBetween(3L, 9L);
    assertThat(all(recovered)).isEqualTo(entries(1, recovered.lastIndex(), 1));
  }

  @Test
  void logCanBeTruncatedToNothingAndWrittenAgain() {
    RaftLog log = open();
    log.append(entries(1, 3, 1));
    log.truncateFrom(1);
    log.force();
    assertThat(log.lastIndex()).isZero();
    log.append(entries(1, 2, 5));
    log.force();
    crash();
    assertThat(all(open())).isEqualTo(entries(1, 2, 5));
  }

  @Test
  void readKeepsToBothLimitsButReturnsAtLeastOneEntry() {
    RaftLog log = open();
    log.append(entries(1, 6, 1));
    int size = entry(1, 1).sizeInBytes();
    assertThat(log.read(2, 3, Integer.MAX_VALUE)).isEqualTo(entries(2, 4, 1));
    assertThat(log.read(2, 10, size * 2 + 1)).isEqualTo(entries(2, 3, 1));
    assertThat(log.read(2, 10, size * 2)).isEqualTo(entries(2, 3, 1));
    assertThat(log.read(2, 10, 1)).isEqualTo(entries(2, 2, 1));
    assertThat(log.read(7, 10, 1000)).isEmpty();
  }

  @Test
  void positionsOutsideTheLogAreRefused() {
    RaftLog log = open();
    log.append(entries(1, 3, 1));
    assertThatThrownBy(() -> log.termAt(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.termAt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(5, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(0, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.truncateFrom(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.truncateFrom(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void gapsAndFallingTermsAreRefusedAndWriteNothing() {
    RaftLog log = open();
    log.append(entries(1, 3, 2));
    assertThatThrownBy(() -> log.append(entries(5, 5, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.append(entries(3, 4, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.append(entries(4, 4, 1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.append(List.of(entry(4, 3), entry(5, 2))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.append(List.of(entry(4, 3), entry(6, 3))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(log.lastIndex()).isEqualTo(3);
    log.append(entries(4, 4, 2));
    assertThat(log.lastIndex()).isEqualTo(4);
  }
}
