package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** The voter sets along the log (Q5, Q38). */
final class VoterHistoryTest {
  @Test
  void setIsInForceFromItsEntryOn() {
    var history = new VoterHistory(10, voters(1, 3));
    history.appended(12, voters(1, 4));
    assertThat(history.at(10)).isEqualTo(voters(1, 3));
    assertThat(history.at(11)).isEqualTo(voters(1, 3));
    assertThat(history.at(12)).isEqualTo(voters(1, 4));
    assertThat(history.newest()).isEqualTo(voters(1, 4));
    assertThat(history.newestIndex()).isEqualTo(12);
  }

  @Test
  void truncationBringsBackWhatWasInForceBefore() {
    var history = new VoterHistory(0, voters(1, 3));
    history.appended(5, voters(1, 4));
    history.appended(9, voters(1, 5));
    assertThat(history.truncatedFrom(10)).isFalse();
    assertThat(history.truncatedFrom(9)).isTrue();
    assertThat(history.newest()).isEqualTo(voters(1, 4));
    assertThat(history.truncatedFrom(1)).isTrue();
    assertThat(history.newest()).isEqualTo(voters(1, 3));
    assertThat(history.newestIndex()).isZero();
    assertThat(history.truncatedFrom(1)).isFalse();
  }

  @Test
  void droppingKeepsTheSetInForceWhereTheLogBegins() {
    var history = new VoterHistory(0, voters(1, 3));
    history.appended(5, voters(1, 4));
    history.appended(9, voters(1, 5));
    history.droppedTo(7);
    assertThat(history.at(7)).isEqualTo(voters(1, 4));
    history.truncatedFrom(8);
    assertThat(history.newest()).isEqualTo(voters(1, 4));
  }

  @Test
  void setsSinceAnIndexAreTheOneInForceThereAndAllLaterOnes() {
    var history = new VoterHistory(0, voters(1, 3));
    history.appended(5, voters(1, 4));
    history.appended(9, voters(1, 2));
    assertThat(history.namesSince(4, key(3))).isTrue();
    assertThat(history.namesSince(5, key(4))).isTrue();
    assertThat(history.namesSince(8, key(4))).isTrue();
    assertThat(history.namesSince(9, key(4))).isFalse();
    assertThat(history.namesSince(9, key(2))).isTrue();
    assertThat(history.namesSince(0, key(5))).isFalse();
  }

  @Test
  void snapshotReplacesEverything() {
    var history = new VoterHistory(0, voters(1, 3));
    history.appended(5, voters(1, 4));
    history.reset(20, voters(2, 4));
    assertThat(history.newest()).isEqualTo(voters(2, 4));
    assertThat(history.newestIndex()).isEqualTo(20);
    assertThat(history.at(20)).isEqualTo(voters(2, 4));
  }

  /** Against a map from each index to the set that was appended there. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void historyEqualsAPlainMapUnderAnyOperations(long seed) {
    var random = new Random(seed);
    var model = new TreeMap<Long, VoterSet>();
    model.put(0L, voters(1, 1));
    var history = new VoterHistory(0, voters(1, 1));
    long first = 0;
    long last = 0;
    for (int step = 0; step < 2_000; step++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3 -> last++;
        case 4, 5 -> {
          VoterSet set = voters(1, 1 + random.nextInt(5));
          model.put(++last, set);
          history.appended(last, set);
        }
        case 6 -> {
          long from = first + 1 + random.nextInt((int) (last - first) + 1);
          boolean changes = !model.tailMap(from, true).isEmpty();
          model.tailMap(from, true).clear();
          last = Math.min(last, from - 1);
          assertThat(history.truncatedFrom(from)).isEqualTo(changes);
        }
        default -> {
          if (random.nextInt(10) == 0) {
            last += 5;
            first = last;
            model.clear();
            VoterSet set = voters(2, 2 + random.nextInt(5));
            model.put(first, set);
            history.reset(first, set);
          } else {
            first += random.nextInt((int) (last - first) + 1);
            VoterSet base = model.floorEntry(first).getValue();
            long baseIndex = model.floorKey(first);
            model.headMap(first, true).clear();
            model.put(baseIndex, base);
            history.droppedTo(first);
          }
        }
      }
      assertThat(history.newest()).isEqualTo(model.lastEntry().getValue());
      assertThat(history.newestIndex()).isEqualTo(model.lastKey());
      for (long index = first; index <= last; index += 1 + (last - first) / 7) {
        assertThat(history.at(index)).as("seed %s step %s index %s", seed, step, index)
            .isEqualTo(model.floorEntry(index).getValue());
      }
    }
  }
}
