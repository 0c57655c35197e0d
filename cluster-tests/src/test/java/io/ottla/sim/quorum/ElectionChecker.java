package io.ottla.sim.quorum;

import static io.ottla.sim.quorum.QuorumChecker.require;

import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoteResult;
import io.ottla.controller.raft.VoterSet;
import java.util.HashMap;
import java.util.Map;

/** Terms, votes and leaders: I1, I2, I5 at elections, I7. */
final class ElectionChecker {
  private final CommittedLog committed;
  private final Map<Long, Leadership> leaderOfTerm = new HashMap<>();
  private final Map<VoteKey, ReplicaKey> votes = new HashMap<>();
  private final Map<ReplicaKey, Long> newestTerm = new HashMap<>();
  private final Map<ReplicaKey, Long> newestSentTerm = new HashMap<>();
  private long won;

  ElectionChecker(CommittedLog committed) {
    this.committed = committed;
  }

  private record Leadership(ReplicaKey leader, int life) {}

  private record VoteKey(ReplicaKey voter, long term) {}

  long won() {
    return won;
  }

  void started(SimVoter node) {
    long stored = node.durableHardState().term();
    long sent = newestSentTerm.getOrDefault(node.key(), 0L);
    require(stored >= sent, "I7", "node %s restarts in term %d after sending in term %d", node.key(), stored, sent);
    newestTerm.put(node.key(), stored);
  }

  void stepped(SimVoter node, long term) {
    Long before = newestTerm.put(node.key(), term);
    require(before == null || term >= before, "I7", "term of node %s falls from %d to %d", node.key(), before, term);
  }

  void sends(SimVoter node, RaftMessage message) {
    long durable = node.durableHardState().term();
    long term = message.envelope().term();
    require(durable >= term, "I7", "node %s sends in term %d, durable is %d: %s", node.key(), term, durable, message);
    newestSentTerm.merge(node.key(), term, Math::max);
    if (message instanceof RaftMessage.VoteReply reply && reply.result() == VoteResult.GRANTED) {
      gives(node, term, reply.envelope().to());
    } else if (message instanceof RaftMessage.VoteRequest) {
      gives(node, term, node.key());
    }
  }

  private void gives(SimVoter node, long term, ReplicaKey candidate) {
    voted(node.key(), term, candidate);
    require(candidate.equals(node.durableHardState().votedFor()), "I8",
        "node %s gives %s a vote in term %d that is not durable", node.key(), candidate, term);
  }

  /** I2: one vote per directory and term, whatever happened in between. */
  private void voted(ReplicaKey voter, long term, ReplicaKey candidate) {
    ReplicaKey earlier = votes.putIfAbsent(new VoteKey(voter, term), candidate);
    require(earlier == null || earlier.equals(candidate), "I2", "node %s votes for %s after %s in term %d", voter,
        candidate, earlier, term);
  }

  /** I1 and I5: one leader per term, once, by a majority of its voters; and it holds all that earlier terms committed. */
  void leads(SimVoter node, long term) {
    var leadership = new Leadership(node.key(), node.incarnation());
    Leadership known = leaderOfTerm.putIfAbsent(term, leadership);
    require(known == null || known.equals(leadership), "I1", "%s leads term %d, led by %s", leadership, term, known);
    if (known != null) {
      return;
    }
    won++;
    voted(node.key(), term, node.key());
    VoterSet voters = node.directory().trace().voters();
    int votesWon = 0;
    for (Voter voter : voters.voters()) {
      if (node.key().equals(votes.get(new VoteKey(voter.key(), term)))) {
        votesWon++;
      }
    }
    require(votesWon >= voters.majority(), "I1", "node %s leads term %d with %d votes of %s", node.key(), term,
        votesWon, voters);
    long needed = committed.committedBeforeTerm(term);
    require(node.directory().trace().holds(needed, committed.digestAt(needed)), "I5",
        "leader %s of term %d lacks entry %d, committed in an earlier term", node.key(), term, needed);
  }
}
