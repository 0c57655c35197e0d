package io.ottla.controller.raft.rpc;

import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LeaderState;
import io.ottla.controller.raft.QuorumState;
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
 * Snapshots from a leader (Q34; Raft paper, section 7). Pieces are kept by the storage thread as they come; the last one is answered only when
 * the whole snapshot is verified and durable and has taken the log's place. The log serves on until then.
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

  /** A snapshot on its way in: how much of it is here, and, once that is all, who waits for the word. */
  private static final class Incoming {
    private final SnapshotId id;
    private long received;
    private boolean completing;
    private @Nullable Envelope lastRequest;

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
    if (current.completing) {
      current.lastRequest = request.envelope(); // the last piece once more: the answer goes to the newest request
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
    if (request.isLast()) {
      current.completing = true;
      current.lastRequest = request.envelope();
      quorum.write(new SnapshotWrite.Complete(request.id(), request.totalBytes()));
    } else {
      reply(request.envelope(), request.id(), current.received, false);
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
    Envelope waiting = current.lastRequest;
    if (waiting != null && waiting.term() == quorum.term() && waiting.from().equals(quorum.role().leader())) {
      reply(waiting, result.id(), 0, snapshot != null);
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
