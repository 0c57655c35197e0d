package io.ottla.controller.raft;

import java.util.Set;
import java.util.TreeSet;

/** A leader's side of snapshots: sends one, piece by piece, to whoever lacks entries that the log no longer has (Q34; paper §7). */
final class SnapshotSender {
  private final QuorumState quorum;

  SnapshotSender(QuorumState quorum) {
    this.quorum = quorum;
  }

  /** Sends the next piece, if none is on its way; begins with the newest snapshot when nothing was sent yet. */
  void send(PeerProgress peer) {
    if (!peer.mayTransfer(quorum.nowMs(), quorum.config().snapshotChunkTimeoutMs())) {
      return;
    }
    PeerProgress.Transfer transfer = peer.transfer();
    if (transfer == null) {
      Snapshot newest = quorum.snapshots().newest().orElseThrow(() -> new RaftInvariantException(
          "the log begins at " + quorum.log().firstIndex() + " and there is no snapshot for " + peer.key()));
      transfer = peer.startTransfer(newest);
    }
    Snapshot snapshot = transfer.snapshot();
    byte[] bytes = quorum.snapshots().read(snapshot.id(), transfer.position(), quorum.config().snapshotChunkBytes());
    var request = new RaftMessage.SnapshotRequest(quorum.request(peer.key()), snapshot.id(), transfer.position(), bytes,
        snapshot.sizeInBytes());
    transfer.sent(request.envelope().requestId(), request.isLast(), quorum.nowMs());
    quorum.send(request);
  }

  /** Goes on where the follower wants it, or back to entries when the snapshot is installed there. */
  void answered(PeerProgress peer, RaftMessage.SnapshotReply reply) {
    PeerProgress.Transfer transfer = peer.transfer();
    if (transfer == null || !transfer.awaits(reply.envelope().requestId())) {
      return;
    }
    peer.pieceAnswered(reply.envelope().requestId(), transfer.sentAtMs());
    Snapshot snapshot = transfer.snapshot();
    if (reply.installed()) {
      peer.endTransfer();
      peer.matched(snapshot.id().lastIndex(), true, quorum.nextRequestId());
    } else if (transfer.isRefusedBy(reply.nextPosition())) {
      // What it is sent next is the newest snapshot, perhaps another one by then.
      peer.transferRefused(quorum.nowMs() + quorum.config().snapshotChunkTimeoutMs());
      quorum.notices().add(new RaftNotice.SnapshotRefused(peer.key(), snapshot.id()));
    } else {
      boolean inside = reply.nextPosition() < snapshot.sizeInBytes();
      transfer.continueAt(inside ? reply.nextPosition() : 0);
    }
  }

  /** Snapshots that must not be removed because they are being sent (Q33). */
  static Set<SnapshotId> inUse(RoleState role) {
    var inUse = new TreeSet<SnapshotId>();
    if (role instanceof LeaderState leader) {
      for (PeerProgress peer : leader.peers()) {
        PeerProgress.Transfer transfer = peer.transfer();
        if (transfer != null) {
          inUse.add(transfer.snapshot().id());
        }
      }
    }
    return inUse;
  }
}
