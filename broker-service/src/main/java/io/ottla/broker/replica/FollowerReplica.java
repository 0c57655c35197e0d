package io.ottla.broker.replica;

import java.util.UUID;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.broker.replica.port.ReplicaAlarms.Kind;
import io.ottla.broker.replica.port.ReplicaLog;

/**
 * A replica that copies its leader's log in one leader epoch. It truncates by epoch only, never to its high watermark (P13, P27), and before
 * it believes anything else an answer says.
 */
public non-sealed class FollowerReplica implements ReplicaRole {
  private final ReplicaLog log;
  private final HighWatermark highWatermark;
  private final ReplicationSettings settings;
  private final ReplicaAlarms alarms;
  private PartitionView view;

  FollowerReplica(ReplicaContext context, PartitionView view) {
    this.log = context.log();
    this.highWatermark = context.highWatermark();
    this.settings = context.settings();
    this.alarms = context.alarms();
    this.view = view;
  }

  /**
   * Where this follower stands, to be sent with its next fetch (P10).
   *
   * @param lastFetchedEpoch epoch of its last record
   */
  public record Position(UUID incarnation, int leaderEpoch, long fetchOffset, int lastFetchedEpoch, long durableOffset,
      long highWatermark, long logStartOffset) {}

  @Override
  public int leaderEpoch() {
    return view.leaderEpoch();
  }

  @Override
  public PartitionView view() {
    return view;
  }

  /** The broker to fetch from. */
  public int leader() {
    return view.leader();
  }

  void update(PartitionView newer) {
    view = newer;
  }

  /** Where to fetch next. */
  public Position position() {
    long end = log.logEndOffset();
    return new Position(log.incarnation(), leaderEpoch(), end, log.lastEpoch(),
        settings.forceBeforeAck() ? log.durableOffset() : end, highWatermark.value(), log.logStartOffset());
  }

  /**
   * Takes over what the leader sent (P13, P14), and where its log starts (P40).
   *
   * @throws io.ottla.common.error.OttlaException CORRUPT_BATCH when the records are not what a leader may send
   */
  public FollowerStep onAnswer(FollowerAnswer answer) {
    if (!isForThisState(answer)) {
      return FollowerStep.STALE;
    }
    if (answer.trimmed()) {
      return restartAt(answer.logStartOffset());
    }
    EpochEnd diverged = answer.diverged();
    if (diverged != null && endsBefore(answer.logStartOffset(), diverged)) {
      return beginAnewAt(answer.logStartOffset());
    }
    if (diverged != null) {
      return truncate(diverged);
    }
    boolean records = answer.batches().hasRemaining();
    if (records) {
      log.appendAsFollower(answer.batches(), leaderEpoch());
    }
    highWatermark.advanceTo(Math.min(answer.highWatermark(), log.logEndOffset()));
    // The leader's start may be ahead of what this replica knows to be committed; it gets there with the next answers.
    log.raiseLogStart(Math.min(answer.logStartOffset(), highWatermark.value()), highWatermark.value());
    return records ? FollowerStep.APPENDED : FollowerStep.UNCHANGED;
  }

  /** A late or repeated answer speaks of another log: truncating by it could remove what the leader already counts on. */
  boolean isForThisState(FollowerAnswer answer) {
    return answer.leaderEpoch() == leaderEpoch() && answer.fetchOffset() == log.logEndOffset()
        && answer.lastFetchedEpoch() == log.lastEpoch();
  }

  /**
   * Whether the two logs part before the leader's begins, for all it knows: it has no epochs from there any more and names its start instead
   * (P12). What lies below it here may be what the leader's log had there or not. Nobody reads it, but producers would be answered by it (P38).
   */
  private boolean endsBefore(long leaderLogStart, EpochEnd leaderEnd) {
    return leaderLogStart > 0 && leaderEnd.endOffset() <= leaderLogStart && log.logStartOffset() <= leaderLogStart;
  }

  private FollowerStep beginAnewAt(long leaderLogStart) {
    if (leaderLogStart < highWatermark.value()) {
      alarms.raise(Kind.TRUNCATED_BELOW_HIGH_WATERMARK, "beginning anew at " + leaderLogStart
          + " below high watermark " + highWatermark.value() + " in epoch " + leaderEpoch());
    }
    log.resetTo(leaderLogStart);
    highWatermark.limitTo(leaderLogStart);
    highWatermark.advanceTo(leaderLogStart);
    return FollowerStep.TRUNCATED;
  }

  private FollowerStep truncate(EpochEnd leaderEnd) {
    long before = log.logEndOffset();
    int epochBefore = log.lastEpoch();
    long target = Math.min(truncationPoint(leaderEnd), before);
    if (target < highWatermark.value()) {
      alarms.raise(Kind.TRUNCATED_BELOW_HIGH_WATERMARK,
          "truncating to " + target + " below high watermark " + highWatermark.value() + " in epoch " + leaderEpoch());
    }
    log.truncateTo(target);
    highWatermark.limitTo(log.logEndOffset());
    if (log.logEndOffset() == before && log.lastEpoch() == epochBefore) {
      alarms.raise(Kind.DIVERGENCE_WITHOUT_PROGRESS,
          "leader's " + leaderEnd + " left log end " + before + " and epoch " + epochBefore + " as they were");
      return FollowerStep.BACK_OFF;
    }
    return FollowerStep.TRUNCATED;
  }

  /** The last offset both logs can agree on, as far as this answer tells (P13). */
  long truncationPoint(EpochEnd leaderEnd) {
    return Math.min(leaderEnd.endOffset(), log.endOffsetForEpoch(leaderEnd.epoch()).endOffset());
  }

  /** For planted bugs in tests: what truncating to the high watermark would need to know. */
  final long highWatermarkValue() {
    return highWatermark.value();
  }

  /** For planted bugs in tests: a leader's word is taken for more than it is. */
  final void believe(long leaderHighWatermark) {
    highWatermark.advanceTo(Math.min(leaderHighWatermark, log.logEndOffset()));
  }

  private FollowerStep restartAt(long leaderLogStart) {
    if (leaderLogStart <= log.logEndOffset()) {
      return FollowerStep.BACK_OFF;
    }
    return beginAnewAt(leaderLogStart);
  }
}
