package io.ottla.benchmarks.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Figures of a series. */
class GapsTest {
  @Test
  void medianOfAnEvenCountLiesBetweenTheMiddleOnes() {
    assertThat(new Gaps("kind", List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
  }

  @Test
  void nineteenOfTwentyAreNoLongerThanThe95thPercentile() {
    Gaps gaps = new Gaps("kind", IntStream.rangeClosed(1, 20).mapToObj(i -> (double) i).toList());

    assertThat(gaps.p95()).isEqualTo(19);
    assertThat(gaps.worst()).isEqualTo(20);
  }

  @Test
  void ofAFewThe95thPercentileIsTheWorst() {
    assertThat(new Gaps("kind", List.of(7.0, 3.0)).p95()).isEqualTo(7);
  }

  @Test
  void nothingMeasuredIsNoSeries() {
    assertThatThrownBy(() -> new Gaps("kind", List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
