package io.ottla.controller.raft;

/**
 * Who a controller is and with whom its disk began.
 *
 * @param clusterId id of the cluster its disk was formatted for
 * @param self its node and disk
 * @param voters the voters when the disk was formatted: in force until a snapshot or the log says otherwise (Q5, Q38). Without {@code self}
 *        the disk began as an observer's
 */
public record RaftIdentity(String clusterId, ReplicaKey self, VoterSet voters) {}
