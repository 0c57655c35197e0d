package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.FollowerState;
import io.ottla.controller.raft.LeaderState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogView;
import io.ottla.controller.raft.QuorumState;
import io.ottla.controller.raft.RaftInvariantException;
import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.Replication;

/** Appends and heartbeats (Q21 to Q23; Raft paper, section 5.3). */
public final class AppendHandler {
  private final QuorumState quorum;
  private final Replication replication;

  /** A handler that works on this voter's state. */
  public AppendHandler(QuorumState quorum, Replication replication) {
    this.quorum = quorum;
    this.replication = replication;
  }

  /** Follows the leader, makes the log equal to its, and acknowledges what is verified and durable. */
  public void onRequest(AppendRequest request) {
    long term = request.envelope().term();
    LogView log = quorum.log();
    if (term < quorum.term()) { // Q21 a: its sender was deposed and learns so from the reply's term
      refuse(request, 0, log.lastIndex() + 1);
      return;
    }
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    }
    if (quorum.role() instanceof LeaderState) {
      throw new RaftInvariantException("two leaders in term " + term + ": this one and " + request.envelope().from());
    }
    FollowerState follower = quorum.follow(request.envelope().from()); // Q21 b
    if (!log.matches(request.prevIndex(), request.prevTerm())) { // Q21 d
      refuseMismatch(request);
      return;
    }
    appendMissing(request);
    long verified = quorum.rules().verifiedIndex(request, log.lastIndex());
    quorum.commitTo(
        quorum.rules().commitAfterAppend(quorum.commitIndex(), request.leaderCommit(), verified, log.lastIndex()));
    long acknowledged = quorum.rules().acknowledgedIndex(verified, log.durableIndex());
    if (acknowledged < verified && !request.isHeartbeat()) {
      follower.hold(request.envelope(), verified); // Q21 f: the storage thread has to catch up first
    } else {
      quorum.send(new AppendReply(quorum.reply(request.envelope()), true, acknowledged, 0, 0));
    }
  }

  private void refuseMismatch(AppendRequest request) {
    LogView log = quorum.log();
    long prevIndex = request.prevIndex();
    if (prevIndex > log.lastIndex()) {
      refuse(request, 0, log.lastIndex() + 1);
      return;
    }
    if (prevIndex <= quorum.commitIndex()) {
      throw new RaftInvariantException(
          "leader " + request.envelope().from() + " has term " + request.prevTerm() + " at committed index "
              + prevIndex + ", this log has " + log.termAt(prevIndex));
    }
    refuse(request, log.termAt(prevIndex), log.firstIndexOfTermAt(prevIndex, quorum.commitIndex()));
  }

  private void refuse(AppendRequest request, long conflictTerm, long conflictIndex) {
    quorum.send(new AppendReply(quorum.reply(request.envelope()), false, 0, conflictTerm, conflictIndex));
  }

  /** Keeps what matches, removes from the first difference on, appends the rest (Q21 e). */
  private void appendMissing(AppendRequest request) {
    LogView log = quorum.log();
    long difference = quorum.rules().firstDifference(request, log);
    if (difference > request.lastIndex()) {
      return;
    }
    if (difference <= log.lastIndex()) {
      quorum.truncateFrom(difference);
    }
    for (LogEntry entry : request.entries().subList((int) (difference - request.prevIndex() - 1),
        request.entries().size())) {
      quorum.append(entry);
    }
  }

  /** Hands a follower's answer to the leader of the term it was given in; answers of other terms are void (Q8). */
  public void onReply(AppendReply reply) {
    long term = reply.envelope().term();
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    } else if (term == quorum.term() && quorum.role() instanceof LeaderState leader) {
      replication.answered(leader, reply);
    }
  }
}
