package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LeaderState;
import io.ottla.controller.raft.QuorumState;
import io.ottla.controller.raft.RaftInput.SnapshotPieceStored;
import io.ottla.controller.raft.RaftInput.SnapshotReceived;
import io.ottla.controller.raft.RaftInvariantException;
import io.ottla.controller.raft.RaftMessage.SnapshotReply;
import io.ottla.controller.raft.RaftMessage.SnapshotRequest;
import io.ottla.controller.raft.Replication;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.SnapshotWrite;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots from a leader (Q34; Raft paper, section 7). Pieces are kept by the storage thread as they come, and each is answered when it is
 * written, so that no more than one waits for a slow disk; the last one only when the whole snapshot is verified and durable and has taken the
 * log's place. The log serves on until then.
 */
public final class SnapshotHandler {
  private final QuorumState quorum;
  private final Replication replication;
  private @Nullable Incoming incoming;

  /** A handler that works on this node's state. */
  public SnapshotHandler(QuorumState quorum, Replication replication) {
    this.quorum = quorum;
    this.replication = replication;
  }

  /** A snapshot on its way in: how much of it is here, whether the storage thread is still busy with it, and who waits for the word. */
  private static final class Incoming {
    private final SnapshotId id;
    private long received;
    private boolean storing;
    private boolean completing;
    private @Nullable Envelope newestRequest;

    Incoming(SnapshotId id) {
      this.id = id;
    }
  }

  /** Follows the leader, keeps a piece that fits, and says which one comes next. */
  public void onRequest(SnapshotRequest request) {
    long term = request.envelope().term();
    if (term < quorum.term()) {
      reply(request.envelope(), request.id(), 0, false);
      return;
    }
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    }
    if (quorum.role() instanceof LeaderState) {
      throw new RaftInvariantException("two leaders in term " + term + ": this one and " + request.envelope().from());
    }
    quorum.follow(request.envelope().from());
    if (request.id().lastIndex() <= Math.min(quorum.commitIndex(), quorum.log().durableIndex())) {
      reply(request.envelope(), request.id(), 0, true); // committed alone would not do: a crash could take it back
      return;
    }
    receive(request);
  }

  private void receive(SnapshotRequest request) {
    Incoming current = incoming;
    if (current == null || !current.id.equals(request.id())) {
      if (request.position() != 0) {
        reply(request.envelope(), request.id(), 0, false);
        return;
      }
      current = new Incoming(request.id());
      incoming = current;
    }
    if (current.storing) {
      current.newestRequest = request.envelope(); // the same piece once more, or another attempt: the answer says what to send next
      return;
    }
    if (request.position() == 0) {
      current.received = 0; // begins anew, whatever was here
    }
    if (!quorum.rules().pieceFits(current.received, request.position())) {
      reply(request.envelope(), request.id(), current.received, false);
      return;
    }
    quorum.write(new SnapshotWrite.Receive(request.id(), request.position(), request.bytes()));
    current.received += request.bytes().length;
    current.storing = true;
    current.newestRequest = request.envelope();
    if (request.isLast()) {
      current.completing = true;
      quorum.write(new SnapshotWrite.Complete(request.id(), request.totalBytes()));
    }
  }

  /** The storage thread has written a piece: there is room for the next one. */
  public void pieceStored(SnapshotPieceStored piece) {
    Incoming current = incoming;
    if (current != null && current.id.equals(piece.id()) && current.received == piece.endPosition()
        && !current.completing) {
      current.storing = false;
      answer(current, current.received, false);
    }
  }

  /** The storage thread has verified what was received, or found it damaged. */
  public void received(SnapshotReceived result) {
    Snapshot snapshot = result.snapshot();
    if (snapshot != null) {
      quorum.install(snapshot);
    }
    Incoming current = incoming;
    if (current == null || !current.id.equals(result.id())) {
      return;
    }
    incoming = null;
    answer(current, 0, snapshot != null);
  }

  /** Answers the newest request, if its sender still leads. */
  private void answer(Incoming current, long nextPosition, boolean installed) {
    Envelope waiting = current.newestRequest;
    if (waiting != null && waiting.term() == quorum.term() && waiting.from().equals(quorum.role().leader())) {
      reply(waiting, current.id, nextPosition, installed);
    }
  }

  private void reply(Envelope request, SnapshotId id, long nextPosition, boolean installed) {
    quorum.send(new SnapshotReply(quorum.reply(request), id, nextPosition, installed));
  }

  /** Hands a follower's answer to the leader of the term it was given in; answers of other terms are void (Q8). */
  public void onReply(SnapshotReply reply) {
    long term = reply.envelope().term();
    if (term > quorum.term()) {
      quorum.adoptTerm(term);
    } else if (term == quorum.term() && quorum.role() instanceof LeaderState leader) {
      replication.answered(leader, reply);
    }
  }
}
