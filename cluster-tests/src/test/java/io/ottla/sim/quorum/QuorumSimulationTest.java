package io.ottla.sim.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.sim.quorum.SimQuorum.Production;
import org.junit.jupiter.api.Test;

/**
 * Runs the quorum under many seeds. {@code -Dottla.sim.seeds=N} sets how many, {@code -Dottla.sim.firstSeed=N} where to start,
 * {@code -Dottla.sim.seed=N} replays one and prints every step.
 */
final class QuorumSimulationTest {
  private static SimQuorum.Result run(long seed, boolean verbose) {
    return new SimQuorum(seed, Production.AS_IT_IS, verbose).run();
  }

  @Test
  void everySeedKeepsEveryInvariant() {
    Long replay = Long.getLong("ottla.sim.seed");
    if (replay != null) {
      System.out.println(run(replay, true));
      return;
    }
    long seeds = Long.getLong("ottla.sim.seeds", 300);
    SeedRuns runs = SeedRuns.of(Long.getLong("ottla.sim.firstSeed", 1), seeds);
    System.out.println("quorum simulation: " + runs);
    assertThat(runs.failures()).isEmpty();
    // A simulation in which nothing happens keeps every invariant; make sure that things happened.
    assertThat(runs.sum().elections()).isGreaterThan(3 * seeds);
    assertThat(runs.sum().acknowledged()).isGreaterThan(30 * seeds);
    assertThat(runs.sum().reads()).isGreaterThan(10 * seeds);
    assertThat(runs.sum().voterChanges()).isGreaterThan(seeds);
    assertThat(runs.sum().snapshotsInstalled()).isGreaterThan(seeds);
    if (seeds >= 300) {
      assertThat(runs.faults()).containsOnlyKeys(FaultKind.values());
    }
  }

  @Test
  void sameSeedGivesTheSameTranscript() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(run(seed, false)).isEqualTo(run(seed, false));
    }
    assertThat(run(1, false).hash()).isNotEqualTo(run(2, false).hash());
  }
}
