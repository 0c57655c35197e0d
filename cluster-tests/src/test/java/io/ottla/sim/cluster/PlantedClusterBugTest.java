package io.ottla.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.sim.cluster.SimCluster.SimulationFailure;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator bites: each planted bug breaks an invariant within so many seeds, where production breaks none. */
@ExtendWith(QuietLogs.class)
final class PlantedClusterBugTest {
  private static final int SEEDS = Integer.getInteger("ottla.sim.bugSeeds", 300);

  static Stream<Named<Production>> bugs() {
    return PlantedClusterBugs.all();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void plantedBugIsFound(Production broken) {
    SimulationFailure failure = ClusterSeedRuns.firstFailure(SEEDS, () -> broken)
        .orElseThrow(() -> new AssertionError("not found within " + SEEDS + " seeds"));
    System.out.printf("%s%n", String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
    assertThat(failure).hasMessageContaining("seed " + failure.seed()).hasMessageContaining("ClusterPlan[")
        .hasMessageContaining("-Dottla.sim.seed=" + failure.seed());
    assertThat(ClusterSeedRuns.failureOf(new SimCluster(failure.seed(), Production.AS_IT_IS, false))).isEmpty();
  }
}
