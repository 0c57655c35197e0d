package io.ottla.broker.replica;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.FetchDecision.Diverged;
import io.ottla.broker.replica.FetchDecision.Refused;
import io.ottla.broker.replica.FetchDecision.Serve;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.OffsetRange;
import io.ottla.broker.replica.port.ReplicaLog;
import io.ottla.broker.replica.port.ReplicaAlarms.Kind;
import io.ottla.common.error.ErrorCode;

/**
 * The one replica that takes writes in a leader epoch. Decides what followers get, how far the high watermark goes, and which ISR to
 * propose; the ISR in force comes from the metadata alone (M27).
 */
public non-sealed class LeaderReplica implements ReplicaRole {
  private final ReplicaContext context;
  private final long leaderEpochStart;
  private final long electedAtMs;
  private final Map<Integer, FollowerProgress> followers = new TreeMap<>();
  private long forgivenUntilMs = Long.MIN_VALUE;
  private PartitionView view;
  private IsrState isr;

  LeaderReplica(ReplicaContext context, PartitionView view, long nowMs) {
    this.context = context;
    this.view = view;
    this.isr = new IsrState.Committed(view.isr());
    this.electedAtMs = nowMs;
    this.leaderEpochStart = context.log().logEndOffset();
    context.highWatermark().limitTo(leaderEpochStart);
    advanceHighWatermark();
  }

  @Override
  public int leaderEpoch() {
    return view.leaderEpoch();
  }

  @Override
  public PartitionView view() {
    return view;
  }

  /** Log end offset when this leadership began (P20). */
  public long leaderEpochStart() {
    return leaderEpochStart;
  }

  /** The high watermark, once it is proven in this epoch; before, the true one may be higher (P20). */
  public OptionalLong latestOffset() {
    long value = context.highWatermark().value();
    return value >= leaderEpochStart ? OptionalLong.of(value) : OptionalLong.empty();
  }

  /** Members of the ISR that any outstanding proposal may have made (P18). */
  public SortedSet<Integer> maximalIsr() {
    return isr.maximal();
  }

  /** Newer metadata of the same leadership: it alone changes the committed ISR, and it settles any proposal (M27, P28). */
  void update(PartitionView newer) {
    boolean moved = newer.partitionEpoch() > view.partitionEpoch();
    view = newer;
    if (moved) {
      isr = new IsrState.Committed(newer.isr());
    }
    advanceHighWatermark();
  }

  /**
   * Appends a producer's batch, unless it repeats one that is there (P6, P7, P9).
   *
   * @param acks 0, 1 or -1 (all)
   * @throws io.ottla.common.error.OttlaException when the batch itself is refused
   */
  public AppendDecision append(ByteBuffer batch, int acks) {
    OffsetRange known = duplicateOf(batch);
    if (known != null) {
      return new AppendDecision.Duplicate(known.baseOffset(), known.endOffset(), leaderEpoch());
    }
    if (acks == -1 && belowMinIsr()) {
      return new AppendDecision.Refused(ErrorCode.NOT_ENOUGH_REPLICAS,
          "in-sync replicas " + isr.committed() + " are fewer than min.insync.replicas=" + view.minIsr());
    }
    long baseOffset = context.log().appendAsLeader(batch, leaderEpoch());
    advanceHighWatermark();
    return new AppendDecision.Appended(baseOffset, context.log().logEndOffset(), leaderEpoch());
  }

  /** Where the log has a batch already (P37); a seam for a planted bug. */
  @Nullable
  OffsetRange duplicateOf(ByteBuffer batch) {
    return context.log().duplicateOf(batch);
  }

  /** Where an append of this epoch stands (P8). The caller has checked that the epoch is still this one. */
  AckState ackState(long endOffset, int acks) {
    if (acks == 0 || (acks == 1 ? ownOffset() : context.highWatermark().value()) >= endOffset) {
      return AckState.DONE;
    }
    return acks == -1 && belowMinIsr() ? AckState.BELOW_MIN_ISR : AckState.WAITING;
  }

  /** To be called when a force has moved the durable offset (P21, P33). */
  public void onForced() {
    advanceHighWatermark();
  }

  /** A follower asks for records; what it says about itself may move the high watermark (P11, P12, P16). */
  public FetchDecision onFetch(FollowerFetch fetch, BrokerStates brokers, long nowMs) {
    Refused refusal = refusal(fetch, brokers);
    if (refusal != null) {
      return refusal;
    }
    EpochEnd end = context.log().endOffsetForEpoch(fetch.lastFetchedEpoch());
    if (diverges(fetch, end)) {
      return new Diverged(end);
    }
    if (fetch.fetchOffset() < context.log().logStartOffset()) {
      return new Refused(ErrorCode.OFFSET_TRIMMED, "offset " + fetch.fetchOffset() + " is below log start "
          + context.log().logStartOffset());
    }
    noteProgress(fetch, nowMs);
    return new Serve(fetch.fetchOffset());
  }

  /**
   * Whether the follower has something that this log has not (P12). A follower without any epoch has no record, so it has nothing: retention
   * may have emptied its log further on than this one begins, and going back there would bring removed records back (P40).
   */
  boolean diverges(FollowerFetch fetch, EpochEnd end) {
    boolean hasNothing = fetch.lastFetchedEpoch() < 0 && fetch.fetchOffset() <= context.log().logEndOffset();
    return !hasNothing && (end.epoch() < fetch.lastFetchedEpoch() || end.endOffset() < fetch.fetchOffset()
        || isForgotten(fetch.lastFetchedEpoch(), end));
  }

  /** Whether retention has removed all that this log knew of an epoch: then a log that ends in it cannot be compared with this one. */
  private boolean isForgotten(int epoch, EpochEnd end) {
    ReplicaLog log = context.log();
    long start = log.logStartOffset();
    return start > 0 && end.endOffset() <= start && (log.logEndOffset() > start || log.lastEpoch() > epoch);
  }

  @Nullable
  Refused refusal(FollowerFetch fetch, BrokerStates brokers) {
    if (!view.isReplica(fetch.brokerId())) {
      return new Refused(ErrorCode.INELIGIBLE_REPLICA, "broker " + fetch.brokerId() + " is not a replica");
    }
    if (fetch.leaderEpoch() < leaderEpoch()) {
      return new Refused(ErrorCode.FENCED_LEADER_EPOCH,
          "epoch " + fetch.leaderEpoch() + " is over, " + leaderEpoch() + " is on");
    }
    if (fetch.leaderEpoch() > leaderEpoch()) {
      return new Refused(ErrorCode.UNKNOWN_LEADER_EPOCH,
          "epoch " + fetch.leaderEpoch() + " is not known here, " + leaderEpoch() + " is");
    }
    if (fetch.brokerEpoch() < brokers.brokerEpoch(fetch.brokerId())) {
      return new Refused(ErrorCode.STALE_BROKER_EPOCH,
          "broker " + fetch.brokerId() + " has registered again with epoch "
              + brokers.brokerEpoch(fetch.brokerId()) + " since " + fetch.brokerEpoch());
    }
    return null;
  }

  final void noteProgress(FollowerFetch fetch, long nowMs) {
    FollowerProgress progress = followers.get(fetch.brokerId());
    if (progress != null && progress.isNewerThan(fetch)) {
      return;
    }
    if (progress == null || !progress.isOf(fetch)) {
      // A rebuilt log is behind from its first fetch on; a first fetch in this epoch has the lag time from the election.
      progress = new FollowerProgress(fetch,
          progress == null ? electedAtMs : nowMs - context.settings().lagMaxMs() - 1);
      progress.forgiveUntil(forgivenUntilMs);
      followers.put(fetch.brokerId(), progress);
    }
    if (!progress.update(fetch, context.log().logEndOffset(), nowMs)) {
      context.alarms().raise(Kind.FOLLOWER_WENT_BACK, "follower " + fetch.brokerId() + " now at " + fetch);
    }
    advanceHighWatermark();
  }

  /** This broker itself stood still: what followers could not say meanwhile must not count against them (P25). */
  public void onOwnStall(long nowMs) {
    forgivenUntilMs = nowMs;
    followers.values().forEach(progress -> progress.forgiveUntil(nowMs));
  }

  /** The ISR change to propose now, if any; the caller sends it and reports the answer (P22–P24). */
  public Optional<IsrProposal> propose(BrokerStates brokers, long nowMs) {
    return switch (isr) {
      case IsrState.Committed committed -> proposeNew(committed, brokers, nowMs);
      case IsrState.Pending pending -> pending.sending() || pending.accepted()
          ? Optional.empty()
          : resend(pending, pending.proposal());
    };
  }

  private Optional<IsrProposal> proposeNew(IsrState.Committed now, BrokerStates brokers, long nowMs) {
    List<Integer> next = new ArrayList<>(now.committed());
    next.removeIf(member -> member != context.brokerId() && lags(member, nowMs));
    if (next.size() == now.committed().size() && !view.recovering()) {
      for (int replica : view.state().replicas()) {
        if (!next.contains(replica) && mayJoin(replica, brokers)) {
          next.add(replica);
        }
      }
    }
    if (next.equals(now.committed()) && !view.recovering()) {
      return Optional.empty();
    }
    IsrProposal proposal = proposal(next, brokers);
    isr = new IsrState.Pending(now.committed(), next, proposal, true, false, false);
    return Optional.of(proposal);
  }

  private Optional<IsrProposal> resend(IsrState.Pending pending, IsrProposal proposal) {
    isr = pending.sent(proposal);
    return Optional.of(proposal);
  }

  private IsrProposal proposal(List<Integer> members, BrokerStates brokers) {
    List<IsrProposal.Member> newIsr = new ArrayList<>();
    for (int member : members) {
      FollowerProgress progress = followers.get(member);
      newIsr.add(new IsrProposal.Member(member, memberEpoch(member, progress, brokers)));
    }
    return new IsrProposal(leaderEpoch(), view.partitionEpoch(), List.copyOf(newIsr), true);
  }

  /** The registration under which a member was seen here (M26): a later one has to prove itself first. */
  long memberEpoch(int member, @Nullable FollowerProgress progress, BrokerStates brokers) {
    return progress == null ? brokers.brokerEpoch(member) : progress.brokerEpoch();
  }

  private boolean lags(int member, long nowMs) {
    FollowerProgress progress = followers.get(member);
    if (progress == null) {
      return nowMs - Math.max(electedAtMs, forgivenUntilMs) > context.settings().lagMaxMs();
    }
    return !progress.isCaughtUp(context.log().logEndOffset(), nowMs, context.settings().lagMaxMs());
  }

  /** P23. The wait for a proven high watermark (P20) is the second comparison: below min ISR it could otherwise never end. */
  boolean mayJoin(int replica, BrokerStates brokers) {
    FollowerProgress progress = followers.get(replica);
    return progress != null && replicationOffset(progress) >= context.highWatermark().value()
        && replicationOffset(progress) >= leaderEpochStart && brokers.active(replica)
        && brokers.brokerEpoch(replica) == progress.brokerEpoch();
  }

  /** What the controllers said to a proposal; an answer to any but the outstanding one changes nothing (P24). */
  public void onProposalAnswer(IsrProposal proposal, IsrAnswer answer) {
    if (!(isr instanceof IsrState.Pending pending) || !isAwaited(pending, proposal)) {
      return;
    }
    isr = switch (answer) {
      case IsrAnswer.Accepted(int epoch) -> epoch > proposal.partitionEpoch()
          ? afterAcceptance(pending)
          : afterNoChange(pending);
      case IsrAnswer.Refused(ErrorCode code) -> afterRefusal(pending, code);
      case IsrAnswer.Unknown() -> pending.wentUnknown();
    };
    advanceHighWatermark();
  }

  /** Whether an answer to this proposal is the one that is waited for: a late one speaks of another state of the partition. */
  boolean isAwaited(IsrState.Pending pending, IsrProposal answered) {
    return pending.sending() && pending.proposal().equals(answered);
  }

  /** The controllers have made it the ISR; this leader makes it its own when the metadata says so, with everything else it says (M27). */
  IsrState afterAcceptance(IsrState.Pending pending) {
    return pending.wasAccepted();
  }

  /** The proposal was what is in force already, and no metadata will follow. */
  private static IsrState afterNoChange(IsrState.Pending pending) {
    return pending.uncertain() ? pending.wentUnknown() : new IsrState.Committed(pending.committed());
  }

  private IsrState afterRefusal(IsrState.Pending pending, ErrorCode code) {
    if (code == ErrorCode.INELIGIBLE_REPLICA) {
      return confirming(pending);
    }
    return !provesNotApplied(code) || pending.uncertain()
        ? pending.wentUnknown()
        : new IsrState.Committed(pending.committed());
  }

  /**
   * Another attempt, or a copy of this one, may still be under way, and its member be eligible when it arrives. Confirming the committed ISR raises
   * the partition epoch, which voids it.
   */
  private static IsrState confirming(IsrState.Pending pending) {
    IsrProposal asked = pending.proposal();
    List<IsrProposal.Member> members = asked.newIsr().stream()
        .filter(member -> pending.committed().contains(member.brokerId())).toList();
    return new IsrState.Pending(pending.committed(), pending.counted(),
        new IsrProposal(asked.leaderEpoch(), asked.partitionEpoch(), members, asked.recovered()), false, false, true);
  }

  /**
   * Whether nobody has applied what was refused so, nor ever will (P24). Who is not the controller, is busy, or finds fault with the request has only
   * not done it now: should the network have carried the proposal twice, the other copy may have been taken, or may still be.
   */
  boolean provesNotApplied(ErrorCode code) {
    return code == ErrorCode.CONTROLLER_NOT_AVAILABLE;
  }

  private boolean belowMinIsr() {
    return isr.committed().size() < view.minIsr();
  }

  private void advanceHighWatermark() {
    if (belowMinIsr() && !ignoresMinIsr()) {
      return;
    }
    long candidate = ownOffset();
    for (int member : countedForHighWatermark()) {
      if (member != context.brokerId()) {
        FollowerProgress progress = followers.get(member);
        if (progress == null) {
          return;
        }
        candidate = Math.min(candidate, replicationOffset(progress));
      }
    }
    context.highWatermark().advanceTo(candidate);
    if (context.highWatermark().value() > context.log().logEndOffset()) {
      throw new ReplicaInvariantException("high watermark " + context.highWatermark().value() + " beyond log end "
          + context.log().logEndOffset());
    }
  }

  /** Who must hold a record before it is committed (P18). */
  Collection<Integer> countedForHighWatermark() {
    return isr.maximal();
  }

  /** Whether the high watermark moves below min ISR: never (P18); a seam for a planted bug. */
  boolean ignoresMinIsr() {
    return false;
  }

  /** How much of a follower's log counts (P18). */
  long replicationOffset(FollowerProgress progress) {
    return context.settings().forceBeforeAck() ? progress.durableOffset() : progress.fetchOffset();
  }

  final IsrState isrState() {
    return isr;
  }

  final @Nullable FollowerProgress progressOf(int follower) {
    return followers.get(follower);
  }

  /** How much of its own log a leader counts (P18). */
  long ownOffset() {
    return context.settings().forceBeforeAck() ? context.log().durableOffset() : context.log().logEndOffset();
  }
}
