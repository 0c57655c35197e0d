package io.ottla.sim.quorum;

import static io.ottla.sim.quorum.QuorumChecker.require;

import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commits: I5 ahead of elections, I6, I7, I8 across restarts, I9. */
final class CommitChecker {
  private final List<SimVoter> nodes;
  private final CommittedLog committed;
  private final Map<ReplicaKey, Long> commitIndex = new HashMap<>();
  private final Map<ReplicaKey, SimDirectory> retired = new HashMap<>();
  private final Map<ReplicaKey, Long> counted = new HashMap<>();

  CommitChecker(List<SimVoter> nodes, CommittedLog committed) {
    this.nodes = nodes;
    this.committed = committed;
  }

  long commitIndex(SimVoter node) {
    return commitIndex.getOrDefault(node.key(), 0L);
  }

  void retired(SimDirectory directory) {
    retired.put(directory.key(), directory);
  }

  /** A snapshot holds committed entries only, and so does what was dropped from the log; what counted for a commit is still there. */
  void started(SimVoter node) {
    LogTrace trace = node.directory().trace();
    long start = trace.start().index();
    require(start <= committed.lastIndex() && trace.start().digest() == committed.digestAt(start), "I6",
        "the log of node %s begins behind %d, which is not what was committed", node.key(), start);
    long index = counted.getOrDefault(node.key(), 0L);
    require(node.directory().durablyHolds(index, committed.digestAt(index)), "I8",
        "node %s has lost entry %d, which it held when it was committed", node.key(), index);
    commitIndex.put(node.key(), node.state().index());
  }

  /** A snapshot has replaced a node's log and state. */
  void installed(SimVoter node, SnapshotId id) {
    require(id.lastIndex() > commitIndex(node), "I7", "snapshot %s takes node %s back from %d", id, node.key(),
        commitIndex(node));
    commitIndex.put(node.key(), id.lastIndex());
  }

  /** I6, I7, I9: commits agree, never fall, and are on the disks of a majority when the leader makes them. */
  void advanced(SimVoter node, boolean led, long term, long index) {
    LogTrace trace = node.directory().trace();
    long before = commitIndex(node);
    require(index > before, "I7", "commit index of node %s goes from %d to %d", node.key(), before, index);
    require(trace.lastIndex() >= index, "I6", "node %s commits %d beyond its log", node.key(), index);
    for (long at = Math.max(before, trace.start().index()) + 1; at <= index; at++) {
      if (at <= committed.lastIndex()) {
        require(committed.digestAt(at) == trace.digestAt(at), "I6",
            "node %s commits another entry at %d than was committed before", node.key(), at);
      } else {
        require(led, "I6", "follower %s commits %d, which no leader has committed", node.key(), at);
        committed.add(trace.frame(at));
      }
    }
    commitIndex.put(node.key(), index);
    if (led) {
      requireMajority(node, index);
      requireNobodyElectableWithout(index);
      committed.committedInTerm(term, index);
      requireInNewerLeaders(term, index);
    }
  }

  private @Nullable SimDirectory directoryOf(ReplicaKey key) {
    SimDirectory present = nodes.get(key.nodeId()).directory();
    return present.key().equals(key) ? present : retired.get(key);
  }

  private void requireMajority(SimVoter leader, long index) {
    VoterSet voters = leader.directory().trace().voters();
    int copies = 0;
    for (Voter voter : voters.voters()) {
      SimDirectory directory = directoryOf(voter.key());
      if (directory != null && directory.durablyHolds(index, committed.digestAt(index))) {
        copies++;
        counted.put(voter.key(), index);
      }
    }
    require(copies >= voters.majority(), "I9", "node %s commits %d with %d durable copies among %s", leader.key(),
        index, copies, voters);
  }

  /** I5, looking ahead: a node that lacks a committed entry must not be able to win, whoever crashes now; who observes may campaign too (Q17). */
  private void requireNobodyElectableWithout(long index) {
    for (SimVoter candidate : nodes) {
      LogTrace trace = candidate.directory().trace();
      VoterSet voters = trace.voters();
      if (trace.holds(index, committed.digestAt(index))) {
        continue;
      }
      Position last = trace.last();
      int willing = 0;
      for (Voter voter : voters.voters()) {
        SimDirectory directory = nodes.get(voter.key().nodeId()).directory();
        if (directory.key().equals(voter.key()) && !directory.durablePosition().isNewerThan(last)) {
          willing++;
        }
      }
      require(willing < voters.majority(), "I5", "node %s could be elected without committed entry %d", candidate.key(),
          index);
    }
  }

  private void requireInNewerLeaders(long term, long index) {
    for (SimVoter node : nodes) {
      if (node.isUp() && node.leads() && node.term() > term) {
        require(node.directory().trace().holds(index, committed.digestAt(index)), "I5",
            "leader %s lacks entry %d, committed in term %d", node.key(), index, term);
      }
    }
  }
}
