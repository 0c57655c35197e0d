package io.ottla.controller.formation;

import io.ottla.controller.raft.RaftIdentity;
import java.util.Optional;
import java.util.UUID;

/**
 * What formation makes durable in a controller's directory. Every write is durable on return and atomic under crashes. After an exception of
 * a write it is unknown what is durable: no other may follow in this process (Q42).
 */
public interface FormationStore {
  /** What was agreed to, if anything. */
  Optional<Prepared> prepared();

  /** The quorum this directory belongs to, if any. */
  Optional<RaftIdentity> formed();

  /** Agrees to a proposal under this directory id. */
  void storePrepared(Prepared prepared);

  /** Formats the directory: an empty log, term 0, and last the identity, which makes it a voter if it names itself among them. */
  void storeFormed(RaftIdentity identity);

  /**
   * An agreement.
   *
   * @param directoryId the id of this directory, which it keeps from now on
   */
  record Prepared(UUID directoryId, Proposal proposal) {}
}
