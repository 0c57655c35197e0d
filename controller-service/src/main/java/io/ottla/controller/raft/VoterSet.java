package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The voters in force, ordered by identity so that every walk over them is deterministic (Q5, Q25).
 *
 * @param voters at least one, distinct node ids
 */
public record VoterSet(List<Voter> voters) {
  /** Sorts and checks: an empty set has no majority, and one node id with two disks would count twice. */
  public VoterSet {
    var sorted = new ArrayList<>(voters);
    sorted.sort(Comparator.comparing(Voter::key));
    Set<Integer> ids = new HashSet<>();
    for (Voter voter : sorted) {
      if (!ids.add(voter.key().nodeId())) {
        throw new IllegalArgumentException("node id " + voter.key().nodeId() + " appears twice among the voters");
      }
    }
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("a voter set needs at least one voter");
    }
    voters = List.copyOf(sorted);
  }

  /** Number of voters. */
  public int size() {
    return voters.size();
  }

  /** The smallest number of voters of which any two groups share a member: floor(n/2) + 1 (Q5). */
  public int majority() {
    return voters.size() / 2 + 1;
  }

  /** Whether this disk, not only this node id, is a voter. */
  public boolean contains(ReplicaKey key) {
    return find(key).isPresent();
  }

  /** The voter with this identity. */
  public Optional<Voter> find(ReplicaKey key) {
    for (Voter voter : voters) {
      if (voter.key().equals(key)) {
        return Optional.of(voter);
      }
    }
    return Optional.empty();
  }

  /** All identities but one's own, in order. */
  public List<ReplicaKey> peersOf(ReplicaKey self) {
    var peers = new ArrayList<ReplicaKey>(voters.size());
    for (Voter voter : voters) {
      if (!voter.key().equals(self)) {
        peers.add(voter.key());
      }
    }
    return List.copyOf(peers);
  }
}
