package io.ottla.controller.raft.port;

import io.ottla.controller.raft.HardState;
import java.util.Optional;

/**
 * The file of promises: term and vote (Q41). Called by the Raft thread only. Failures throw {@link java.io.UncheckedIOException} and are
 * final: after a failed {@link #store} the store refuses further calls (Q42).
 */
public interface QuorumStateStore {
  /**
   * The state last stored, or nothing if none ever was. A damaged file throws rather than counting as nothing: a voter that forgets its
   * vote can vote twice.
   */
  Optional<HardState> load();

  /** Replaces the state; durable on return. A crash during the call leaves the old state or the new one, whole. */
  void store(HardState state);
}
