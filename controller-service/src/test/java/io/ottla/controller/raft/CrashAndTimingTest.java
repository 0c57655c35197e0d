package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Raft paper, sections 5.5 and 5.6: crashes of followers and candidates, timing and availability (Q2, Q7, Q21 to Q23). */
final class CrashAndTimingTest {
  private static AppendRequest append(CoreFixture node, long prevIndex, long prevTerm, long commit,
      LogEntry... entries) {
    return new AppendRequest(node.from(2, 2), prevIndex, prevTerm, List.of(entries), commit);
  }

  /** Section 5.5: requests to a crashed server fail; they are repeated for as long as it takes. */
  @Test
  void appendsToACrashedFollowerAreRepeatedUntilItIsBack() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.propose(1, 10);
    for (int beat = 0; beat < 1_000; beat++) {
      leader.tick(50);
      List<AppendRequest> sent = leader.taken(AppendRequest.class);
      sent.stream().filter(append -> append.envelope().to().equals(key(2))).forEach(leader::acknowledge);
    }
    leader.sent.clear();
    leader.tick(250);
    AppendRequest again = leader.taken(AppendRequest.class).stream()
        .filter(append -> append.envelope().to().equals(key(3)) && !append.isHeartbeat()).findFirst().orElseThrow();
    assertThat(again.lastIndex()).isEqualTo(2);
    leader.acknowledge(again);
    assertThat(leader.report().peers().getLast().matchIndex()).isEqualTo(2);
  }

  /** Section 5.5: a server that crashed after it did what it was asked, but before it said so, is asked again; that does no harm. */
  @Test
  void requestsRepeatedAfterACrashAreAnsweredAlikeAndChangeNothing() {
    var node = new CoreFixture(3, 2, 1);
    AppendRequest request = append(node, 1, 1, 1, entry(2, 2), entry(3, 2));
    node.receive(request);
    node.restart();
    RaftOutput output = node.receive(request);
    assertThat(node.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(3);
    assertThat(output.logWrite()).isNull();
    node.tick(300);
    node.sent.clear();
    VoteRequest vote = new VoteRequest(node.from(3, 3), 3, 2, false);
    node.receive(vote);
    node.restart();
    assertThat(node.receive(vote).hardState()).isNull();
    assertThat(node.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.GRANTED);
  }

  /** Section 5.5: what a crash takes back was never acknowledged; the leader finds that out and sends it again. */
  @Test
  void entriesLostInACrashWereNotAcknowledgedAndAreSentAgain() {
    var node = new CoreFixture(3, 2, 1);
    node.slowDisk = true;
    node.receive(append(node, 1, 1, 1, entry(2, 2), entry(3, 2)));
    assertThat(node.taken(AppendReply.class)).isEmpty();
    node.restart();
    node.slowDisk = false;
    node.receive(append(node, 3, 2, 1));
    AppendReply refusal = node.onlyTaken(AppendReply.class);
    assertThat(refusal.success()).isFalse();
    assertThat(refusal.conflictIndex()).isEqualTo(2);
    node.receive(append(node, 1, 1, 3, entry(2, 2), entry(3, 2)));
    assertThat(node.onlyTaken(AppendReply.class).matchIndex()).isEqualTo(3);
  }

  /** Section 5.5: a candidate that crashed has given its vote, to itself. */
  @Test
  void candidateThatCrashedDoesNotVoteForAnotherInThatTerm() {
    var node = new CoreFixture(3, 1);
    node.becomeCandidate();
    node.restart();
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
    assertThat(node.term()).isEqualTo(2);
    node.receive(new VoteRequest(node.from(2, 2), 9, 1, false));
    assertThat(node.onlyTaken(VoteReply.class).result()).isEqualTo(VoteResult.REFUSED);
  }

  /** Section 5.5 by analogy: votes for an earlier life of a candidate do not elect this one. */
  @Test
  void votesForAnEarlierLifeDoNotElect() {
    var node = new CoreFixture(3, 1);
    node.becomeCandidate();
    VoteRequest asked = node.taken(VoteRequest.class).getFirst();
    node.restart();
    node.receive(new VoteReply(CoreFixture.answer(asked, 2), VoteResult.GRANTED));
    assertThat(node.role()).isEqualTo(Role.FOLLOWER);
  }

  /** A leader that comes back is a follower that knows nothing of its followers, and has lost what it had not forced. */
  @Test
  void leaderThatCrashedComesBackAsFollower() {
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.slowDisk = true;
    leader.propose(1, 10);
    leader.restart();
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.report().lastIndex()).isEqualTo(1);
    assertThat(leader.report().commitIndex()).isZero();
    assertThat(leader.stored).isEqualTo(new HardState(1, key(1)));
  }

  /** Section 5.6: the time to reach the others must be far below the election timeout, or no leader lasts. */
  @Test
  void followersMayMissFourHeartbeatsInARow() {
    RaftConfig config = RaftConfig.DEFAULT;
    assertThat(config.electionMinMs()).isGreaterThanOrEqualTo(5 * config.heartbeatMs());
    var leader = new CoreFixture(3);
    leader.becomeActiveLeader();
    leader.tick(config.electionMinMs());
    assertThat(leader.taken(AppendRequest.class).stream().filter(append -> append.envelope().to().equals(key(2))))
        .hasSizeGreaterThanOrEqualTo(5);
  }

  /** Section 5.6 and Q13, Q15, Q28: settings under which elections could not work are refused. */
  @ParameterizedTest
  @CsvSource({"10, 50, 300, 600, 150, 50, 150, 500, 200, true", "26, 50, 300, 600, 150, 50, 150, 500, 200, false",
      "10, 61, 300, 600, 150, 50, 150, 500, 200, false", "10, 50, 300, 300, 150, 50, 150, 500, 200, false",
      "10, 50, 300, 600, 301, 50, 150, 500, 200, false", "10, 50, 300, 600, 0, 50, 150, 500, 200, false",
      "10, 50, 300, 600, 150, 50, 50, 500, 200, false", "10, 50, 300, 600, 150, 50, 150, 299, 200, false",
      "10, 50, 300, 600, 150, 50, 150, 500, 50, false", "10, 50, 300, 600, 150, 50, 150, 500, 300, false",
      "0, 50, 300, 600, 150, 50, 150, 500, 200, false"})
  void timesThatCannotWorkTogetherAreRefused(int tick, int heartbeat, int electionMin, int electionMax, int round,
      int retryMin, int retryMax, int checkQuorum, int appendTimeout, boolean works) {
    RaftConfig d = RaftConfig.DEFAULT;
    Runnable made = () -> new RaftConfig(tick, heartbeat, electionMin, electionMax, round, retryMin, retryMax,
        checkQuorum,
        appendTimeout, d.maxInFlight(), d.maxInFlightBytes(), d.maxAppendEntries(), d.maxAppendBytes(),
        d.maxEntryBytes(), d.maxUncommittedBytes(), d.snapshotChunkBytes(), d.snapshotChunkTimeoutMs(),
        d.logTailEntries());
    if (works) {
      made.run();
    } else {
      assertThatThrownBy(made::run).isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Section 5.6: safety does not depend on timing; a message of any age from this term's leader finds the same log, or is refused. */
  @Test
  void messagesOfAnyAgeAndOrderLeaveTheLogOfTheLeader() {
    var random = new java.util.Random(7);
    for (int run = 0; run < 50; run++) {
      var node = new CoreFixture(3, 2);
      long committed = 0;
      for (int step = 0; step < 60; step++) {
        int from = random.nextInt(10);
        var entries = new LogEntry[random.nextInt(4)];
        for (int at = 0; at < entries.length; at++) {
          entries[at] = entry(from + at + 1, 2);
        }
        node.nowMs += random.nextInt(200);
        node.receive(append(node, from, from == 0 ? 0 : 2, random.nextInt(12), entries));
        QuorumReport report = node.report();
        assertThat(report.commitIndex()).isBetween(committed, report.lastIndex());
        committed = report.commitIndex();
        for (AppendReply reply : node.taken(AppendReply.class)) {
          assertThat(reply.matchIndex()).isLessThanOrEqualTo(report.durableIndex());
        }
      }
      List<LogEntry> log = node.log.read(1, 99, 9_999);
      for (int at = 0; at < log.size(); at++) {
        assertThat(log.get(at)).isEqualTo(entry(at + 1, 2));
      }
    }
  }
}
