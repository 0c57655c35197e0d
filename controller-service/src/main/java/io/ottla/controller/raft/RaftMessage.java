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
   * @param transfer whether the leader itself has asked for this election, so that it is not protected from it (Q15, Q39)
   */
  record VoteRequest(Envelope envelope, long lastLogIndex, long lastLogTerm, boolean transfer) implements Request {}

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
   * A piece of a snapshot, for a follower that lacks entries the leader no longer has (Q34).
   *
   * @param id the snapshot
   * @param position where in its file the bytes begin; 0 begins the transfer
   * @param bytes the piece
   * @param totalBytes size of the whole file
   */
  record SnapshotRequest(Envelope envelope, SnapshotId id, long position, byte[] bytes, long totalBytes)
      implements
        Request {
    /** Rejects pieces outside their file: such a message is malformed, whoever sent it. */
    public SnapshotRequest {
      if (position < 0 || bytes.length == 0 || position > totalBytes - bytes.length) {
        throw new IllegalArgumentException(
            "bytes " + position + "+" + bytes.length + " of a snapshot of " + totalBytes + " bytes");
      }
    }

    /** Whether nothing follows. */
    public boolean isLast() {
      return position + bytes.length == totalBytes;
    }

    @Override
    public String toString() {
      return "SnapshotRequest[" + envelope + ", " + id + "@" + position + "+" + bytes.length + "/" + totalBytes + "]";
    }
  }

  /**
   * Answer to a piece of a snapshot.
   *
   * @param id the snapshot
   * @param nextPosition the position the receiver waits for; 0 also when what it received turned out to be damaged
   * @param installed whether the receiver's log and state include everything the snapshot does, durably
   */
  record SnapshotReply(Envelope envelope, SnapshotId id, long nextPosition, boolean installed) implements Reply {}

  /** "Campaign now": the leader hands over (Q39). */
  record TimeoutNowRequest(Envelope envelope) implements Request {}

  /**
   * Answer to {@link TimeoutNowRequest}.
   *
   * @param campaigning whether the receiver has started an election
   */
  record TimeoutNowReply(Envelope envelope, boolean campaigning) implements Reply {}

  /**
   * "Send me the log": a node that does not vote, or does not know that it does, shows itself (Q3, Q37).
   *
   * @param host host of its internal listener
   * @param port port of its internal listener
   */
  record ObserveRequest(Envelope envelope, String host, int port) implements Request {}

  /**
   * Answer to {@link ObserveRequest}.
   *
   * @param accepted whether the receiver leads and sends the log from now on
   */
  record ObserveReply(Envelope envelope, boolean accepted) implements Reply {}

  /**
   * The request was meant for another cluster, node or disk; nothing was changed by it (Q7).
   *
   * @param reason what did not fit, for logs
   */
  record MisaddressedReply(Envelope envelope, String reason) implements Reply {}
}
