package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Term, vote, role, log and commit index of one voter, and the one owner of every transition between roles.
 *
 * <pre>
 *   from            on                                                   to
 *   FOLLOWER        election deadline passed, if it may campaign         PRE_CANDIDATE   (term and vote untouched)
 *   FOLLOWER        its leader asks it to take over                      CANDIDATE       (term + 1, votes for itself)
 *   FOLLOWER        asked by one who needs its vote and lacks entries    PRE_CANDIDATE   (term and vote untouched)
 *   PRE_CANDIDATE   it may not campaign by itself, and its round failed  FOLLOWER        (of nobody)
 *   PRE_CANDIDATE   majority would vote for it                           CANDIDATE       (term + 1, votes for itself)
 *   CANDIDATE       majority of votes                                    LEADER
 *   CANDIDATE       majority refused, or election timeout                PRE_CANDIDATE   (same term)
 *   LEADER          no majority heard within the window, resignation,    FOLLOWER        (same term)
 *                   or its own removal committed
 *   any but LEADER  append of the current term                           FOLLOWER        (of its sender)
 *   any             a higher term (but from a pre-vote request, or a     FOLLOWER        (of nobody, vote free)
 *                   vote request while it hears a leader)
 * </pre>
 *
 * A follower that the voter set in force does not name is an observer (Q17): the same state, since a truncation may undo that, but it does not
 * campaign by itself once its removal is committed; see {@link Election#takeTheTurnOf}. Invariants, asserted here: terms and commit index never
 * fall; a leader's log is never truncated; what is committed is never truncated.
 * Used by the core and its handlers on the Raft thread only.
 */
public final class QuorumState {
  private final RaftIdentity identity;
  private final @Nullable Voter address;
  private final RaftConfig config;
  private final RaftRules rules;
  private final RandomSource random;
  private final LogView log;
  private final SnapshotStore snapshots;
  private final VoterHistory voterHistory;
  private final List<SnapshotWrite> snapshotWrites = new ArrayList<>();
  private final List<RaftMessage> messages = new ArrayList<>();
  private final List<RaftNotice> notices = new ArrayList<>();
  private RaftNotice.PeersChanged toldPeers;
  private HardState hardState;
  private HardState persistedHardState;
  private RoleState role;
  private long commitIndex;
  private long nextRequestId;
  private boolean lonely;
  private long nowMs;

  QuorumState(RaftIdentity identity, @Nullable Voter address, RaftConfig config, RaftRules rules, HardState hardState,
      LogView log, SnapshotStore snapshots, RandomSource random, long nowMs) {
    this.identity = identity;
    this.address = address;
    this.config = config;
    this.rules = rules;
    this.random = random;
    this.log = log;
    this.snapshots = snapshots;
    this.hardState = hardState;
    this.persistedHardState = hardState;
    this.commitIndex = committedByStart();
    this.nowMs = nowMs;
    this.voterHistory = recoverVoters();
    this.toldPeers = new RaftNotice.PeersChanged(voters(), List.of());
    // Replies to an earlier life of this process must not look like replies to this one.
    this.nextRequestId = 1 + ((long) random.nextInt(1 << 30) << 20);
    this.role = new FollowerState(nowMs + electionTimeout());
    if (log.lastTerm() > hardState.term()) {
      throw new RaftInvariantException(
          "log ends in term " + log.lastTerm() + " but the stored term is " + hardState.term());
    }
  }

  /** Q3: what a snapshot includes is committed, and so is what the log begins behind. */
  private long committedByStart() {
    Snapshot newest = snapshots.newest().orElse(null);
    if (newest == null) {
      if (log.firstIndex() != 1) {
        throw new RaftInvariantException("log begins at " + log.firstIndex() + " and there is no snapshot");
      }
      return 0;
    }
    SnapshotId id = newest.id();
    if (id.lastIndex() < log.firstIndex() - 1 || id.lastIndex() > log.lastIndex()
        || !log.matches(id.lastIndex(), id.lastTerm())) {
      throw new RaftInvariantException(
          "snapshot " + id + " does not fit the log [" + log.firstIndex() + ", " + log.lastIndex() + "]");
    }
    return id.lastIndex();
  }

  /** The voter set the log or the snapshot begins with, and every change of it that the log holds (Q38). */
  private VoterHistory recoverVoters() {
    Snapshot newest = snapshots.newest().orElse(null);
    long from = newest == null ? 1 : newest.id().lastIndex() + 1;
    VoterHistory history = new VoterHistory(from - 1, newest == null ? identity.voters() : newest.voters());
    while (from <= log.lastIndex()) {
      for (LogEntry entry : log.read(from, 1_024, 1 << 20)) {
        if (entry.type() == EntryType.VOTER_SET) {
          history.appended(entry.index(), VoterSet.decode(entry.payload()));
        }
        from++;
      }
    }
    return history;
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
    var output = new RaftOutput(changed, log.takeWrite(), snapshotWrites, messages, notices);
    snapshotWrites.clear();
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

  /** The voters in force: those of the newest entry that says so, committed or not (Q5). */
  public VoterSet voters() {
    return rules.votersInForce(voterHistory.newest(), voterHistory.at(commitIndex));
  }

  /** Index of the entry that put them into force. */
  long votersIndex() {
    return voterHistory.newestIndex();
  }

  /** The voters in force at an index not after the last one. */
  VoterSet votersAt(long index) {
    return voterHistory.at(index);
  }

  /** Where this node answers, if it may observe. */
  Optional<Voter> observerAddress() {
    return Optional.ofNullable(address);
  }

  /** Whether this node votes. */
  public boolean isVoter() {
    return voters().contains(self());
  }

  /**
   * Whether this node may campaign: as a voter, or, without counting itself, while its own removal is not known to be committed. The others
   * may be unable to elect anybody else until they have that entry (dissertation §4.2.2).
   */
  boolean mayCampaign() {
    return isVoter() || voterHistory.namesSince(commitIndex, self());
  }

  /** The snapshots on disk. */
  SnapshotStore snapshots() {
    return snapshots;
  }

  /** Has the storage thread do something with them, after this step's log write. */
  public void write(SnapshotWrite write) {
    snapshotWrites.add(write);
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
    return requestFor(identity.self(), to);
  }

  /** The envelope of a new request in another node's name; the answer goes to that one. */
  Envelope requestFor(ReplicaKey from, ReplicaKey to) {
    return new Envelope(identity.clusterId(), from, to, hardState.term(), nextRequestId++);
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

  /** A higher term was seen: adopt it, with a free vote, as follower of nobody yet (Q8). Who followed already does not wait longer by it (Q19). */
  public void adoptTerm(long term) {
    if (term <= hardState.term()) {
      throw new RaftInvariantException("cannot adopt term " + term + " in term " + hardState.term());
    }
    hardState = new HardState(term, null);
    long deadlineMs = role instanceof FollowerState follower ? follower.electionDeadlineMs()
        : nowMs + electionTimeout();
    become(new FollowerState(deadlineMs));
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
  CandidateState becomeCandidate(boolean transfer) {
    hardState = rules.withVote(new HardState(hardState.term() + 1, null), identity.self());
    var candidate = new CandidateState(transfer, nowMs + config.voteRoundMs(), nowMs + electionTimeout());
    become(candidate);
    return candidate;
  }

  LeaderState becomeLeader() {
    var leader = new LeaderState(identity.self(), log.lastIndex() + 1, nowMs);
    leader.syncPeers(voters(), leader.termStartIndex(), nowMs);
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
    tellRole();
    tellPeers();
  }

  private void tellRole() {
    notices.add(new RaftNotice.RoleChanged(roleNow(), hardState.term(), role.leader()));
  }

  /** The role as people see it: a follower without a vote observes. */
  Role roleNow() {
    return role instanceof FollowerState && !isVoter() ? Role.OBSERVER : role.role();
  }

  /** Adds an entry behind the last one; a voter set takes effect now (Q38). */
  public void append(LogEntry entry) {
    log.append(entry);
    if (entry.type() == EntryType.VOTER_SET) {
      voterHistory.appended(entry.index(), VoterSet.decode(entry.payload()));
      votersChanged();
    }
  }

  /** Others vote, or are to be sent the log, than before. */
  void votersChanged() {
    if (role instanceof LeaderState leader) {
      leader.observers().keySet().removeIf(voters()::contains);
      leader.syncPeers(voters(), Math.max(1, log.lastIndex()), nowMs);
    } else {
      tellRole();
    }
    tellPeers();
  }

  /**
   * Whom a node without a vote that nobody serves asks for the log besides the voters it knows: those its disk was formatted with. Its log may
   * end in a time whose voters are all gone today.
   */
  List<Voter> formerVoters() {
    if (!lonely || isVoter()) {
      return List.of();
    }
    VoterSet now = voters();
    return identity.voters().voters().stream()
        .filter(voter -> !now.contains(voter.key()) && !voter.key().equals(self())).toList();
  }

  /** Whether no leader has been heard for long. */
  void lonely(boolean now) {
    lonely = now;
    tellPeers();
  }

  /** Tells whom messages may go to, if others than before. */
  private void tellPeers() {
    List<Voter> others = role instanceof LeaderState leader ? leader.observerAddresses() : formerVoters();
    var peers = new RaftNotice.PeersChanged(voters(), others);
    if (!peers.equals(toldPeers)) {
      toldPeers = peers;
      notices.add(peers);
    }
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
    if (rules.truncationRevertsVoters() && voterHistory.truncatedFrom(index)) {
      votersChanged();
    }
  }

  /**
   * A received snapshot is durable: it takes the log's place, or the part of the log that it includes is known to be committed (Q34).
   * Nothing happens when that was known already.
   */
  public void install(Snapshot snapshot) {
    SnapshotId id = snapshot.id();
    if (id.lastIndex() <= commitIndex) {
      return;
    }
    if (rules.snapshotKeepsLog(id, log)) {
      commitTo(id.lastIndex());
      return;
    }
    if (role instanceof LeaderState) {
      throw new RaftInvariantException("leader of term " + term() + " lacks the committed entry " + id);
    }
    log.reset(id);
    commitIndex = id.lastIndex();
    voterHistory.reset(id.lastIndex(), snapshot.voters());
    notices.add(new RaftNotice.SnapshotInstalled(snapshot));
    if (role instanceof PreCandidateState || role instanceof CandidateState) {
      stepDown(nowMs + electionTimeout()); // it asked with another log, perhaps another voter set: what was counted is void
    }
    votersChanged();
  }

  /** A durable snapshot of this node includes the log up to here: drop what no slow follower needs (Q33). */
  void dropLogTo(long index) {
    if (index > commitIndex) {
      throw new RaftInvariantException("cannot drop up to " + index + ", committed is " + commitIndex);
    }
    log.dropTo(index);
    voterHistory.droppedTo(index);
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
