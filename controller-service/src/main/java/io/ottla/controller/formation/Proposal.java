package io.ottla.controller.formation;

import io.ottla.controller.raft.VoterSet;

/**
 * The quorum that the coordinator proposes.
 *
 * @param ballot grows with each attempt, so that a delayed older one is recognised
 * @param clusterId id of the cluster to be
 * @param voters all initial voters with their directories
 */
public record Proposal(long ballot, String clusterId, VoterSet voters) {}
