package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.SnapshotReply;
import io.ottla.controller.raft.RaftMessage.SnapshotRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Raft paper, section 7, at the leader: a snapshot for followers that lack what the log no longer has (Q33, Q34). */
final class SnapshotSenderTest {
  private static final int PIECE = 100;

  /** An active leader of three whose log begins behind a snapshot up to index 6; its follower 3 has nothing. */
  private static CoreFixture leader(int tailEntries) {
    var leader = new CoreFixture(3, 1, 1, 1, 1, 1, 1, 1);
    leader.configure(RaftConfig.DEFAULT.withSnapshotLimits(PIECE, 2_000, tailEntries));
    leader.becomeLeader();
    leader.acknowledge(leader.appendTo(2));
    leader.tick(10);
    leader.writeSnapshot(6, 250);
    assertThat(leader.report().firstIndex()).isEqualTo(7 - tailEntries);
    return leader;
  }

  private static void followerThreeIsEmpty(CoreFixture leader) {
    AppendRequest probe = leader.sent.stream().filter(AppendRequest.class::isInstance).map(AppendRequest.class::cast)
        .filter(append -> append.envelope().to().equals(key(3)) && !append.isHeartbeat()).toList().getLast();
    leader.sent.clear();
    leader.refuse(probe, 0, 1);
  }

  private static List<SnapshotRequest> pieces(CoreFixture leader) {
    var pieces = new ArrayList<SnapshotRequest>();
    for (RaftMessage message : leader.sent) {
      if (message instanceof SnapshotRequest piece) {
        pieces.add(piece);
      }
    }
    return pieces;
  }

  private static void answerPiece(CoreFixture leader, SnapshotRequest piece, long next, boolean installed) {
    leader.sent.clear();
    leader.receive(new SnapshotReply(answer(piece, 2), piece.id(), next, installed));
  }

  private static QuorumReport.Peer three(CoreFixture leader) {
    return leader.report().peers().stream().filter(peer -> peer.key().equals(key(3))).findFirst().orElseThrow();
  }

  @Test
  void followerThatLacksDroppedEntriesGetsTheNewestSnapshotPieceByPieceThenEntries() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    long total = leader.snapshots.newest().orElseThrow().sizeInBytes();
    long position = 0;
    while (position < total) {
      SnapshotRequest piece = pieces(leader).getLast();
      assertThat(pieces(leader)).hasSize(1);
      assertThat(piece.position()).isEqualTo(position);
      assertThat(piece.totalBytes()).isEqualTo(total);
      position += piece.bytes().length;
      answerPiece(leader, piece, position == total ? 0 : position, position == total);
    }
    assertThat(leader.appendTo(3).prevIndex()).isEqualTo(6);
    assertThat(leader.appendTo(3).entries()).hasSize(1);
    assertThat(three(leader).matchIndex()).isEqualTo(6);
    assertThat(three(leader).replicating()).isTrue();
  }

  @Test
  void followerWithinTheTailNeedsNoSnapshot() {
    CoreFixture leader = leader(3);
    AppendRequest probe = leader.appendTo(3);
    leader.sent.clear();
    leader.refuse(probe, 0, 4);
    assertThat(pieces(leader)).isEmpty();
    assertThat(leader.appendTo(3).prevIndex()).isEqualTo(3);
  }

  @Test
  void refusalOfARequestWhoseEntriesWereDroppedMeanwhileLeadsToASnapshot() {
    var leader = new CoreFixture(3, 1, 1, 1, 1, 1, 1, 1);
    leader.configure(RaftConfig.DEFAULT.withSnapshotLimits(PIECE, 2_000, 0));
    leader.becomeLeader();
    leader.refuse(leader.appendTo(3), 0, 3);
    AppendRequest second = leader.appendTo(3);
    assertThat(second.prevIndex()).isEqualTo(2);
    leader.acknowledge(leader.appendTo(2));
    leader.writeSnapshot(6, 250);
    leader.sent.clear();
    leader.refuse(second, 1, 1);
    assertThat(pieces(leader)).hasSize(1);
  }

  @Test
  void lateSuccessOfARequestWhoseEntriesWereDroppedStillCounts() {
    CoreFixture leader = leader(0);
    AppendRequest inFlight = leader.appendTo(3);
    leader.acknowledge(inFlight);
    assertThat(three(leader).matchIndex()).isEqualTo(7);
    assertThat(pieces(leader)).isEmpty();
  }

  @Test
  void heartbeatsGoOnDuringATransferAndClaimNothing() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    leader.sent.clear();
    leader.tick(50);
    AppendRequest heartbeat = leader.appendTo(3);
    assertThat(heartbeat.isHeartbeat()).isTrue();
    assertThat(heartbeat.prevIndex()).isZero();
    leader.propose(1, 10);
    assertThat(leader.appendTo(3).isHeartbeat()).isTrue();
  }

  @Test
  void pieceWithoutAnswerIsSentAgainAfterItsTimeoutAndAnswersToTheLostOneAreDropped() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    SnapshotRequest lost = pieces(leader).getLast();
    leader.sent.clear();
    keepAlive(leader, 1_950);
    assertThat(pieces(leader)).isEmpty();
    keepAlive(leader, 100);
    SnapshotRequest again = pieces(leader).getLast();
    assertThat(pieces(leader)).hasSize(1);
    assertThat(again.position()).isZero();
    answerPiece(leader, lost, PIECE, false);
    assertThat(pieces(leader)).isEmpty();
    answerPiece(leader, again, PIECE, false);
    assertThat(pieces(leader).getLast().position()).isEqualTo(PIECE);
    answerPiece(leader, again, PIECE, false);
    assertThat(pieces(leader)).isEmpty();
  }

  private static void keepAlive(CoreFixture leader, int ms) {
    for (int passed = 0; passed < ms; passed += 50) {
      leader.tick(50);
      leader.acknowledge(leader.appendTo(2));
    }
  }

  @Test
  void pieceOfAFailedTransportIsTriedAgainWhenSomethingIsAnsweredNotInALoop() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    SnapshotRequest failed = pieces(leader).getLast();
    leader.step(new RaftInput.TransportFailed(key(3), failed.envelope().requestId()));
    leader.sent.clear();
    leader.tick(100);
    leader.propose(1, 10);
    assertThat(pieces(leader)).isEmpty();
    leader.refuse(leader.appendTo(3), 0, 1);
    assertThat(pieces(leader)).hasSize(1);
  }

  /** Its answer to the last piece was lost, and then it restarted: it knows nothing of the other pieces. Nothing is damaged. */
  @Test
  void lastPieceSentTwiceAndUnknownToARestartedFollowerIsNoRefusalTheFirstTime() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    leader.notices.clear();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThat(leader.noticed(RaftNotice.SnapshotRefused.class)).isEmpty();
      for (SnapshotRequest piece = pieces(leader).getLast(); !piece.isLast(); piece = pieces(leader).getLast()) {
        answerPiece(leader, piece, piece.position() + PIECE, false);
      }
      leader.sent.clear();
      keepAlive(leader, 2_050);
      SnapshotRequest again = pieces(leader).getLast();
      assertThat(again.isLast()).isTrue();
      answerPiece(leader, again, 0, false);
    }
    assertThat(leader.noticed(RaftNotice.SnapshotRefused.class)).as("twice is no accident").hasSize(1);
  }

  @Test
  void followerThatLostItsPiecesIsServedFromTheBeginning() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    answerPiece(leader, pieces(leader).getLast(), PIECE, false);
    answerPiece(leader, pieces(leader).getLast(), 0, false);
    assertThat(pieces(leader).getLast().position()).isZero();
  }

  /** A file that rots while its node runs is read again by nobody but those who are sent it. */
  @Test
  void wholeSnapshotThatIsRefusedIsToldAndTheNewestOneIsSentAfterAWhile() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    leader.notices.clear();
    long total = leader.snapshots.newest().orElseThrow().sizeInBytes();
    for (long position = PIECE; position < total; position += PIECE) {
      answerPiece(leader, pieces(leader).getLast(), position, false);
    }
    assertThat(leader.noticed(RaftNotice.SnapshotRefused.class)).isEmpty();
    answerPiece(leader, pieces(leader).getLast(), 0, false);
    assertThat(leader.noticed(RaftNotice.SnapshotRefused.class))
        .containsExactly(new RaftNotice.SnapshotRefused(key(3), new SnapshotId(6, 1)));
    assertThat(pieces(leader)).isEmpty();
    leader.writeSnapshot(7, 20);
    keepAlive(leader, 1_950);
    assertThat(pieces(leader)).isEmpty();
    keepAlive(leader, 100);
    assertThat(pieces(leader)).hasSize(1);
    assertThat(pieces(leader).getLast().id()).isEqualTo(new SnapshotId(7, 2));
    assertThat(pieces(leader).getLast().position()).isZero();
  }

  @Test
  void answersToPiecesAreContactAndConfirmReads() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    leader.tick(400);
    leader.notices.clear();
    leader.step(new RaftInput.ReadIndex(7));
    SnapshotRequest early = pieces(leader).getFirst();
    answerPiece(leader, early, PIECE, false);
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).isEmpty();
    answerPiece(leader, pieces(leader).getLast(), 2 * PIECE, false);
    assertThat(leader.noticed(RaftNotice.ReadReady.class)).hasSize(1);
    leader.tick(500);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    leader.tick(10);
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void snapshotBeingSentIsNotRemoved() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    SnapshotId sending = pieces(leader).getLast().id();
    leader.slowDisk = true;
    leader.writeSnapshot(7, 10);
    assertThat(leader.waitingWrites.getLast())
        .isEqualTo(new StorageTask.ChangeSnapshots(new SnapshotWrite.Prune(new SnapshotId(7, 2), Set.of(sending))));
  }

  /** A slow disk: the removal is decided before the transfer begins, and done after two more snapshots were written. */
  @Test
  void removalThatComesLateTakesNoSnapshotAway() {
    CoreFixture leader = leader(0);
    leader.slowDisk = true;
    leader.writeSnapshot(6, 250);
    followerThreeIsEmpty(leader);
    SnapshotRequest first = pieces(leader).getLast();
    for (long index = 7; index <= 9; index++) {
      leader.propose(index, 10);
      leader.acknowledge(leader.appendTo(2));
      leader.snapshots.write(new SnapshotId(index, 2), leader.voters, out -> {});
    }
    leader.force();
    answerPiece(leader, first, PIECE, false);
    assertThat(pieces(leader).getLast().position()).isEqualTo(PIECE);
  }

  @Test
  void logThatRanAwayDuringATransferMeansAnotherSnapshot() {
    CoreFixture leader = leader(0);
    followerThreeIsEmpty(leader);
    leader.propose(1, 10);
    leader.acknowledge(leader.appendTo(2));
    leader.writeSnapshot(8, 10);
    answerPiece(leader, pieces(leader).getLast(), 0, true);
    assertThat(pieces(leader).getLast().id()).isEqualTo(new SnapshotId(8, 2));
    assertThat(three(leader).matchIndex()).isEqualTo(6);
  }

  @Test
  void successThatOvertakesTheTransferIsKept() {
    CoreFixture leader = leader(0);
    AppendRequest inFlight = leader.appendTo(3);
    followerThreeIsEmpty(leader);
    SnapshotRequest piece = pieces(leader).getLast();
    leader.receive(new AppendReply(answer(inFlight, 2), true, 7, 0, 0));
    assertThat(three(leader).matchIndex()).isEqualTo(7);
    leader.propose(1, 10);
    answerPiece(leader, piece, 0, true);
    assertThat(three(leader).matchIndex()).isEqualTo(7);
    assertThat(leader.appendTo(3).prevIndex()).isEqualTo(7);
  }
}
