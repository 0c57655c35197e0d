package io.ottla.controller.raft;

/**
 * Who a voter is and with whom it votes.
 *
 * @param clusterId id of the cluster its disk was formatted for
 * @param self its node and disk
 * @param voters the voters, itself among them
 */
public record RaftIdentity(String clusterId, ReplicaKey self, VoterSet voters) {
  /** Only members of the voter set run a voter's core. */
  public RaftIdentity {
    if (!voters.contains(self)) {
      throw new IllegalArgumentException(self + " is not among the voters " + voters);
    }
  }
}
