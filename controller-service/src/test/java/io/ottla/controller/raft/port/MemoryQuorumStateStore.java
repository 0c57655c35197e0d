package io.ottla.controller.raft.port;

import io.ottla.controller.raft.HardState;
import java.util.Optional;

/** A vote file in memory for tests of the core. */
public final class MemoryQuorumStateStore implements QuorumStateStore {
  private Optional<HardState> stored = Optional.empty();

  @Override
  public Optional<HardState> load() {
    return stored;
  }

  @Override
  public void store(HardState state) {
    stored = Optional.of(state);
  }
}
