package io.ottla.controller.raft;

import java.util.List;

/**
 * The messages of the quorum (Q9). Each request gets at most one reply; a lost reply is a lost message and nothing else. Any of them may be
 * lost, repeated, delayed or overtaken.
 */
public sealed interface RaftMessage {
  /** Addresses, term and request id. */
  Envelope envelope();

  /** A message that asks for a reply. */
  sealed interface Request extends RaftMessage {}

  /** A message that answers a request; its envelope repeats the request's id. */
  sealed interface Reply extends RaftMessage {}

  /**
   * "Would you vote for me?" (Q10). Nobody adopts a term from it.
   *
   * @param proposedTerm the term the sender would campaign in
   * @param lastLogIndex index of the sender's last entry
   * @param lastLogTerm term of the sender's last entry
   */
  record PreVoteRequest(Envelope envelope, long proposedTerm, long lastLogIndex, long lastLogTerm) implements Request {}

  /**
   * Answer to a pre-vote; the envelope carries the receiver's real term, by which a lagging sender catches up (Q12).
   *
   * @param granted whether the receiver would vote
   */
  record PreVoteReply(Envelope envelope, boolean granted) implements Reply {}

  /**
   * A real vote request in the envelope's term (Q14).
   *
   * @param lastLogIndex index of the candidate's last entry
   * @param lastLogTerm term of the candidate's last entry
   */
  record VoteRequest(Envelope envelope, long lastLogIndex, long lastLogTerm) implements Request {}

  /**
   * Answer to a vote request. A disregarded request (Q15) is answered in the receiver's own, lower term.
   *
   * @param result granted, refused, or not looked at
   */
  record VoteReply(Envelope envelope, VoteResult result) implements Reply {}

  /**
   * Entries to append after {@code prevIndex}; also the heartbeat, with no entries (Q21).
   *
   * @param prevIndex index before the first entry
   * @param prevTerm term at {@code prevIndex}
   * @param entries contiguous, from {@code prevIndex + 1}
   * @param leaderCommit the leader's commit index
   */
  record AppendRequest(Envelope envelope, long prevIndex, long prevTerm, List<LogEntry> entries, long leaderCommit)
      implements
        Request {
    /** Rejects entries that are not contiguous or newer than their sender: such a message is malformed, whoever sent it. */
    public AppendRequest {
      entries = List.copyOf(entries);
      long index = prevIndex;
      long term = prevTerm;
      for (LogEntry entry : entries) {
        if (entry.index() != ++index || entry.term() < term || entry.term() > envelope.term()) {
          throw new IllegalArgumentException(
              "entry " + entry + " cannot follow " + (index - 1) + ":" + term + " in term "
                  + envelope.term());
        }
        term = entry.term();
      }
    }

    /** Whether this must not wait behind bulk traffic: transports send it on its own connection (Q48). */
    public boolean isHeartbeat() {
      return entries.isEmpty();
    }

    /** The last index this request speaks about. */
    public long lastIndex() {
      return prevIndex + entries.size();
    }
  }

  /**
   * Answer to an append.
   *
   * @param success whether {@code prevIndex} matched
   * @param matchIndex on success: up to here the receiver's log is verified equal to the leader's AND durable (Q21 h); otherwise 0
   * @param conflictTerm on a refusal: term found at {@code prevIndex}, or 0 when the log ends before it
   * @param conflictIndex on a refusal: first index of {@code conflictTerm}, or the receiver's last index + 1
   */
  record AppendReply(Envelope envelope, boolean success, long matchIndex, long conflictTerm, long conflictIndex)
      implements
        Reply {}

  /**
   * The request was meant for another cluster, node or disk; nothing was changed by it (Q7).
   *
   * @param reason what did not fit, for logs
   */
  record MisaddressedReply(Envelope envelope, String reason) implements Reply {}
}
