package io.ottla.sim.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.CoreFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator bites: each planted bug breaks an invariant within the seeds of an ordinary build, where the real core breaks none. */
final class PlantedBugTest {
  private static final int SEEDS = 300;

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void plantedBugIsFound(PlantedBug bug) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      String finding = finding(bug.quorum(seed));
      if (finding != null) {
        System.out.printf("%s: %s%n", bug, finding.lines().findFirst().orElse(""));
        assertThat(finding).contains("seed " + seed).contains("FaultPlan[").contains("event")
            .contains("-Dottla.sim.seed=" + seed);
        assertThat(finding(new SimQuorum(seed, CoreFactory.PROTOCOL, DriverOrder.PRODUCTION, false))).isNull();
        return;
      }
    }
    throw new AssertionError(bug + " was not found within " + SEEDS + " seeds");
  }

  private static @Nullable String finding(SimQuorum quorum) {
    try {
      quorum.run();
      return null;
    } catch (SimQuorum.SimulationFailure failure) {
      return failure.getMessage();
    }
  }
}
