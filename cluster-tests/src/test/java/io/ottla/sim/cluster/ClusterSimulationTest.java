package io.ottla.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the cluster under many seeds. {@code -Dottla.sim.seeds=N} sets how many, {@code -Dottla.sim.firstSeed=N} where to start,
 * {@code -Dottla.sim.seed=N} replays one and prints every step.
 */
@ExtendWith(QuietLogs.class)
final class ClusterSimulationTest {
  private static SimCluster.Result run(long seed, boolean verbose) {
    return new SimCluster(seed, Production.AS_IT_IS, verbose).run();
  }

  @Test
  void everySeedKeepsEveryInvariant() {
    Long replay = Long.getLong("ottla.sim.seed");
    if (replay != null) {
      System.out.println(run(replay, true));
      return;
    }
    long seeds = Long.getLong("ottla.sim.seeds", 200);
    ClusterSeedRuns runs = ClusterSeedRuns.of(Long.getLong("ottla.sim.firstSeed", 1), seeds);
    System.out.println("cluster simulation: " + runs);
    assertThat(runs.failures()).isEmpty();
    // A simulation in which nothing happens keeps every invariant; make sure that things happened.
    assertThat(runs.acknowledged()).isGreaterThan(50 * seeds);
    assertThat(runs.elections()).isGreaterThan(3 * seeds);
    assertThat(runs.recordsRead()).isGreaterThan(100 * seeds);
    if (seeds >= 100) {
      assertThat(runs.faults()).containsOnlyKeys(ClusterFaults.Kind.values());
    }
  }

  @Test
  void sameSeedGivesTheSameTranscript() {
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(run(seed, false)).isEqualTo(run(seed, false));
    }
    assertThat(run(1, false).hash()).isNotEqualTo(run(2, false).hash());
  }
}
