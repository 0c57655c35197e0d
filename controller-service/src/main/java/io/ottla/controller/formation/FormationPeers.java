package io.ottla.controller.formation;

import io.ottla.common.config.QuorumMember;
import java.util.Optional;

/** Calls to the other controllers while a quorum forms. Each blocks for a bounded time; no answer is an empty result. */
public interface FormationPeers {
  /** Who answers at this address, and how far it is. */
  Optional<PeerIdentity> identity(QuorumMember member);

  /** Asks it to agree durably. */
  Optional<PrepareAnswer> prepare(QuorumMember member, Proposal proposal);

  /** Tells it that the proposal is decided. True when it is a voter now. */
  Optional<Boolean> commit(QuorumMember member, Proposal proposal);
}
