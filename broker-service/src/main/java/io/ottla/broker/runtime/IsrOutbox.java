package io.ottla.broker.runtime;

import io.ottla.broker.replica.IsrProposal;

/** Takes ISR proposals to the controllers and brings the answers back (P24). */
@FunctionalInterface
interface IsrOutbox {
  /** Hands over a proposal; returns at once. Called under the partition's lock. */
  void send(HostedPartition partition, IsrProposal proposal);
}
