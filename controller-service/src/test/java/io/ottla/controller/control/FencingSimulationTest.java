package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.control.FencingLife.Fault;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Brokers under the watch, with the production judge of refusals and the production control, in simulated time. What is promised, and checked at
 * every fencing ({@link FencingLife}):
 * <ol>
 * <li>a broker is fenced only after a session of silence, or on a hint since whose observation nothing was heard of it;
 * <li>where addresses do not refuse for processes that live, no hint fences one: not when connections drop, a pause ends, or a middlebox resets;
 * <li>where they do, a broker whose heartbeats come in time (two within a fifth of the session) is fenced at most once per registration and
 * active controller, is back with its next heartbeat, and nobody else gets its id;
 * <li>a process that is really gone is fenced in the moment of the hint;
 * <li>I15 to I18, after every entry.
 * </ol>
 */
class FencingSimulationTest {
  private static final int SEEDS = Math.max(1, Integer.getInteger("ottla.sim.seeds", 300) / 10);

  private final List<Long> noticedMs = new ArrayList<>();
  private int fencings;
  private int falseFencings;
  private int losses;

  private void live(Fault... faults) {
    EnumSet<Fault> allowed = EnumSet.noneOf(Fault.class);
    allowed.addAll(List.of(faults));
    for (int seed = 1; seed <= SEEDS; seed++) {
      FencingLife life = new FencingLife(seed, allowed);
      life.live();
      noticedMs.addAll(life.noticedMs);
      fencings += life.fencings;
      falseFencings += life.falseFencings;
      losses += life.losses;
    }
    noticedMs.sort(null);
  }

  @Test
  void everyLifeKeepsItsPromises() {
    live(Fault.values());
    assertThat(noticedMs).as("brokers died").hasSizeGreaterThan(SEEDS);
    assertThat(falseFencings).as("addresses lied").isPositive();
  }

  @Test
  void aDeadProcessIsFencedAtOnce() {
    live(Fault.CRASH);
    assertThat(noticedMs).hasSizeGreaterThan(SEEDS);
    assertThat(noticedMs.get(noticedMs.size() / 2)).as("median").isLessThanOrEqualTo(20);
    assertThat(noticedMs.getLast()).as("worst: its last heartbeat was read after the refusal")
        .isLessThan(TestCluster.SESSION_MS / 2);
  }

  @Test
  void aConnectionThatMerelyDropsFencesNobody() {
    live(Fault.DROP);
    assertThat(losses).isGreaterThan(SEEDS);
    assertThat(fencings).isZero();
  }

  @Test
  void aMiddleboxThatResetsEverythingFencesNobody() {
    live(Fault.RESET_ALL);
    assertThat(losses).isGreaterThan(SEEDS);
    assertThat(fencings).isZero();
  }

  /** Shorter than a session; a longer one is a timeout's business. */
  @Test
  void aPauseThatEndsFencesNobody() {
    live(Fault.SHORT_PAUSE, Fault.DROP);
    assertThat(losses).isGreaterThan(SEEDS);
    assertThat(fencings).isZero();
  }

  @Test
  void aLongPauseAndALostNetworkAreLeftToTheTimeout() {
    live(Fault.LONG_PAUSE, Fault.CUT);
    assertThat(fencings).isPositive();
    assertThat(noticedMs).as("nobody died").isEmpty();
  }

  @Test
  void hintsThatAreLateRepeatedOrFalseCostALivingBrokerOneFencing() {
    live(Fault.LIE, Fault.LATE_HINT);
    assertThat(falseFencings).isPositive();
    assertThat(noticedMs).isEmpty();
  }

  @Test
  void theSameSeedLivesTheSameLife() {
    FencingLife one = new FencingLife(11, EnumSet.allOf(Fault.class));
    FencingLife other = new FencingLife(11, EnumSet.allOf(Fault.class));
    one.live();
    other.live();
    assertThat(one.cluster.log).isEqualTo(other.cluster.log);
  }
}
