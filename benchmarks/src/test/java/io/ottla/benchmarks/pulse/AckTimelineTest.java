package io.ottla.benchmarks.pulse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Gaps are found where they belong. */
class AckTimelineTest {
  private static final long MS = 1_000_000;

  private final AckTimeline timeline = new AckTimeline();

  private void acknowledgedAtMs(long... times) {
    for (long time : times) {
      timeline.acknowledged(time * MS);
    }
  }

  @Test
  void theGapInWhichSomethingHappenedCountsAndEarlierOnesDoNot() {
    acknowledgedAtMs(0, 500, 510, 600, 605);

    assertThat(timeline.longestGapMs(520 * MS)).isEqualTo(90);
  }

  @Test
  void gapsThatBeginAfterTheEndDoNotCount() {
    acknowledgedAtMs(0, 10, 60, 70, 1_000);

    assertThat(timeline.longestGapMs(20 * MS, 65 * MS)).isEqualTo(50);
  }

  @Test
  void acknowledgementsAfterATimeAreCountedWithoutTheOneAtIt() {
    acknowledgedAtMs(1, 2, 3);

    assertThat(timeline.countAfter(1 * MS)).isEqualTo(2);
    assertThat(timeline.count()).isEqualTo(3);
  }

  @Test
  void equalProblemsAreCountedTogether() {
    timeline.refused("not the controller");
    timeline.refused("not the controller");
    timeline.unknown("lost");

    assertThat(timeline.problems()).containsEntry("refused: not the controller", 2).containsEntry("unknown: lost", 1);
    assertThat(timeline.refusedCount()).isEqualTo(2);
    assertThat(timeline.unknownCount()).isEqualTo(1);
  }
}
