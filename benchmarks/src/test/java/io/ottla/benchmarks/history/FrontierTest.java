package io.ottla.benchmarks.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The greatest value known before a moment, whatever the order in which it became known. */
class FrontierTest {
  @Test
  void saysTheGreatestOfWhatWasAddedForEarlierMoments() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Frontier frontier = new Frontier();
      List<long[]> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        long[] one = {random.nextInt(20), random.nextInt(20)};
        all.add(one);
        frontier.add(one[0], one[1]);
        long asked = random.nextInt(22);
        long expected = all.stream().filter(known -> known[0] < asked).mapToLong(known -> known[1]).max().orElse(-1);
        assertThat(frontier.before(asked)).as("seed %s", seed).isEqualTo(expected);
      }
    }
  }
}
