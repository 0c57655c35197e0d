package io.ottla.sim.quorum;

import io.ottla.controller.raft.HardState;
import io.ottla.sim.SeededRandom;
import org.jspecify.annotations.Nullable;

/** The vote file: replaced as a whole, so that a crash during a write leaves the old state or the new one (Q41). */
final class SimVoteFile {
  private HardState durable = HardState.INITIAL;
  private @Nullable HardState underWay;

  HardState durable() {
    return durable;
  }

  void begin(HardState state) {
    underWay = state;
  }

  void complete() {
    if (underWay != null) {
      durable = underWay;
      underWay = null;
    }
  }

  void crash(SeededRandom random) {
    if (underWay != null && random.chance(0.5)) {
      durable = underWay;
    }
    underWay = null;
  }
}
