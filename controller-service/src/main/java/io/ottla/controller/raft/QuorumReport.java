package io.ottla.controller.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a voter knows about the quorum at one moment: for status pages, metrics and tests. Immutable, made on the Raft thread.
 *
 * @param self this voter
 * @param role its role
 * @param term its current term
 * @param leader the term's leader if known
 * @param votedFor whom it voted for in this term
 * @param active whether it leads and its term's first entry is committed (Q20)
 * @param confirmed whether it is active and a majority has answered since the last stall; while false no session timer may fire (Q29)
 * @param termStartIndex index of the first entry of the term it leads, 0 on others
 * @param commitIndex its commit index
 * @param firstIndex first index in its log
 * @param lastIndex last index in its log, durable or not
 * @param lastTerm term of that entry
 * @param durableIndex last index forced to its disk
 * @param uncommittedBytes bytes waiting for commit on a leader, 0 on others
 * @param sinceLeaderContactMs milliseconds since a follower last heard its leader, -1 if it never has or leads itself
 * @param voters the voters in force
 * @param votersIndex index of the entry that put them into force, the log's beginning when none did
 * @param snapshot the newest snapshot, or null
 * @param transferring whether a leader is handing over (Q39)
 * @param observers who gets the log from this leader without a vote, with their addresses; empty on others
 * @param peers a leader's view of the others, in order of identity; empty on others
 */
public record QuorumReport(ReplicaKey self, Role role, long term, @Nullable ReplicaKey leader,
    @Nullable ReplicaKey votedFor, boolean active, boolean confirmed, long termStartIndex, long commitIndex,
    long firstIndex, long lastIndex, long lastTerm, long durableIndex, long uncommittedBytes, long sinceLeaderContactMs,
    VoterSet voters, long votersIndex, @Nullable Snapshot snapshot, boolean transferring, List<Voter> observers,
    List<Peer> peers) {
  /** Copies the list. */
  public QuorumReport {
    observers = List.copyOf(observers);
    peers = List.copyOf(peers);
  }

  /** Whether the voters in force are those of an entry that is not known to be committed: it may be truncated, and they with it (Q38). */
  public boolean votersPending() {
    return votersIndex > commitIndex;
  }

  /**
   * One follower in its leader's eyes.
   *
   * @param key the follower or observer
   * @param voter whether it votes; otherwise it observes
   * @param matchIndex up to here its log is known to equal the leader's, durably
   * @param nextIndex the next entry to send
   * @param replicating whether appends are pipelined; otherwise the leader still probes for the matching point
   * @param inFlight appends with entries that wait for an answer
   * @param sinceContactMs milliseconds since the sending of the newest request it answered in this term
   * @param snapshotPercent how much of a snapshot it has received, -1 when none is being sent
   */
  public record Peer(ReplicaKey key, boolean voter, long matchIndex, long nextIndex, boolean replicating, int inFlight,
      long sinceContactMs, int snapshotPercent) {}
}
