package io.ottla.sim.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.sim.quorum.SimQuorum.Production;
import io.ottla.sim.quorum.SimQuorum.SimulationFailure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator bites: each planted bug breaks an invariant within two thousand seeds, nearly all within 300, where the real core breaks none. */
final class PlantedBugTest {
  private static final int SEEDS = 2_000;

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void plantedBugIsFound(PlantedBug bug) {
    SimulationFailure failure = SeedRuns.firstFailure(SEEDS, bug::quorum)
        .orElseThrow(() -> new AssertionError(bug + " was not found within " + SEEDS + " seeds"));
    System.out.printf("%s: %s%n", bug, String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
    assertThat(failure).hasMessageContaining("seed " + failure.seed()).hasMessageContaining("FaultPlan[")
        .hasMessageContaining("event").hasMessageContaining("-Dottla.sim.seed=" + failure.seed());
    assertThat(SeedRuns.failureOf(new SimQuorum(failure.seed(), Production.AS_IT_IS, false))).isEmpty();
  }
}
