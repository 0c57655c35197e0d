package io.ottla.sim.quorum;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.VoteResult;
import io.ottla.sim.InvariantViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The quorum's invariants, checked with knowledge of everything at every step, every message and every notice. */
final class QuorumChecker {
  private final List<SimVoter> voters;
  private final Map<Long, Leadership> leaderOfTerm = new HashMap<>();
  private final Map<VoteKey, ReplicaKey> votes = new HashMap<>();
  private final Map<EntryKey, Long> digestOfEntry = new HashMap<>();
  private final List<Long> committed = new ArrayList<>();
  private final NavigableMap<Long, Long> committedInTerm = new TreeMap<>();
  private final List<Long> stateAtIndex = new ArrayList<>();
  private final long[] newestTerm;
  private final long[] newestSentTerm;
  private final long[] commitIndex;
  private long elections;

  QuorumChecker(List<SimVoter> voters, int size) {
    this.voters = voters;
    this.newestTerm = new long[size];
    this.newestSentTerm = new long[size];
    this.commitIndex = new long[size];
  }

  /** Elections won. */
  long elections() {
    return elections;
  }

  /** Entries known to be committed by anybody. */
  long committedIndex() {
    return committed.size();
  }

  long committedDigest(long index) {
    return committed.get((int) index - 1);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not on the class path
  private static void require(boolean holds, String invariant, String message, Object... details) {
    if (!holds) {
      throw new InvariantViolation(invariant, String.format(message, details));
    }
  }

  void started(SimVoter voter) {
    long stored = voter.durableHardState().term();
    require(stored >= newestSentTerm[voter.number()], "I7", "node %d restarts in term %d after sending in term %d",
        voter.number(),
        stored, newestSentTerm[voter.number()]);
    newestTerm[voter.number()] = stored;
    commitIndex[voter.number()] = 0;
  }

  void crashed(SimVoter voter) {
    commitIndex[voter.number()] = 0;
  }

  /** Before the view changes: nothing committed is removed, and a leader (who has not just stepped down) removes nothing at all. */
  void logChanges(SimVoter voter, LogWrite write) {
    if (!write.truncates()) {
      return;
    }
    boolean leads = voter.core().report(voter.nowMs()).role() == Role.LEADER;
    require(!leads, "I4", "leader %d truncates from %d", voter.number(), write.truncateFrom());
    long last = Math.min(committed.size(), voter.view().size());
    for (long index = write.truncateFrom(); index <= last; index++) {
      require(voter.view().get((int) index - 1).digest() != committedDigest(index), "I5",
          "node %d removes committed entry %d",
          voter.number(), index);
    }
  }

  /** I3: an index and a term name one entry and one prefix. */
  void appended(SimVoter voter, Frame frame) {
    LogEntry entry = frame.entry();
    Long known = digestOfEntry.putIfAbsent(new EntryKey(entry.index(), entry.term()), frame.digest());
    require(known == null || known == frame.digest(), "I3",
        "node %d has another entry or prefix at %d:%d than some other node",
        voter.number(), entry.index(), entry.term());
  }

  /**
   * After each step: terms do not fall, and what was committed in it is safe. This is the moment of the commit, since messages of this step may
   * already speak of it.
   */
  void stepped(SimVoter voter, long term, List<RaftNotice> notices) {
    require(term >= newestTerm[voter.number()], "I7", "term of node %d falls from %d to %d", voter.number(),
        newestTerm[voter.number()], term);
    newestTerm[voter.number()] = term;
    for (RaftNotice notice : notices) {
      if (notice instanceof RaftNotice.CommitAdvanced advanced) {
        commits(voter, advanced.commitIndex());
      }
    }
  }

  /** What leaves a node has to be durable there at that moment. */
  void sends(SimVoter voter, RaftMessage message) {
    HardState durable = voter.durableHardState();
    long term = message.envelope().term();
    require(durable.term() >= term, "I7", "node %d sends in term %d, durable is %d: %s", voter.number(), term,
        durable.term(), message);
    newestSentTerm[voter.number()] = Math.max(newestSentTerm[voter.number()], term);
    switch (message) {
      case RaftMessage.VoteReply reply -> {
        if (reply.result() == VoteResult.GRANTED) {
          voted(voter, term, reply.envelope().to());
        }
      }
      case RaftMessage.VoteRequest _ -> voted(voter, term, voter.identity().self());
      case RaftMessage.AppendReply reply -> {
        if (reply.success()) {
          acknowledges(voter, reply.matchIndex());
        }
      }
      case RaftMessage.PreVoteRequest _,RaftMessage.PreVoteReply _,RaftMessage.AppendRequest _,RaftMessage.MisaddressedReply _ ->
        {
        }
    }
  }

  /** I2: one vote per voter and term, whatever happened in between; and the vote is on disk before anyone learns of it. */
  private void voted(SimVoter voter, long term, ReplicaKey candidate) {
    ReplicaKey earlier = votes.putIfAbsent(new VoteKey(voter.number(), term), candidate);
    require(earlier == null || earlier.equals(candidate), "I2", "node %d votes for %s after %s in term %d",
        voter.number(), candidate,
        earlier, term);
  }

  /** I8: what is acknowledged survives a crash right after the sending. */
  private void acknowledges(SimVoter voter, long matchIndex) {
    require(voter.logFile().safeLength() >= matchIndex, "I8", "node %d acknowledges %d with %d durable", voter.number(),
        matchIndex,
        voter.logFile().safeLength());
  }

  /** A role is held from the moment when its term and vote are durable. */
  void noticed(SimVoter voter, RaftNotice notice) {
    if (notice instanceof RaftNotice.RoleChanged changed && changed.role() == Role.LEADER) {
      leads(voter, changed.term());
    }
  }

  /** I1 and I5: one leader per term, once, and it holds all that earlier terms committed. */
  private void leads(SimVoter voter, long term) {
    var leadership = new Leadership(voter.number(), voter.incarnation());
    Leadership known = leaderOfTerm.putIfAbsent(term, leadership);
    require(known == null || known.equals(leadership), "I1", "%s leads term %d, led by %s", leadership, term, known);
    if (known != null) {
      return;
    }
    elections++;
    long needed = 0;
    for (long index : committedInTerm.headMap(term).values()) {
      needed = Math.max(needed, index);
    }
    require(holds(voter, needed), "I5", "leader %d of term %d lacks entry %d, committed in an earlier term",
        voter.number(), term,
        needed);
  }

  private boolean holds(SimVoter voter, long index) {
    return index == 0
        || (voter.view().size() >= index && voter.view().get((int) index - 1).digest() == committedDigest(index));
  }

  /** I6, I7, I9: commits agree, never fall, and are on the disks of a majority when the leader makes them. */
  private void commits(SimVoter voter, long index) {
    long before = commitIndex[voter.number()];
    require(index > before, "I7", "commit index of node %d goes from %d to %d", voter.number(), before, index);
    require(voter.view().size() >= index, "I6", "node %d commits %d beyond its log", voter.number(), index);
    boolean leads = voter.core().report(voter.nowMs()).role() == Role.LEADER;
    for (long at = before + 1; at <= index; at++) {
      long digest = voter.view().get((int) at - 1).digest();
      if (at <= committed.size()) {
        require(committedDigest(at) == digest, "I6", "node %d commits another entry at %d than was committed before",
            voter.number(), at);
      } else {
        require(leads, "I6", "follower %d commits %d, which no leader has committed", voter.number(), at);
        committed.add(digest);
      }
    }
    commitIndex[voter.number()] = index;
    if (leads) {
      requireMajority(voter, index);
      requireNobodyElectableWithout(index);
      committedInTerm.merge(newestTerm[voter.number()], index, Math::max);
      requireInNewerLeaders(newestTerm[voter.number()], index);
    }
  }

  private void requireMajority(SimVoter leader, long index) {
    int copies = 0;
    for (SimVoter voter : voters) {
      if (voter.logFile().safeLength() >= index
          && voter.logFile().get((int) index - 1).digest() == committedDigest(index)) {
        copies++;
      }
    }
    require(copies >= leader.identity().voters().majority(), "I9", "node %d commits %d with %d durable copies",
        leader.number(), index,
        copies);
  }

  /** I5, looking ahead: a voter that lacks a committed entry must not be able to win, whoever crashes now. */
  private void requireNobodyElectableWithout(long index) {
    for (SimVoter candidate : voters) {
      if (!holds(candidate, index)) {
        Position last = Position.of(candidate.view().isEmpty() ? null : candidate.view().getLast());
        long willing = voters.stream().filter(voter -> !Position.durableOf(voter).isNewerThan(last)).count();
        require(willing < candidate.identity().voters().majority(), "I5",
            "node %d could be elected without committed entry %d",
            candidate.number(), index);
      }
    }
  }

  private void requireInNewerLeaders(long term, long index) {
    for (SimVoter voter : voters) {
      if (voter.isUp() && newestTerm[voter.number()] > term
          && voter.core().report(voter.nowMs()).role() == Role.LEADER) {
        require(holds(voter, index), "I5", "leader %d of term %d lacks entry %d, committed in term %d", voter.number(),
            newestTerm[voter.number()], index, term);
      }
    }
  }

  /** I6 and I13: every state machine passes through the same states. */
  void applied(SimVoter voter, LogEntry entry) {
    require(entry.index() == voter.appliedIndex(), "I6", "node %d applies %s as number %d", voter.number(), entry,
        voter.appliedIndex());
    if (entry.index() > stateAtIndex.size()) {
      stateAtIndex.add(voter.stateDigest());
    }
    require(stateAtIndex.get((int) entry.index() - 1) == voter.stateDigest(), "I13", "node %d has another state at %d",
        voter.number(),
        entry.index());
  }

  /** The end of a log, as elections compare it. */
  private record Position(long term, long index) {
    static Position of(@Nullable Frame last) {
      return last == null ? new Position(0, 0) : new Position(last.entry().term(), last.entry().index());
    }

    static Position durableOf(SimVoter voter) {
      int length = voter.logFile().safeLength();
      return of(length == 0 ? null : voter.logFile().get(length - 1));
    }

    boolean isNewerThan(Position other) {
      return term > other.term || (term == other.term && index > other.index);
    }
  }

  private record Leadership(int node, int life) {}

  private record VoteKey(int voter, long term) {}

  private record EntryKey(long index, long term) {}
}
