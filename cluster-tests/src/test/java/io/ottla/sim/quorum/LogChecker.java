package io.ottla.sim.quorum;

import static io.ottla.sim.quorum.QuorumChecker.require;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Logs and what is said about them: I3, I4, I5 at truncations, I8, I12. */
final class LogChecker {
  private final CommittedLog committed;
  private final Map<Position, Long> digestOfEntry = new HashMap<>();

  LogChecker(CommittedLog committed) {
    this.committed = committed;
  }

  /** What a start finds is what was written: the same entries behind the same prefix. */
  void started(SimVoter node) {
    LogTrace trace = node.directory().trace();
    for (long index = trace.start().index() + 1; index <= trace.lastIndex(); index++) {
      Frame frame = trace.frame(index);
      Long known = digestOfEntry.get(new Position(frame.entry().term(), index));
      require(known != null && known == frame.digest(), "I3",
          "node %s finds another entry or prefix at %d:%d than was written",
          node.key(), index, frame.entry().term());
    }
  }

  /** Before the view changes: nothing committed is removed, and a leader removes nothing at all. */
  void changes(SimVoter node, boolean leads, LogWrite write) {
    SnapshotId reset = write.resetTo();
    if (reset != null) {
      removes(node, leads, reset.lastIndex() + 1);
    }
    if (write.truncates()) {
      removes(node, leads, write.truncateFrom());
    }
  }

  private void removes(SimVoter node, boolean leads, long from) {
    require(!leads, "I4", "leader %s removes entries from %d on", node.key(), from);
    LogTrace trace = node.directory().trace();
    long last = Math.min(committed.lastIndex(), trace.lastIndex());
    for (long index = Math.max(from, trace.start().index() + 1); index <= last; index++) {
      require(trace.digestAt(index) != committed.digestAt(index), "I5", "node %s removes committed entry %d",
          node.key(), index);
    }
  }

  /** I3: an index and a term name one entry and one prefix. */
  void appended(SimVoter node, Frame frame, VoterSet votersBefore, long votersIndex, long commitIndex) {
    LogEntry entry = frame.entry();
    Long known = digestOfEntry.putIfAbsent(new Position(entry.term(), entry.index()), frame.digest());
    require(known == null || known == frame.digest(), "I3",
        "node %s has another entry or prefix at %d:%d than some other node", node.key(), entry.index(), entry.term());
    if (known == null && entry.type() == EntryType.VOTER_SET) {
      votersChange(node, entry, votersBefore, votersIndex, commitIndex);
    }
  }

  /** I12 and Q37: by one voter, one change at a time, by a leader whose term has committed something. */
  private void votersChange(SimVoter node, LogEntry entry, VoterSet before, long votersIndex, long commitIndex) {
    Set<ReplicaKey> difference = new HashSet<>();
    before.voters().forEach(voter -> difference.add(voter.key()));
    for (Voter voter : VoterSet.decode(entry.payload()).voters()) {
      if (!difference.remove(voter.key())) {
        difference.add(voter.key());
      }
    }
    require(difference.size() == 1, "I12", "voters change by %s at %d", difference, entry.index());
    require(votersIndex <= commitIndex, "I12", "node %s changes the voters at %d before %d is committed", node.key(),
        entry.index(), votersIndex);
    require(committed.anyInTerm(entry.term()), "I12",
        "node %s changes the voters at %d before term %d has committed anything", node.key(), entry.index(),
        entry.term());
  }

  /** I8: what is acknowledged survives a crash right after the sending. */
  void sends(SimVoter node, RaftMessage message) {
    if (message instanceof RaftMessage.AppendReply reply && reply.success()) {
      acknowledges(node, reply.matchIndex());
    } else if (message instanceof RaftMessage.SnapshotReply reply && reply.installed()) {
      acknowledges(node, reply.id().lastIndex());
    }
  }

  private void acknowledges(SimVoter node, long index) {
    long durable = node.directory().durableIndex();
    require(durable >= index, "I8", "node %s acknowledges %d with %d durable", node.key(), index, durable);
  }
}
