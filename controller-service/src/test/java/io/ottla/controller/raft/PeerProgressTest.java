package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a leader knows of one follower: probing, a window of appends, or a snapshot on its way (Q4, Q23, Q34, Q48). */
final class PeerProgressTest {
  private static final RaftConfig CONFIG = RaftConfig.DEFAULT;
  private static final Snapshot SNAPSHOT = new Snapshot(new SnapshotId(20, 3), voters(1, 3), 1_000);

  private final PeerProgress peer = new PeerProgress(key(2), 10, 0);

  private static AppendRequest append(long requestId, long prevIndex, int entries) {
    var list = new java.util.ArrayList<LogEntry>();
    for (long index = prevIndex + 1; index <= prevIndex + entries; index++) {
      list.add(entry(index, 1));
    }
    return new AppendRequest(new Envelope("c", key(1), key(2), 1, requestId), prevIndex, 1, list, 0);
  }

  @Test
  void peerIsProbedWithOneAppendUntilOneSucceeds() {
    peer.sent(append(1, 9, 2), 100, 5);
    assertThat(peer.hasRoom(CONFIG)).isFalse();
    assertThat(peer.nextIndex()).isEqualTo(10);
    peer.answered(1);
    peer.matched(11, true, 1);
    assertThat(peer.isReplicating()).isTrue();
    assertThat(peer.nextIndex()).isEqualTo(12);
    assertThat(peer.lastAckedSendTimeMs()).isEqualTo(5);
    assertThat(peer.lastAckedRequestId()).isEqualTo(1);
  }

  @Test
  void transferStopsAppendsForgetsThoseInFlightAndBeginsAtTheStart() {
    peer.matched(9, true, 1);
    peer.sent(append(1, 9, 2), 100, 5);
    assertThat(peer.nextIndex()).isEqualTo(12);
    PeerProgress.Transfer transfer = peer.startTransfer(SNAPSHOT);
    assertThat(transfer.position()).isZero();
    assertThat(peer.hasRoom(CONFIG)).isFalse();
    assertThat(peer.bulkInFlight()).isZero();
    assertThat(peer.isReplicating()).isFalse();
    assertThat(peer.answered(1)).isNull();
    assertThat(peer.report(7, true).snapshotPercent()).isZero();
  }

  @Test
  void pieceIsSentOneAtATimeAndAgainAfterItsTimeout() {
    PeerProgress.Transfer transfer = peer.startTransfer(SNAPSHOT);
    assertThat(peer.mayTransfer(100, 50)).isTrue();
    transfer.sent(7, false, 100);
    assertThat(peer.mayTransfer(149, 50)).isFalse();
    assertThat(peer.mayTransfer(150, 50)).isTrue();
    assertThat(transfer.awaits(7)).isTrue();
    transfer.sent(8, false, 150);
    assertThat(transfer.awaits(7)).isFalse();
    assertThat(transfer.awaits(8)).isTrue();
    transfer.continueAt(250);
    assertThat(transfer.awaits(8)).isFalse();
    assertThat(peer.mayTransfer(150, 50)).isTrue();
    assertThat(peer.report(150, true).snapshotPercent()).isEqualTo(25);
  }

  @Test
  void lostPieceWaitsForTheNextAnswerAndOtherLossesDoNotTouchIt() {
    PeerProgress.Transfer transfer = peer.startTransfer(SNAPSHOT);
    transfer.sent(7, false, 100);
    peer.lost(6);
    assertThat(transfer.awaits(7)).isTrue();
    peer.lost(7);
    assertThat(transfer.awaits(7)).isFalse();
    assertThat(peer.mayTransfer(101, 50)).isFalse();
    peer.answered(5);
    assertThat(peer.mayTransfer(101, 50)).isTrue();
  }

  @Test
  void endedTransferLeadsBackToAWindowBehindTheSnapshot() {
    peer.startTransfer(SNAPSHOT);
    peer.endTransfer();
    peer.matched(20, true, 1);
    assertThat(peer.matchIndex()).isEqualTo(20);
    assertThat(peer.nextIndex()).isEqualTo(21);
    assertThat(peer.isReplicating()).isTrue();
    assertThat(peer.hasRoom(CONFIG)).isTrue();
    assertThat(peer.report(0, false).snapshotPercent()).isEqualTo(-1);
  }

  @Test
  void matchNeverFallsAndNextStaysAboveIt() {
    peer.matched(30, true, 1);
    peer.matched(20, true, 1);
    assertThat(peer.matchIndex()).isEqualTo(30);
    peer.probeFrom(5);
    assertThat(peer.nextIndex()).isEqualTo(31);
  }

  @Test
  void windowIsBoundedInNumberAndBytesAndEmptiesWithAnswersAndLosses() {
    peer.matched(9, true, 1);
    for (int at = 0; at < CONFIG.maxInFlight(); at++) {
      assertThat(peer.hasRoom(CONFIG)).isTrue();
      peer.sent(append(at, 9 + at, 1), 100, at);
    }
    assertThat(peer.hasRoom(CONFIG)).isFalse();
    peer.answered(0);
    assertThat(peer.hasRoom(CONFIG)).isTrue();
    peer.sent(append(50, 9 + CONFIG.maxInFlight(), 1), CONFIG.maxInFlightBytes(), 9);
    peer.answered(1);
    assertThat(peer.hasRoom(CONFIG)).isFalse();
    assertThat(peer.roomInBytes(CONFIG)).isEqualTo(1);
    peer.expire(9 + CONFIG.appendTimeoutMs(CONFIG.maxInFlightBytes()), CONFIG);
    assertThat(peer.bulkInFlight()).isZero();
    assertThat(peer.isReplicating()).isFalse();
    assertThat(peer.nextIndex()).isEqualTo(10);
    assertThat(peer.roomInBytes(CONFIG)).isEqualTo(CONFIG.maxAppendBytes());
  }

  @Test
  void answersToHeartbeatsAreContactButDoNotEndTheProbing() {
    peer.sent(append(3, 9, 0), 0, 40);
    assertThat(peer.answered(3)).isNotNull();
    peer.matched(0, false, 1);
    assertThat(peer.isReplicating()).isFalse();
    assertThat(peer.lastAckedSendTimeMs()).isEqualTo(40);
    assertThat(peer.answered(3)).isNull();
    assertThat(List.of(peer.matchIndex(), peer.nextIndex())).containsExactly(0L, 10L);
  }
}
