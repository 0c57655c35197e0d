package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.answer;
import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.foreignSnapshot;
import static io.ottla.controller.raft.CoreFixture.key;
import static io.ottla.controller.raft.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.SnapshotReply;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft paper, section 7, at the receiver of a snapshot and at the node that writes one (Q32 to Q34). */
final class SnapshotTest {
  private static final SnapshotId ID = new SnapshotId(8, 2);

  private static AppendRequest append(CoreFixture node, long term, long prevIndex, long prevTerm, long commit,
      LogEntry... entries) {
    return new AppendRequest(node.from(2, term), prevIndex, prevTerm, List.of(entries), commit);
  }

  private static SnapshotReply sendWhole(CoreFixture node, byte[] file) {
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    return node.onlyTaken(SnapshotReply.class);
  }

  @Test
  void snapshotTakesThePlaceOfALogThatDoesNotLeadUpToIt() {
    var node = new CoreFixture(3, 3, 1, 1, 1);
    SnapshotReply reply = sendWhole(node, foreignSnapshot(ID, node.voters));
    assertThat(reply.installed()).isTrue();
    assertThat(node.report().commitIndex()).isEqualTo(8);
    assertThat(node.report().firstIndex()).isEqualTo(9);
    assertThat(node.report().lastIndex()).isEqualTo(8);
    assertThat(node.report().lastTerm()).isEqualTo(2);
    assertThat(node.log.firstIndex()).isEqualTo(9);
    assertThat(node.noticed(RaftNotice.SnapshotInstalled.class)).hasSize(1);
  }

  @Test
  void snapshotThatThePresentLogLeadsUpToOnlyTellsWhatIsCommitted() {
    var node = new CoreFixture(3, 3, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2);
    SnapshotReply reply = sendWhole(node, foreignSnapshot(ID, node.voters));
    assertThat(reply.installed()).isTrue();
    assertThat(node.report().commitIndex()).isEqualTo(8);
    assertThat(node.report().lastIndex()).isEqualTo(10);
    assertThat(node.noticed(RaftNotice.SnapshotInstalled.class)).isEmpty();
  }

  @Test
  void conflictingSuffixGoesWithTheLogThatTheSnapshotReplaces() {
    var node = new CoreFixture(3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    sendWhole(node, foreignSnapshot(ID, node.voters));
    assertThat(node.report().lastIndex()).isEqualTo(8);
    node.receive(append(node, 3, 8, 2, 9, entry(9, 3)));
    assertThat(node.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(9);
    assertThat(node.report().commitIndex()).isEqualTo(9);
  }

  @Test
  void snapshotOfWhatIsCommittedAndDurableChangesNothing() {
    var node = new CoreFixture(3, 3, 1, 1, 1, 2, 2, 2, 2, 2, 2);
    node.receive(append(node, 3, 9, 2, 9));
    node.sent.clear();
    node.notices.clear();
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    assertThat(node.onlyTaken(SnapshotReply.class).installed()).isTrue();
    assertThat(node.snapshots.newest()).isEmpty();
    assertThat(node.notices).isEmpty();
  }

  /** What is committed may still be on its way to this disk: only a durable snapshot or a durable log may be claimed (I8). */
  @Test
  void snapshotOfWhatIsCommittedButNotDurableIsNotClaimedAsInstalled() {
    var node = new CoreFixture(3, 3, 1, 1, 1, 2, 2);
    node.slowDisk = true;
    node.receive(append(node, 3, 5, 2, 8, entry(6, 2), entry(7, 2), entry(8, 2)));
    assertThat(node.report().commitIndex()).isEqualTo(8);
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    assertThat(node.taken(SnapshotReply.class)).isEmpty();
    node.force();
    SnapshotReply first = node.onlyTaken(SnapshotReply.class);
    assertThat(first.installed()).isFalse();
    assertThat(first.nextPosition()).isEqualTo(10);
    node.receive(node.piece(2, 3, ID, file, 10, file.length));
    assertThat(node.onlyTaken(SnapshotReply.class).installed()).isTrue();
  }

  @Test
  void piecesAreAnsweredWithThePositionWantedNext() {
    var node = new CoreFixture(3, 3);
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(10);
    node.receive(node.piece(2, 3, ID, file, 20, 30));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(10);
    node.receive(node.piece(2, 3, ID, file, 10, 20));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(20);
    node.receive(node.piece(2, 3, ID, file, 10, 20));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(20);
    node.receive(node.piece(2, 3, ID, file, 20, file.length));
    assertThat(node.onlyTaken(SnapshotReply.class).installed()).isTrue();
  }

  @Test
  void piecesOfAnotherSnapshotBeginAnewAndTheFirstPieceDoesToo() {
    var node = new CoreFixture(3, 3);
    byte[] file = foreignSnapshot(ID, node.voters);
    var other = new SnapshotId(9, 3);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    node.sent.clear();
    node.receive(node.piece(2, 3, other, file, 10, 20));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isZero();
    node.receive(node.piece(2, 3, other, file, 0, 5));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(5);
    node.receive(node.piece(2, 3, ID, file, 10, 20));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isZero();
    node.receive(node.piece(2, 3, other, file, 0, 7));
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(7);
  }

  @Test
  void damagedSnapshotIsAskedForOnceMoreFromItsBeginning() {
    var node = new CoreFixture(3, 3);
    byte[] file = foreignSnapshot(ID, node.voters);
    file[file.length - 2] = 'x';
    SnapshotReply reply = sendWhole(node, file);
    assertThat(reply.installed()).isFalse();
    assertThat(reply.nextPosition()).isZero();
    assertThat(node.report().commitIndex()).isZero();
    assertThat(sendWhole(node, foreignSnapshot(ID, node.voters)).installed()).isTrue();
  }

  @Test
  void lastPieceIsAnsweredOnlyWhenTheSnapshotIsDurableAndThenToTheNewestRequest() {
    var node = new CoreFixture(3, 3);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    var again = new RaftMessage.SnapshotRequest(new Envelope(CoreFixture.CLUSTER, key(2), key(1), 3, 901), ID, 0, file,
        file.length);
    node.receive(again);
    assertThat(node.taken(SnapshotReply.class)).isEmpty();
    assertThat(node.report().commitIndex()).isZero();
    node.force();
    assertThat(node.onlyTaken(SnapshotReply.class).envelope().requestId()).isEqualTo(901);
  }

  /** Else a disk that is slower than the network would gather the whole snapshot in memory, and with every new leader another one. */
  @Test
  void pieceIsAnsweredWhenItIsWrittenAndNoOtherIsKeptUntilThen() {
    var node = new CoreFixture(3, 3);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    node.receive(node.piece(2, 3, ID, file, 10, 20));
    assertThat(node.taken(SnapshotReply.class)).isEmpty();
    assertThat(node.waitingWrites).hasSize(1);
    node.force();
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(10);
    node.receive(node.piece(2, 3, ID, file, 10, 20));
    node.force();
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(20);
  }

  @Test
  void pieceWrittenOfAnAttemptThatWasGivenUpAnswersNobody() {
    var node = new CoreFixture(3, 3);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, node.voters);
    var other = new SnapshotId(9, 3);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    node.receive(node.piece(2, 3, other, file, 0, 5));
    node.forceFirst();
    assertThat(node.taken(SnapshotReply.class)).isEmpty();
    node.force();
    assertThat(node.onlyTaken(SnapshotReply.class).nextPosition()).isEqualTo(5);
  }

  @Test
  void snapshotCompletedInALaterTermIsInstalledButNotAnswered() {
    var node = new CoreFixture(3, 3);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    node.receive(append(node, 4, 0, 0, 0));
    node.sent.clear();
    node.force();
    assertThat(node.taken(SnapshotReply.class)).isEmpty();
    assertThat(node.report().commitIndex()).isEqualTo(8);
    assertThat(node.report().leader()).isEqualTo(key(2));
  }

  @Test
  void snapshotOfAnEarlierTermIsRefusedInTheOwnTerm() {
    var node = new CoreFixture(3, 5);
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    SnapshotReply reply = node.onlyTaken(SnapshotReply.class);
    assertThat(reply.envelope().term()).isEqualTo(5);
    assertThat(reply.installed()).isFalse();
    assertThat(node.report().leader()).isNull();
  }

  @Test
  void everyPieceResetsTheElectionDeadline() {
    var node = new CoreFixture(3, 3);
    byte[] file = foreignSnapshot(ID, node.voters);
    for (int at = 0; at < 20; at++) {
      node.tick(290);
      node.receive(node.piece(2, 3, ID, file, at, at + 1));
    }
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
    assertThat(node.report().leader()).isEqualTo(key(2));
  }

  @Test
  void snapshotFromASecondLeaderOfTheTermIsFatal() {
    var node = new CoreFixture(3, 3);
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, 10));
    assertThatThrownBy(() -> node.receive(node.piece(3, 3, ID, file, 10, 20)))
        .isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void votersOfTheSnapshotAreInForceOnceItTakesTheLogsPlace() {
    var node = new CoreFixture(3, 3, 1);
    sendWhole(node, foreignSnapshot(ID, voters(2, 5)));
    assertThat(node.report().voters()).isEqualTo(voters(2, 5));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
    assertThat(node.noticed(RaftNotice.PeersChanged.class)).hasSize(1);
  }

  /** Votes counted with one voter set must not add up with those of another: two leaders of one term could come of it (Q18). */
  @Test
  void campaignEndsWhenASnapshotTakesThePlaceOfTheLogItWasBegunWith() {
    var node = new CoreFixture(3, 3);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, voters(2, 4));
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    node.becomeCandidate();
    VoteRequest request = node.taken(VoteRequest.class).getFirst();
    node.force();
    assertThat(node.report().voters()).isEqualTo(voters(2, 4));
    node.receive(new VoteReply(answer(request, 4), VoteResult.GRANTED));
    assertThat(node.role()).isEqualTo(Role.OBSERVER);
  }

  @Test
  void writesUnderWayWhenTheLogIsReplacedNeverCountAsDurable() {
    var node = new CoreFixture(3, 3, 1, 1);
    node.slowDisk = true;
    node.receive(append(node, 3, 2, 1, 0, entry(3, 1), entry(4, 1)));
    byte[] file = foreignSnapshot(ID, node.voters);
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    node.forceFirst();
    node.forceFirst();
    node.forceFirst();
    assertThat(node.report().lastIndex()).isEqualTo(8);
    node.receive(append(node, 3, 8, 2, 8, entry(9, 3)));
    assertThat(node.report().durableIndex()).isEqualTo(8);
    node.force();
    assertThat(node.report().durableIndex()).isEqualTo(9);
    assertThat(node.log.read(9, 9, 999)).containsExactly(entry(9, 3));
  }

  @Test
  void crashBetweenTheSnapshotAndTheResetOfTheLogLosesNothing() {
    var node = new CoreFixture(3, 3, 1, 1, 1);
    node.slowDisk = true;
    byte[] file = foreignSnapshot(ID, voters(1, 4));
    node.receive(node.piece(2, 3, ID, file, 0, file.length));
    node.forceFirst();
    node.forceFirst();
    assertThat(node.onlyTaken(SnapshotReply.class).installed()).isTrue();
    assertThat(node.log.lastIndex()).isEqualTo(3);
    node.restart();
    assertThat(node.report().commitIndex()).isEqualTo(8);
    assertThat(node.report().lastIndex()).isEqualTo(8);
    assertThat(node.report().voters()).isEqualTo(voters(1, 4));
  }

  @Test
  void voterSetsInTheLogBehindTheSnapshotAreInForceAfterARestart() {
    var node = new CoreFixture(3, 3, 1, 1, 1);
    node.receive(append(node, 3, 3, 1, 3, new LogEntry(4, 3, EntryType.VOTER_SET, voters(1, 4).encode()), entry(5, 3)));
    node.writeSnapshot(3, 10);
    node.restart();
    assertThat(node.report().voters()).isEqualTo(voters(1, 4));
    assertThat(node.report().votersIndex()).isEqualTo(4);
    assertThat(node.report().commitIndex()).isEqualTo(3);
  }

  @Test
  void snapshotThatDoesNotFitTheLogIsRefusedAtStart() {
    var node = new CoreFixture(3, 3, 1, 1, 1);
    node.snapshots.write(ID, node.voters, out -> {});
    assertThatThrownBy(() -> new CoreFixtureStart(node).start()).isInstanceOf(RaftInvariantException.class);
    var hole = new CoreFixture(3, 3, 1, 1, 1);
    hole.log.dropPrefix(2);
    assertThatThrownBy(() -> new CoreFixtureStart(hole).start()).isInstanceOf(RaftInvariantException.class);
  }

  private record CoreFixtureStart(CoreFixture node) {
    void start() {
      new RaftCore(new RaftIdentity(CoreFixture.CLUSTER, key(1), node.voters), null, node.config, node.stored, node.log,
          node.snapshots, CoreFixture.zeros(), node.nowMs);
    }
  }

  @Test
  void logIsDroppedOnlyBehindADurableSnapshotAndKeepsATail() {
    var node = new CoreFixture(3, 3, 1, 1, 1, 1, 1, 1);
    node.configure(RaftConfig.DEFAULT.withSnapshotLimits(10, 2_000, 2));
    node.receive(append(node, 3, 6, 1, 5));
    assertThat(node.report().firstIndex()).isEqualTo(1);
    node.writeSnapshot(5, 10);
    assertThat(node.report().firstIndex()).isEqualTo(4);
    assertThat(node.log.firstIndex()).isEqualTo(4);
    node.writeSnapshot(5, 10);
    assertThat(node.report().firstIndex()).isEqualTo(4);
  }

  @Test
  void whatIsCommittedButNotDurableHereIsNotDropped() {
    var node = new CoreFixture(3, 3, 1, 1, 1);
    node.configure(RaftConfig.DEFAULT.withSnapshotLimits(10, 2_000, 0));
    node.slowDisk = true;
    node.receive(append(node, 3, 3, 1, 5, entry(4, 3), entry(5, 3)));
    Snapshot snapshot = node.snapshots.write(new SnapshotId(5, 3), node.voters, out -> {});
    node.step(new RaftInput.SnapshotWritten(snapshot));
    assertThat(node.report().firstIndex()).isEqualTo(4);
    node.force();
    assertThat(node.log.read(4, 9, 999)).hasSize(2);
  }

  @Test
  void appendThatReachesBackBeforeTheLogIsTakenForAMatchThere() {
    var node = new CoreFixture(3, 3, 1);
    sendWhole(node, foreignSnapshot(ID, node.voters));
    node.receive(append(node, 3, 6, 2, 8, entry(7, 2), entry(8, 2), entry(9, 3)));
    assertThat(node.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(9);
    assertThat(node.log.read(9, 9, 999)).containsExactly(entry(9, 3));
    node.receive(append(node, 3, 5, 2, 8, entry(6, 2)));
    assertThat(node.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(6);
    assertThat(node.report().lastIndex()).isEqualTo(9);
  }

  @Test
  void leaderThatContradictsTheEndOfTheSnapshotIsFatal() {
    var node = new CoreFixture(3, 3, 1);
    sendWhole(node, foreignSnapshot(ID, node.voters));
    assertThatThrownBy(() -> node.receive(append(node, 3, 8, 3, 8))).isInstanceOf(RaftInvariantException.class);
  }

  @Test
  void logThatEndsWithASnapshotCountsForElectionsByTheSnapshotsEnd() {
    var node = new CoreFixture(3, 3, 1);
    sendWhole(node, foreignSnapshot(ID, node.voters));
    node.tick(300);
    RaftMessage.PreVoteRequest asked = node.taken(RaftMessage.PreVoteRequest.class).getFirst();
    assertThat(asked.lastLogIndex()).isEqualTo(8);
    assertThat(asked.lastLogTerm()).isEqualTo(2);
    node.receive(new VoteRequest(node.from(3, 4), 7, 2, false));
    assertThat(node.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
  }
}
