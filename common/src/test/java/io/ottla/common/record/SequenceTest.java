package io.ottla.common.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** P37. */
class SequenceTest {
  @Test
  void afterTheLargestComesZero() {
    assertThat(Sequence.plus(0, 1)).isEqualTo(1);
    assertThat(Sequence.plus(Integer.MAX_VALUE, 1)).isZero();
    assertThat(Sequence.plus(Integer.MAX_VALUE - 1, 5)).isEqualTo(3);
    assertThat(Sequence.plus(5, Integer.MAX_VALUE)).isEqualTo(4);
  }

  @Test
  void orderGoesAcrossTheWrap() {
    assertThat(Sequence.isAfter(1, 0)).isTrue();
    assertThat(Sequence.isAfter(0, 1)).isFalse();
    assertThat(Sequence.isAfter(7, 7)).isFalse();
    assertThat(Sequence.isAfter(2, Integer.MAX_VALUE - 3)).isTrue();
    assertThat(Sequence.isAfter(Integer.MAX_VALUE - 3, 2)).isFalse();
  }
}
