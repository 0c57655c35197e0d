package io.ottla.controller.raft.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RaftLog} keeps to whose prefix a snapshot can replace (Q33, Q34). The adapter is opened so that a few hundred bytes of
 * entries are more than one of the pieces that it drops.
 */
public abstract class RaftLogPrefixContract extends RaftLogContract {
  private static final int LAST = 60;

  private static long termOf(long index) {
    return index == 0 ? 0 : 1 + index / 7;
  }

  private static List<LogEntry> written(long from, long to) {
    var entries = new ArrayList<LogEntry>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, termOf(index)));
    }
    return entries;
  }

  private RaftLog openWithEntries() {
    RaftLog log = open();
    written(1, LAST).forEach(entry -> log.append(List.of(entry)));
    log.force();
    return log;
  }

  private static void assertHolds(RaftLog log, long firstIndex, long lastIndex) {
    assertThat(log.firstIndex()).isEqualTo(firstIndex);
    assertThat(log.lastIndex()).isEqualTo(lastIndex);
    assertThat(log.durableIndex()).isEqualTo(lastIndex);
    assertThat(log.termAt(firstIndex - 1)).isEqualTo(termOf(firstIndex - 1));
    assertThat(all(log)).isEqualTo(written(firstIndex, lastIndex));
    for (long index = firstIndex; index <= lastIndex; index++) {
      assertThat(log.termAt(index)).isEqualTo(termOf(index));
    }
  }

  @Test
  void droppedPrefixIsGoneAndTheRestIsAsBefore() {
    RaftLog log = openWithEntries();
    log.dropPrefix(40);
    long first = log.firstIndex();
    assertThat(first).isBetween(2L, 41L);
    assertHolds(log, first, LAST);
    crash();
    assertHolds(open(), first, LAST);
  }

  @Test
  void logGoesOnAfterItsPrefixHasBeenDropped() {
    RaftLog log = openWithEntries();
    log.dropPrefix(LAST);
    long first = log.firstIndex();
    assertThat(first).isBetween(2L, LAST + 1L);
    log.append(written(LAST + 1, LAST + 5));
    log.force();
    assertHolds(log, first, LAST + 5);
    crash();
    RaftLog recovered = open();
    assertHolds(recovered, first, LAST + 5);
    recovered.dropPrefix(LAST + 5);
    recovered.append(written(LAST + 6, LAST + 6));
    recovered.force();
    assertHolds(recovered, recovered.firstIndex(), LAST + 6);
  }

  @Test
  void droppingWhatIsGoneChangesNothing() {
    RaftLog log = openWithEntries();
    log.dropPrefix(0);
    assertHolds(log, 1, LAST);
    log.dropPrefix(40);
    long first = log.firstIndex();
    log.dropPrefix(first - 1);
    log.dropPrefix(1);
    assertHolds(log, first, LAST);
  }

  @Test
  void whatIsNotDurableIsNotDropped() {
    RaftLog log = openWithEntries();
    log.append(written(LAST + 1, LAST + 1));
    if (log.durableIndex() == LAST) {
      assertThatThrownBy(() -> log.dropPrefix(LAST + 1)).isInstanceOf(IllegalArgumentException.class);
      assertThat(log.firstIndex()).isEqualTo(1);
    }
    assertThatThrownBy(() -> log.dropPrefix(LAST + 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void positionsBeforeADroppedPrefixAreRefused() {
    RaftLog log = openWithEntries();
    log.dropPrefix(40);
    long first = log.firstIndex();
    assertThatThrownBy(() -> log.termAt(first - 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(first - 1, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.truncateFrom(first - 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void logWithoutItsPrefixCanBeTruncatedToNothing() {
    RaftLog log = openWithEntries();
    log.dropPrefix(40);
    long first = log.firstIndex();
    log.truncateFrom(first);
    log.force();
    assertHolds(log, first, first - 1);
    crash();
    RaftLog recovered = open();
    assertHolds(recovered, first, first - 1);
    recovered.append(written(first, LAST));
    recovered.force();
    recovered.truncateFrom(first);
    recovered.force();
    crash();
    assertHolds(open(), first, first - 1);
  }

  @Test
  void entriesAfterATruncationToNothingContinueWhatWasDropped() {
    RaftLog log = openWithEntries();
    log.dropPrefix(40);
    long first = log.firstIndex();
    log.truncateFrom(first);
    log.force();
    log.append(written(first, LAST));
    log.force();
    crash();
    assertHolds(open(), first, LAST);
  }

  @Test
  void resetLogBeginsBehindTheSnapshot() {
    for (long lastIndex : new long[] {LAST + 40, LAST, LAST - 1, 30, 1}) {
      RaftLog log = openWithEntries();
      log.reset(lastIndex, termOf(lastIndex));
      assertHolds(log, lastIndex + 1, lastIndex);
      assertThatThrownBy(() -> log.termAt(lastIndex - 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> log.append(List.of(entry(lastIndex + 2, 1000))))
          .isInstanceOf(IllegalArgumentException.class);
      crash();
      RaftLog recovered = open();
      assertHolds(recovered, lastIndex + 1, lastIndex);
      recovered.append(written(lastIndex + 1, lastIndex + 20));
      recovered.force();
      crash();
      assertHolds(open(), lastIndex + 1, lastIndex + 20);
      startAnew();
    }
  }

  @Test
  void termsDoNotFallBehindAReset() {
    RaftLog log = open();
    log.reset(10, 5);
    assertThat(log.termAt(10)).isEqualTo(5);
    assertThatThrownBy(() -> log.append(List.of(entry(11, 4)))).isInstanceOf(IllegalArgumentException.class);
    log.append(List.of(entry(11, 5)));
    assertThat(log.lastIndex()).isEqualTo(11);
  }

  @Test
  void logCanBeResetAgainAndAgain() {
    RaftLog log = open();
    log.reset(9, termOf(9));
    log.reset(9, termOf(9));
    log.append(written(10, 12));
    log.reset(11, termOf(11));
    assertHolds(log, 12, 11);
    log.append(written(12, 30));
    log.force();
    log.reset(20, termOf(20));
    crash();
    assertHolds(open(), 21, 20);
  }

  /** Gives the test empty storage. */
  protected abstract void startAnew();
}
