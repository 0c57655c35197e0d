package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.port.MemoryRaftLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log on disk and what is on its way there, seen as one (Q3, Q24, Q33, Q34). */
final class LogViewTest {
  private final MemoryRaftLog disk = new MemoryRaftLog();
  private final LogView view = new LogView(disk);
  private final Deque<LogWrite> waiting = new ArrayDeque<>();

  /** Ends a step. */
  private void take() {
    LogWrite write = view.takeWrite();
    if (write != null) {
      waiting.add(write);
    }
  }

  /** The storage thread does the first writes that wait. */
  private void persist(int writes) {
    var group = new ArrayList<StorageTask>();
    for (int at = 0; at < writes; at++) {
      group.add(new StorageTask.ChangeLog(waiting.remove()));
    }
    for (StorageStep step : DurabilityOrder.storageSteps(group)) {
      switch (step) {
        case StorageStep.Reset(SnapshotId id) -> disk.reset(id.lastIndex(), id.lastTerm());
        case StorageStep.Truncate(long from) -> disk.truncateFrom(from);
        case StorageStep.Append(List<LogEntry> entries) -> disk.append(entries);
        case StorageStep.Force _ -> disk.force();
        case StorageStep.DropPrefix(long to) -> disk.dropPrefix(to);
        case StorageStep.ReportPersisted(long id) -> view.persisted(id);
        case StorageStep.ReceiveSnapshot _,StorageStep.CompleteSnapshot _,StorageStep.PruneSnapshots _ ->
          throw new AssertionError(step);
      }
    }
  }

  private void append(long from, long to, long term) {
    for (long index = from; index <= to; index++) {
      view.append(entry(index, term));
    }
    take();
  }

  @Test
  void entriesAreThereBeforeTheyAreDurable() {
    append(1, 3, 1);
    assertThat(view.lastIndex()).isEqualTo(3);
    assertThat(view.durableIndex()).isZero();
    assertThat(view.read(2, 10, 1_000)).containsExactly(entry(2, 1), entry(3, 1));
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(3);
    assertThat(view.read(1, 10, 1_000)).hasSize(3);
  }

  @Test
  void writeThatWasTruncatedMeanwhileIsDurableOnlyUpToTheCut() {
    append(1, 4, 1);
    view.truncateFrom(3);
    append(3, 5, 2);
    assertThat(waiting).hasSize(2);
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(2);
    assertThat(view.read(1, 10, 1_000)).containsExactly(entry(1, 1), entry(2, 1));
    assertThat(view.read(3, 10, 1_000)).containsExactly(entry(3, 2), entry(4, 2), entry(5, 2));
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(5);
  }

  @Test
  void writeUnderWayAtAResetIsNeverDurable() {
    append(1, 4, 1);
    view.reset(new SnapshotId(3, 2));
    take();
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(3);
    assertThat(view.lastIndex()).isEqualTo(3);
    append(4, 4, 2);
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(3);
    assertThat(view.read(4, 1, 1_000)).containsExactly(entry(4, 2));
    persist(1);
    assertThat(view.durableIndex()).isEqualTo(4);
  }

  @Test
  void firstIndexMovesBeforeTheDiskDropsAnything() {
    append(1, 5, 1);
    persist(1);
    view.dropTo(3);
    take();
    assertThat(view.firstIndex()).isEqualTo(4);
    assertThat(view.termAt(3)).isEqualTo(1);
    assertThat(disk.firstIndex()).isEqualTo(1);
    assertThatThrownBy(() -> view.termAt(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> view.read(3, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    persist(1);
    assertThat(disk.firstIndex()).isEqualTo(4);
    assertThat(view.read(4, 9, 1_000)).hasSize(2);
  }

  @Test
  void matchesTakesWhatPrecedesTheLogForEqual() {
    view.reset(new SnapshotId(8, 2));
    take();
    assertThat(view.matches(7, 99)).isTrue();
    assertThat(view.matches(8, 2)).isTrue();
    assertThat(view.matches(8, 3)).isFalse();
    assertThat(view.matches(9, 2)).isFalse();
  }

  @Test
  void mistakesOfTheCoreAreFatal() {
    append(1, 3, 2);
    assertThatThrownBy(() -> view.append(entry(5, 2))).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.append(entry(4, 1))).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.dropTo(1)).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.truncateFrom(4)).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.truncateFrom(0)).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.persisted(2)).isInstanceOf(RaftInvariantException.class);
    view.append(entry(4, 2));
    assertThatThrownBy(() -> view.truncateFrom(2)).isInstanceOf(RaftInvariantException.class);
    assertThatThrownBy(() -> view.reset(new SnapshotId(9, 2))).isInstanceOf(RaftInvariantException.class);
  }

  /**
   * Random steps, writes carried out late and in groups, and crashes; against a plain list that remembers, write by write, what the disk will
   * hold. The list is what a reader may see, and what is claimed to be durable survives every crash.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void viewEqualsAPlainListUnderAnyOperations(long seed) {
    var random = new Random(seed);
    var test = new LogViewTest();
    var model = new ArrayList<LogEntry>(); // from first on
    long first = 1;
    long before = 0;
    long term = 1;
    for (int step = 0; step < 600; step++) {
      long last = first + model.size() - 1;
      int kind = random.nextInt(20);
      if (kind < 9) {
        term += random.nextInt(2);
        for (int more = random.nextInt(4); more >= 0; more--) {
          model.add(entry(++last, term));
          test.view.append(entry(last, term));
        }
      } else if (kind < 12 && !model.isEmpty()) {
        int keep = random.nextInt(model.size());
        test.view.truncateFrom(first + keep);
        model.subList(keep, model.size()).clear();
        term++;
        if (random.nextBoolean()) {
          model.add(entry(first + keep, term));
          test.view.append(entry(first + keep, term));
        }
      } else if (kind == 12 && test.view.durableIndex() >= first) {
        int count = 1 + random.nextInt((int) (test.view.durableIndex() - first + 1));
        before = model.get(count - 1).term();
        model.subList(0, count).clear();
        first += count;
        test.view.dropTo(first - 1);
      } else if (kind == 13) {
        term++;
        first = last + 1 + random.nextInt(3);
        before = term;
        model.clear();
        test.view.reset(new SnapshotId(first++, before));
      } else if (kind > 13 && !test.waiting.isEmpty()) {
        test.persist(1 + random.nextInt(test.waiting.size()));
      }
      test.take();
      test.isSeenAs(first, before, model, random);
    }
    test.persist(test.waiting.size());
    assertThat(test.view.durableIndex()).isEqualTo(first + model.size() - 1);
    assertThat(test.disk.read(first, 10_000, 1 << 20)).isEqualTo(model);
  }

  private void isSeenAs(long first, long before, List<LogEntry> model, Random random) {
    long last = first + model.size() - 1;
    assertThat(view.firstIndex()).isEqualTo(first);
    assertThat(view.lastIndex()).isEqualTo(last);
    assertThat(view.durableIndex()).isBetween(first - 1, last);
    assertThat(view.termAt(first - 1)).isEqualTo(before);
    if (!model.isEmpty()) {
      long from = first + random.nextInt(model.size());
      List<LogEntry> found = view.read(from, 5, 10_000);
      assertThat(found).isNotEmpty()
          .isEqualTo(model.subList((int) (from - first), (int) (from - first) + found.size()));
      assertThat(view.termAt(from)).isEqualTo(found.getFirst().term());
      long run = view.firstIndexOfTermAt(from, first - 1);
      assertThat(model.subList((int) (run - first), (int) (from - first) + 1))
          .allMatch(one -> one.term() == view.termAt(from));
    }
    assertThat(disk.durableIndex()).as("what is claimed survives a crash, in the log or in the snapshot before it")
        .isGreaterThanOrEqualTo(view.durableIndex() >= first ? view.durableIndex() : 0);
  }
}
