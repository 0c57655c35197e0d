package io.ottla.sim.quorum;

import io.ottla.controller.raft.CoreFactory;
import io.ottla.controller.raft.CoreFactory.BrokenRules;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogView;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.RaftRules;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.VoterSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
    public List<StorageStep> storageSteps(List<LogWrite> writes) {
      var steps = new ArrayList<>(DriverOrder.PRODUCTION.storageSteps(writes));
      steps.add(steps.size() - 2, steps.removeLast());
      return steps;
    }
  }),

  /** The driver never forces the log at all. */
  NEVER_FORCES(new DriverOrder() {
    @Override
    public List<StorageStep> storageSteps(List<LogWrite> writes) {
      return DriverOrder.PRODUCTION.storageSteps(writes).stream().filter(step -> !(step instanceof StorageStep.Force))
          .toList();
    }
  });

  private final RaftRules rules;
  private final DriverOrder order;

  PlantedBug(RaftRules rules) {
    this.rules = rules;
    this.order = DriverOrder.PRODUCTION;
  }

  PlantedBug(DriverOrder order) {
    this.rules = CoreFactory.PROTOCOL;
    this.order = order;
  }

  /** A quorum in which every voter has this bug. */
  SimQuorum quorum(long seed) {
    return new SimQuorum(seed, rules, order, false);
  }
}
