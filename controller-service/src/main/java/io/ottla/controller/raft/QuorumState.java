package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Term, vote, role, log and commit index of one voter, and the one owner of every transition between roles.
 *
 * <pre>
 *   from            on                                                   to
 *   FOLLOWER        election deadline passed                             PRE_CANDIDATE   (term and vote untouched)
 *   PRE_CANDIDATE   majority would vote for it                           CANDIDATE       (term + 1, votes for itself)
 *   CANDIDATE       majority of votes                                    LEADER
 *   CANDIDATE       majority refused, or election timeout                PRE_CANDIDATE   (same term)
 *   LEADER          no majority heard within the window, or resignation  FOLLOWER        (same term)
 *   any but LEADER  append of the current term                           FOLLOWER        (of its sender)
 *   any             a higher term (but from a pre-vote request, or a     FOLLOWER        (of nobody, vote free)
 *                   vote request while it hears a leader)
 * </pre>
 *
 * Invariants, asserted here: terms and commit index never fall; a leader's log is never truncated; what is committed is never truncated.
 * Used by the core and its handlers on the Raft thread only.
 */
public final class QuorumState {
  private final RaftIdentity identity;
  private final RaftConfig config;
  private final RaftRules rules;
  private final RandomSource random;
  private final LogView log;
  private final List<RaftMessage> messages = new ArrayList<>();
  private final List<RaftNotice> notices = new ArrayList<>();
  private HardState hardState;
  private HardState persistedHardState;
  private RoleState role;
  private long commitIndex;
  private long nextRequestId;
  private long nowMs;

  QuorumState(RaftIdentity identity, RaftConfig config, RaftRules rules, HardState hardState, LogView log,
      RandomSource random, long nowMs) {
    this.identity = identity;
    this.config = config;
    this.rules = rules;
    this.random = random;
    this.log = log;
    this.hardState = hardState;
    this.persistedHardState = hardState;
    this.commitIndex = log.firstIndex() - 1;
    this.nowMs = nowMs;
    // Replies to an earlier life of this process must not look like replies to this one.
    this.nextRequestId = 1 + ((long) random.nextInt(1 << 30) << 20);
    this.role = new FollowerState(nowMs + electionTimeout());
    if (log.lastTerm() > hardState.term()) {
      throw new RaftInvariantException(
          "log ends in term " + log.lastTerm() + " but the stored term is " + hardState.term());
    }
  }

  void begin(long now) {
    if (now < nowMs) {
      throw new RaftInvariantException("time went back from " + nowMs + " to " + now);
    }
    nowMs = now;
  }

  RaftOutput end() {
    HardState changed = hardState.equals(persistedHardState) ? null : hardState;
    persistedHardState = hardState;
    var output = new RaftOutput(changed, log.takeWrite(), messages, notices);
    messages.clear();
    notices.clear();
    return output;
  }

  /** This voter. */
  public ReplicaKey self() {
    return identity.self();
  }

  String clusterId() {
    return identity.clusterId();
  }

  /** The voters in force. */
  public VoterSet voters() {
    return identity.voters();
  }

  /** Timings and limits. */
  public RaftConfig config() {
    return config;
  }

  /** The decisions on which safety rests. */
  public RaftRules rules() {
    return rules;
  }

  /** The log, including what is not durable yet. */
  public LogView log() {
    return log;
  }

  /** Current term. */
  public long term() {
    return hardState.term();
  }

  /** Term and vote. */
  public HardState hardState() {
    return hardState;
  }

  /** The role and what belongs to it. */
  public RoleState role() {
    return role;
  }

  /** Commit index. */
  public long commitIndex() {
    return commitIndex;
  }

  /** Monotonic milliseconds of this step. */
  public long nowMs() {
    return nowMs;
  }

  /** News of this step, to add to. */
  List<RaftNotice> notices() {
    return notices;
  }

  long nextRequestId() {
    return nextRequestId;
  }

  /** Sends with this step's output. */
  public void send(RaftMessage message) {
    messages.add(message);
  }

  /** The envelope of a new request. */
  Envelope request(ReplicaKey to) {
    return new Envelope(identity.clusterId(), identity.self(), to, hardState.term(), nextRequestId++);
  }

  /** The envelope of the reply to a request, in the current term. */
  public Envelope reply(Envelope request) {
    return request.reply(identity.self(), hardState.term());
  }

  /** Whether this voter leads, or has heard the term's leader within the minimum election timeout (Q11, Q15). */
  public boolean protectsLeader() {
    return role instanceof LeaderState
        || (role instanceof FollowerState follower && follower.hearsLeader(nowMs, config.electionMinMs()));
  }

  /** A higher term was seen: adopt it, with a free vote, as follower of nobody yet (Q8). */
  public void adoptTerm(long term) {
    if (term <= hardState.term()) {
      throw new RaftInvariantException("cannot adopt term " + term + " in term " + hardState.term());
    }
    hardState = new HardState(term, null);
    become(new FollowerState(nowMs + electionTimeout()));
  }

  /** Valid append traffic of the current term: its sender leads it (Q12, Q21 b). */
  public FollowerState follow(ReplicaKey leader) {
    ReplicaKey known = role.leader();
    if (known != null && !known.equals(leader)) {
      throw new RaftInvariantException("two leaders in term " + hardState.term() + ": " + known + " and " + leader);
    }
    boolean newLeader = known == null;
    FollowerState follower = role instanceof FollowerState same ? same : new FollowerState(nowMs);
    follower.heardLeader(leader, nowMs, nowMs + electionTimeout());
    if (newLeader) {
      become(follower);
    }
    return follower;
  }

  /** Gives this term's vote; whoever asked for it gets a full timeout to win (Q16, Q19). */
  public void grantVote(ReplicaKey candidate) {
    hardState = rules.withVote(hardState, candidate);
    long deadline = nowMs + electionTimeout();
    if (role instanceof FollowerState follower) {
      follower.restartDeadline(deadline);
    } else {
      become(new FollowerState(deadline));
    }
  }

  /** The deadline passed without a leader: ask before disturbing anyone (Q10). */
  PreCandidateState becomePreCandidate() {
    var preCandidate = new PreCandidateState();
    become(preCandidate);
    return preCandidate;
  }

  /** A new term, with this voter's vote for itself (Q14). */
  CandidateState becomeCandidate() {
    hardState = rules.withVote(new HardState(hardState.term() + 1, null), identity.self());
    var candidate = new CandidateState(nowMs + config.voteRoundMs(), nowMs + electionTimeout());
    become(candidate);
    return candidate;
  }

  LeaderState becomeLeader() {
    var leader = new LeaderState(identity.self(), voters().peersOf(identity.self()), log.lastIndex() + 1, nowMs);
    become(leader);
    return leader;
  }

  /** Leadership ends without a new term (Q27, Q28). */
  void stepDown(long electionDeadlineMs) {
    become(new FollowerState(electionDeadlineMs));
  }

  private void become(RoleState next) {
    if (role instanceof LeaderState leader) {
      leader.proposals().abandon(notices);
      leader.reads().abandon(next.leader(), notices);
    }
    role = next;
    notices.add(new RaftNotice.RoleChanged(next.role(), hardState.term(), next.leader()));
  }

  /** Removes a part of the log that contradicts the leader's; never on a leader, never anything committed (Q21 e, I4). */
  public void truncateFrom(long index) {
    if (role instanceof LeaderState) {
      throw new RaftInvariantException("leader of term " + term() + " would truncate from " + index);
    }
    if (index <= commitIndex) {
      throw new RaftInvariantException(
          "truncation from " + index + " would remove committed entries up to " + commitIndex);
    }
    log.truncateFrom(index);
  }

  /** Raises the commit index; a value not above the present one changes nothing. */
  public void commitTo(long index) {
    if (index <= commitIndex) {
      return;
    }
    if (index > log.lastIndex()) {
      throw new RaftInvariantException("commit of " + index + " beyond the last index " + log.lastIndex());
    }
    commitIndex = index;
    notices.add(new RaftNotice.CommitAdvanced(index));
  }

  /** A random election timeout in milliseconds, drawn anew each time. */
  long electionTimeout() {
    return (long) config.electionMinMs() + random.nextInt(config.electionMaxMs() - config.electionMinMs());
  }

  /** A random pause between pre-vote rounds in milliseconds (Q13). */
  long retryPause() {
    return (long) config.retryMinMs() + random.nextInt(config.retryMaxMs() - config.retryMinMs());
  }

  /** The leader of the term if known. */
  @Nullable
  ReplicaKey leader() {
    return role.leader();
  }
}
