package io.ottla.sim.quorum;

import io.ottla.controller.raft.CoreFactory;
import io.ottla.controller.raft.CoreFactory.BrokenRules;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogView;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.RaftRules;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.StorageTask;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.quorum.DriverOrder.Publication;
import io.ottla.sim.quorum.SimQuorum.Production;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Bugs that Raft implementations have really had, each planted alone into a core or driver that is otherwise the production one. */
@SuppressWarnings("ImmutableEnumChecker") // neither rules nor orders hold state
enum PlantedBug {
  /** A voter votes for everyone who asks (Q16). */
  VOTES_TWICE_IN_A_TERM(new BrokenRules() {
    @Override
    public boolean voteIsFree(HardState state, ReplicaKey candidate) {
      return true;
    }
  }),

  /** A voter votes for candidates that lack entries it has (Q16). */
  VOTES_FOR_OUTDATED_LOGS(new BrokenRules() {
    @Override
    public boolean upToDate(long candidateTerm, long candidateIndex, long ownTerm, long ownIndex) {
      return true;
    }
  }),

  /** Up-to-dateness looks at length alone, not at terms first (Q16). */
  VOTES_FOR_LONGER_LOGS(new BrokenRules() {
    @Override
    public boolean upToDate(long candidateTerm, long candidateIndex, long ownTerm, long ownIndex) {
      return candidateIndex >= ownIndex;
    }
  }),

  /** An entry of an older term is committed as soon as a majority has it (Q24, figure 8 of the Raft paper). */
  COMMITS_OLD_TERMS_BY_COUNTING(new BrokenRules() {
    @Override
    public boolean commitsByCounting(long entryTerm, long currentTerm) {
      return true;
    }
  }),

  /** A leader counts its own log before it is forced (Q24). */
  LEADER_COUNTS_ITSELF_TOO_EARLY(new BrokenRules() {
    @Override
    public long ownMatchIndex(long durableIndex, long lastIndex) {
      return lastIndex;
    }
  }),

  /** An append removes everything behind it, although what is there matches (Q22): a delayed one deletes acknowledged entries. */
  TRUNCATES_MATCHING_ENTRIES(new BrokenRules() {
    @Override
    public long firstDifference(AppendRequest request, LogView log) {
      boolean replaces = !request.entries().isEmpty() && request.lastIndex() < log.lastIndex();
      return replaces ? request.prevIndex() + 1 : super.firstDifference(request, log);
    }
  }),

  /** A follower acknowledges its last index instead of the verified one (Q22). */
  ACKNOWLEDGES_UNVERIFIED_ENTRIES(new BrokenRules() {
    @Override
    public long verifiedIndex(AppendRequest request, long lastIndex) {
      return lastIndex;
    }
  }),

  /** A follower commits up to its last index although only a part is verified (Q22). */
  COMMITS_UNVERIFIED_ENTRIES(new BrokenRules() {
    @Override
    public long commitAfterAppend(long ownCommit, long leaderCommit, long verifiedIndex, long lastIndex) {
      return Math.max(ownCommit, Math.min(leaderCommit, lastIndex));
    }
  }),

  /** A follower acknowledges entries that are not durable yet (Q21 f). */
  ACKNOWLEDGES_BEFORE_FORCE(new BrokenRules() {
    @Override
    public long acknowledgedIndex(long verifiedIndex, long durableIndex) {
      return verifiedIndex;
    }
  }),

  /** A new leader acts at once, without an entry of its own term (Q20). */
  SKIPS_THE_ENTRY_THAT_OPENS_A_TERM(new BrokenRules() {
    @Override
    public boolean opensTermWithEntry() {
      return false;
    }
  }),

  /** A leader answers reads without asking whether it still leads (Q30). */
  ANSWERS_READS_UNCONFIRMED(new BrokenRules() {
    @Override
    public boolean confirmsRead(int confirmations, VoterSet voters) {
      return true;
    }
  }),

  /** A receiver adopts the term that a pre-vote proposes, which makes pre-votes as disturbing as votes (Q8). */
  ADOPTS_TERMS_FROM_PRE_VOTES(new BrokenRules() {
    @Override
    public long termAfterPreVote(long ownTerm, PreVoteRequest request) {
      return Math.max(ownTerm, request.proposedTerm());
    }
  }),

  /** A voter that loses patience campaigns without asking first (Q10). */
  CAMPAIGNS_WITHOUT_ASKING(new BrokenRules() {
    @Override
    public boolean asksBeforeCampaigning(boolean toldLeaderIsGone) {
      return false;
    }
  }),

  /** A hint that the leader is gone is taken for proof (Q10). */
  TAKES_HINTS_FOR_PROOF(new BrokenRules() {
    @Override
    public boolean asksBeforeCampaigning(boolean toldLeaderIsGone) {
      return !toldLeaderIsGone;
    }
  }),

  /** Half of the voters count as a majority (Q5). */
  HALF_IS_A_MAJORITY(new BrokenRules() {
    @Override
    public int commitMajority(VoterSet voters, boolean leaderVotes) {
      return (voters.size() + 1) / 2;
    }
  }),

  /** A leader that is being removed counts itself for its own removal (Q38). */
  REMOVED_LEADER_COUNTS_ITSELF(new BrokenRules() {
    @Override
    public int commitMajority(VoterSet voters, boolean leaderVotes) {
      return leaderVotes || voters.size() == 1 ? voters.majority() : voters.majority() - 1;
    }
  }),

  /** A new voter set counts only once it is committed (Q5). */
  VOTERS_COUNT_WHEN_COMMITTED(new BrokenRules() {
    @Override
    public VoterSet votersInForce(VoterSet newest, VoterSet committed) {
      return committed;
    }
  }),

  /** A truncated voter set stays in force (Q38). */
  TRUNCATED_VOTERS_STAY(new BrokenRules() {
    @Override
    public boolean truncationRevertsVoters() {
      return false;
    }
  }),

  /** The voters are changed before the term has committed anything (Q37; found in the field in 2015). */
  CHANGES_VOTERS_TOO_EARLY(new BrokenRules() {
    @Override
    public boolean mayChangeVoters(boolean termHasCommitted, boolean changeIsPending) {
      return !changeIsPending;
    }
  }),

  /** Two changes of the voters are under way at once (Q37). */
  CHANGES_VOTERS_TWICE_AT_ONCE(new BrokenRules() {
    @Override
    public boolean mayChangeVoters(boolean termHasCommitted, boolean changeIsPending) {
      return termHasCommitted;
    }
  }),

  /** An installed snapshot leaves a log that contradicts it (Q34). */
  SNAPSHOT_KEEPS_CONTRADICTING_LOG(new BrokenRules() {
    @Override
    public boolean snapshotKeepsLog(SnapshotId snapshot, LogView log) {
      return snapshot.lastIndex() <= log.lastIndex();
    }
  }),

  /** An installed snapshot discards the log behind it that agrees with it (Q34). */
  SNAPSHOT_DISCARDS_AGREEING_LOG(new BrokenRules() {
    @Override
    public boolean snapshotKeepsLog(SnapshotId snapshot, LogView log) {
      return false;
    }
  }),

  /** Pieces of a snapshot are put together as they come (Q34). */
  PIECES_IN_ANY_ORDER(new BrokenRules() {
    @Override
    public boolean pieceFits(long receivedBytes, long position) {
      return true;
    }
  }),

  /** The log is dropped as far as the snapshot says, whether it is durable there or not (Q33). */
  DROPS_WHAT_IS_NOT_DURABLE(new BrokenRules() {
    @Override
    public long droppableTo(SnapshotId snapshot, long durableIndex, int tailEntries) {
      return snapshot.lastIndex() - tailEntries;
    }
  }),

  /** The driver stores the term but not the vote, which a crash then forgets (Q14, Q16). */
  FORGETS_THE_VOTE(new DriverOrder() {
    @Override
    public HardState stored(HardState state) {
      return new HardState(state.term(), null);
    }
  }),

  /** The driver sends before it stores term and vote. */
  SENDS_BEFORE_STORING_THE_VOTE(new DriverOrder() {
    @Override
    public List<RaftEffect> effects(RaftOutput output) {
      var effects = new ArrayList<>(DriverOrder.PRODUCTION.effects(output));
      effects.sort(Comparator.comparing(effect -> effect instanceof RaftEffect.PersistHardState));
      return effects;
    }
  }),

  /** The driver reports a write as durable before it has forced it. */
  REPORTS_BEFORE_FORCE(new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<StorageTask> tasks) {
      return moved(DriverOrder.PRODUCTION.storageSteps(tasks), StorageStep.ReportPersisted.class,
          StorageStep.Force.class);
    }
  }),

  /** The driver never forces the log at all. */
  NEVER_FORCES(new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<StorageTask> tasks) {
      return without(DriverOrder.PRODUCTION.storageSteps(tasks), StorageStep.Force.class);
    }
  }),

  /** New entries are written before a truncation is forced (Q40). */
  APPENDS_BEFORE_TRUNCATION_IS_FORCED(new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<StorageTask> tasks) {
      return withoutFirstForce(DriverOrder.PRODUCTION.storageSteps(tasks));
    }
  }),

  /** New entries are written before those they replace are removed (Q40). */
  APPENDS_BEFORE_TRUNCATING(new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<StorageTask> tasks) {
      return moved(DriverOrder.PRODUCTION.storageSteps(tasks), StorageStep.Append.class, StorageStep.Truncate.class);
    }
  }),

  /** The log is dropped before the snapshot's name is durable (Q33). */
  DROPS_LOG_BEFORE_SNAPSHOT_IS_DURABLE(new DriverOrder() {
    @Override
    public List<Publication> written() {
      return List.of(Publication.FORCE, Publication.RENAME, Publication.REPORT, Publication.FORCE_DIRECTORY);
    }
  }),

  /** A snapshot gets its name before its content is forced, and the content never is (Q32). */
  RENAMES_SNAPSHOT_BEFORE_FORCE(new DriverOrder() {
    @Override
    public List<Publication> written() {
      return List.of(Publication.RENAME, Publication.FORCE_DIRECTORY, Publication.REPORT);
    }

    @Override
    public boolean stepsAreChecked() {
      return false;
    }
  }),

  /** A received snapshot takes the log's place before it is durable (Q34). */
  RESETS_LOG_BEFORE_SNAPSHOT_IS_DURABLE(new DriverOrder() {
    @Override
    public List<Publication> received() {
      return List.of(Publication.RENAME, Publication.REPORT, Publication.FORCE, Publication.FORCE_DIRECTORY);
    }
  }),

  /** A snapshot names the newest voters instead of those at its last entry (Q5). */
  SNAPSHOT_NAMES_NEWEST_VOTERS(new DriverOrder() {
    @Override
    public VoterSet snapshotVoters(RaftCore core, long index) {
      return core.voters();
    }
  }),

  /** The state goes on changing while a snapshot of it is written (Q32). */
  SNAPSHOT_OF_A_MOVING_STATE(new DriverOrder() {
    @Override
    public boolean snapshotsAreImages() {
      return false;
    }
  }),

  /** An installed snapshot does not replace the state (Q34). */
  KEEPS_STATE_WHEN_SNAPSHOT_IS_INSTALLED(new DriverOrder() {
    @Override
    public boolean loadsInstalledState() {
      return false;
    }
  }),

  /** Old snapshots are removed while they are being sent (Q33). */
  REMOVES_SNAPSHOT_IN_USE(new DriverOrder() {
    @Override
    public Set<SnapshotId> spared(Set<SnapshotId> inUse) {
      return Set.of();
    }
  }),

  /** An empty disk resumes the identity of the lost one, and votes (Q1, Q7). */
  WIPED_DISK_VOTES(new Recovery() {
    @Override
    public boolean wipedDiskIsNew() {
      return false;
    }
  }),

  /** What a start finds is built upon before it is forced. */
  BUILDS_ON_UNFORCED_REMAINS(new Recovery() {
    @Override
    public boolean forces() {
      return false;
    }
  }),

  /** A start forgets the newest entry. */
  START_FORGETS_AN_ENTRY(new Recovery() {
    @Override
    public int forgets() {
      return 1;
    }
  }),

  /** A start keeps a log that ends before the newest snapshot (Q34). */
  START_KEEPS_OUTRUN_LOG(new Recovery() {
    @Override
    public boolean discardsOutrunLog() {
      return false;
    }
  }),

  /** Frames are not chained and truncations not forced: an old suffix comes back behind new entries (Q40, Q43). */
  STALE_SUFFIX_COMES_BACK(new Production(CoreFactory.PROTOCOL, new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<StorageTask> tasks) {
      return withoutFirstForce(DriverOrder.PRODUCTION.storageSteps(tasks));
    }

    @Override
    public boolean stepsAreChecked() {
      return false;
    }
  }, new Recovery() {
    @Override
    public boolean continues(long digestBefore, Frame frame) {
      return true;
    }
  }));

  private final Production production;

  PlantedBug(RaftRules rules) {
    this(new Production(rules, DriverOrder.PRODUCTION, Recovery.PRODUCTION));
  }

  PlantedBug(DriverOrder order) {
    this(new Production(CoreFactory.PROTOCOL, order, Recovery.PRODUCTION));
  }

  PlantedBug(Recovery recovery) {
    this(new Production(CoreFactory.PROTOCOL, DriverOrder.PRODUCTION, recovery));
  }

  PlantedBug(Production production) {
    this.production = production;
  }

  /** A quorum in which every node has this bug. */
  SimQuorum quorum(long seed) {
    return new SimQuorum(seed, production, false);
  }

  /** The steps with the first of one kind moved before the first of another, if it comes later. */
  private static List<StorageStep> moved(List<StorageStep> steps, Class<? extends StorageStep> kind,
      Class<? extends StorageStep> before) {
    var moved = new ArrayList<>(steps);
    int target = first(moved, before);
    int from = first(moved, kind);
    if (target >= 0 && from > target) {
      moved.add(target, moved.remove(from));
    }
    return moved;
  }

  private static int first(List<StorageStep> steps, Class<? extends StorageStep> kind) {
    for (int at = 0; at < steps.size(); at++) {
      if (kind.isInstance(steps.get(at))) {
        return at;
      }
    }
    return -1;
  }

  private static List<StorageStep> without(List<StorageStep> steps, Class<? extends StorageStep> kind) {
    return steps.stream().filter(step -> !kind.isInstance(step)).toList();
  }

  /** Without the force right behind a truncation. */
  private static List<StorageStep> withoutFirstForce(List<StorageStep> steps) {
    var kept = new ArrayList<StorageStep>();
    for (StorageStep step : steps) {
      boolean behindTruncation = !kept.isEmpty() && kept.getLast() instanceof StorageStep.Truncate;
      if (!(step instanceof StorageStep.Force && behindTruncation)) {
        kept.add(step);
      }
    }
    return kept;
  }
}
