package io.ottla.controller.raft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The voters in force, ordered by identity so that every walk over them is deterministic (Q5, Q25). One node id may appear twice with
 * different disks: that is how a disk is replaced, new one in, then old one out (Q37).
 *
 * @param voters at least one, distinct identities
 */
public record VoterSet(List<Voter> voters) {
  /** Sorts and checks: an empty set has no majority, and one disk would count twice. */
  public VoterSet {
    var sorted = new ArrayList<>(voters);
    sorted.sort(Comparator.comparing(Voter::key));
    Set<ReplicaKey> keys = new HashSet<>();
    for (Voter voter : sorted) {
      if (!keys.add(voter.key())) {
        throw new IllegalArgumentException(voter.key() + " appears twice among the voters");
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

  /** This set and one more voter. */
  public VoterSet with(Voter voter) {
    var more = new ArrayList<>(voters);
    more.add(voter);
    return new VoterSet(more);
  }

  /** This set without one of its voters; at least one other must remain. */
  public VoterSet without(ReplicaKey key) {
    return new VoterSet(voters.stream().filter(voter -> !voter.key().equals(key)).toList());
  }

  /** Payload of a {@link EntryType#VOTER_SET} entry: a JSON array of {@code "id@host:port/directory"}. */
  public byte[] encode() {
    var json = new StringBuilder("[");
    for (Voter voter : voters) {
      json.append(json.length() > 1 ? ",\"" : "\"").append(voter.encode()).append('"');
    }
    return json.append(']').toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  public static VoterSet decode(byte[] payload) {
    String text = new String(payload, StandardCharsets.UTF_8);
    if (text.length() < 4 || !text.startsWith("[\"") || !text.endsWith("\"]")) {
      throw new IllegalArgumentException("not a voter set: " + text);
    }
    var voters = new ArrayList<Voter>();
    for (String one : text.substring(2, text.length() - 2).split("\",\"", -1)) {
      voters.add(Voter.decode(one));
    }
    return new VoterSet(voters);
  }
}
