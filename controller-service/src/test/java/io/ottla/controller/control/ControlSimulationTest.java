package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link ControlLife} lived with many seeds. */
class ControlSimulationTest {
  private static final int SEEDS = Math.max(1, Integer.getInteger("ottla.sim.seeds", 300) / 5);

  @Test
  void everyLifeKeepsTheInvariants() {
    int commits = 0;
    int elections = 0;
    int moved = 0;
    int losses = 0;
    int unregistered = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      ControlLife life = new ControlLife(seed, "sync");
      life.live();
      commits += life.data.commits();
      elections += life.leaderChanges;
      moved += life.moves.moved;
      losses += life.losses;
      unregistered += (int) life.cluster.log.stream().flatMap(List::stream).filter(UnregisterBroker.class::isInstance)
          .count();
    }
    assertThat(commits).as("a run that commits nothing proves nothing").isGreaterThan(SEEDS * 10);
    assertThat(elections).isGreaterThan(SEEDS * 5);
    assertThat(moved).as("moves completed, cancelled or replaced").isGreaterThan(SEEDS * 3);
    assertThat(unregistered).as("brokers gone for good").isPositive();
    assertThat(losses).as("replicas that lost their log").isGreaterThan(SEEDS);
  }

  /** With unclean recovery allowed, data may go, but only where an unclean election was counted; the metadata stays sound. */
  @Test
  void everyLifeInOsModeKeepsTheMetadataInvariants() {
    long unclean = 0;
    for (int seed = 1; seed <= SEEDS / 2 + 1; seed++) {
      ControlLife life = new ControlLife(seed, "os");
      life.live();
      unclean += life.cluster.control.uncleanElections();
    }
    assertThat(unclean).as("unclean elections happened at all").isPositive();
  }

  @Test
  void theSameSeedLivesTheSameLife() {
    ControlLife one = new ControlLife(7, "sync");
    ControlLife other = new ControlLife(7, "sync");
    one.live();
    other.live();
    assertThat(one.cluster.log).isEqualTo(other.cluster.log);
  }
}
