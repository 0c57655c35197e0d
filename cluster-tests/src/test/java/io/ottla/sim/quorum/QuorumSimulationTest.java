package io.ottla.sim.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.CoreFactory;
import org.junit.jupiter.api.Test;

/**
 * Runs the quorum under many seeds. {@code -Dottla.sim.seeds=N} sets how many, {@code -Dottla.sim.firstSeed=N} where to start,
 * {@code -Dottla.sim.seed=N} replays one and prints every step.
 */
final class QuorumSimulationTest {
  private static SimQuorum.Result run(long seed, boolean verbose) {
    return new SimQuorum(seed, CoreFactory.PROTOCOL, DriverOrder.PRODUCTION, verbose).run();
  }

  @Test
  void everySeedKeepsEveryInvariant() {
    Long replay = Long.getLong("ottla.sim.seed");
    if (replay != null) {
      System.out.println(run(replay, true));
      return;
    }
    long first = Long.getLong("ottla.sim.firstSeed", 1);
    long seeds = Long.getLong("ottla.sim.seeds", 300);
    long steps = 0;
    long elections = 0;
    long acknowledged = 0;
    long reads = 0;
    long faults = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      SimQuorum.Result result = run(seed, false);
      steps += result.steps();
      elections += result.elections();
      acknowledged += result.acknowledged();
      reads += result.reads();
      faults += result.faults();
    }
    System.out.printf(
        "quorum simulation: %d seeds, %d steps, %d faults, %d elections, %d proposals acknowledged, %d reads%n", seeds,
        steps, faults, elections, acknowledged, reads);
    // A simulation in which nothing happens keeps every invariant; make sure that things happened.
    assertThat(elections).isGreaterThan(2 * seeds);
    assertThat(acknowledged).isGreaterThan(50 * seeds);
    assertThat(reads).isGreaterThan(10 * seeds);
    assertThat(faults).isGreaterThan(3 * seeds);
  }

  @Test
  void sameSeedGivesTheSameTranscript() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(run(seed, false)).isEqualTo(run(seed, false));
    }
    assertThat(run(1, false).hash()).isNotEqualTo(run(2, false).hash());
  }
}
