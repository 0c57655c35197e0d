package io.ottla.broker.replica;

import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.replica.port.OffsetRange;
import io.ottla.broker.replica.port.ReplicaAlarms;
import io.ottla.broker.replica.port.ReplicaLog;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.record.BatchFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Bugs that replication has really had somewhere, each planted alone into a replica that is otherwise the production one. */
public enum ReplicaBug {
  /** The high watermark goes one record beyond what the slowest member has (P18). */
  HIGH_WATERMARK_ONE_TOO_FAR {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        long replicationOffset(FollowerProgress progress) {
          return Math.min(context.log().logEndOffset(), super.replicationOffset(progress) + 1);
        }
      };
    }
  },

  /** The high watermark waits for the committed ISR only, not for members that a proposal may have made (P18, P24). */
  HIGH_WATERMARK_OVER_COMMITTED_ISR {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        Collection<Integer> countedForHighWatermark() {
          return isrState().committed();
        }
      };
    }
  },

  /** The high watermark leaves out a member that has not fetched yet in this epoch. */
  HIGH_WATERMARK_WITHOUT_THE_SILENT {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        Collection<Integer> countedForHighWatermark() {
          List<Integer> counted = new ArrayList<>(super.countedForHighWatermark());
          // Called while the base class is being made too, when there is nobody yet.
          counted.removeIf(member -> member != context.brokerId() && leaderEpochStart() > 0
              && progressOf(member) == null);
          return counted;
        }
      };
    }
  },

  /** The high watermark moves below min ISR (P18). */
  COMMITS_BELOW_MIN_ISR {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean ignoresMinIsr() {
          return true;
        }
      };
    }
  },

  /** The leader counts its own log before it is forced (P18, P33). */
  LEADER_COUNTS_ITSELF_BEFORE_FORCE {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        long ownOffset() {
          return context.log().logEndOffset();
        }
      };
    }
  },

  /** A proposal without an answer is taken for one that was refused (P24). */
  NO_ANSWER_IS_A_REFUSAL {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        public void onProposalAnswer(IsrProposal proposal, IsrAnswer answer) {
          super.onProposalAnswer(proposal, answer instanceof IsrAnswer.Unknown
              ? new IsrAnswer.Refused(ErrorCode.CONTROLLER_NOT_AVAILABLE)
              : answer);
        }
      };
    }
  },

  /** NOT_CONTROLLER is taken for proof that nobody has applied the proposal (P24). */
  NOT_CONTROLLER_IS_A_REFUSAL {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean provesNotApplied(ErrorCode code) {
          return code == ErrorCode.NOT_CONTROLLER || super.provesNotApplied(code);
        }
      };
    }
  },

  /** A refusal ends the proposal under way, also a late one of an earlier proposal (P24). */
  LATE_REFUSAL_COUNTS {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean isAwaited(IsrState.Pending pending, IsrProposal answered) {
          return true;
        }

        @Override
        public void onProposalAnswer(IsrProposal proposal, IsrAnswer answer) {
          boolean late = isrState() instanceof IsrState.Pending pending && !pending.proposal().equals(proposal);
          super.onProposalAnswer(proposal, late && answer instanceof IsrAnswer.Refused
              ? new IsrAnswer.Refused(ErrorCode.CONTROLLER_NOT_AVAILABLE)
              : answer);
        }
      };
    }
  },

  /** The answer ends the proposal, also that it was accepted, before the metadata says what came of it (KAFKA-12686). */
  ANSWER_ENDS_THE_PROPOSAL {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        IsrState afterAcceptance(IsrState.Pending pending) {
          return new IsrState.Committed(pending.committed());
        }
      };
    }
  },

  /** An accepted ISR is in force at once, whatever else the metadata says that has not arrived yet (M27). */
  ISR_FROM_THE_ANSWER {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        IsrState afterAcceptance(IsrState.Pending pending) {
          return new IsrState.Committed(pending.proposal().memberIds());
        }
      };
    }
  },

  /** The least number of in-sync replicas stays as it was when the leadership began (P18, P21). */
  MIN_ISR_OF_THE_ELECTION {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        void update(PartitionView newer) {
          super.update(new PartitionView(newer.state(), view().minIsr()));
        }
      };
    }
  },

  /** Replicas are known by their brokers' ids alone, whichever of their processes fetched (M26, P11, KAFKA-14139). */
  LEADERS_KNOW_NO_BROKER_EPOCHS {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean mayJoin(int replica, BrokerStates brokers) {
          FollowerProgress progress = progressOf(replica);
          return progress != null && replicationOffset(progress) >= context.highWatermark().value()
              && replicationOffset(progress) >= leaderEpochStart() && brokers.active(replica);
        }

        @Override
        long memberEpoch(int member, @Nullable FollowerProgress progress, BrokerStates brokers) {
          return brokers.brokerEpoch(member);
        }
      };
    }
  },

  /** The local high watermark is told to be the end before this leadership has proven it (P20). */
  TELLS_AN_UNPROVEN_END {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        public OptionalLong latestOffset() {
          return OptionalLong.of(context.highWatermark().value());
        }
      };
    }
  },

  /** Who has the local high watermark may join, though the true one may be up to the start of the epoch (P20, P23). */
  JOINS_BEFORE_LEADER_EPOCH_START {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean mayJoin(int replica, BrokerStates brokers) {
          FollowerProgress progress = progressOf(replica);
          return progress != null && replicationOffset(progress) >= context.highWatermark().value()
              && brokers.active(replica) && brokers.brokerEpoch(replica) == progress.brokerEpoch();
        }
      };
    }
  },

  /** Whoever fetches may join. */
  JOINS_WITHOUT_BEING_CAUGHT_UP {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean mayJoin(int replica, BrokerStates brokers) {
          FollowerProgress progress = progressOf(replica);
          return progress != null && brokers.active(replica)
              && brokers.brokerEpoch(replica) == progress.brokerEpoch();
        }
      };
    }
  },

  /** Records are served from the offset asked for, whatever the follower has before it (P12). */
  DIVERGENCE_IS_NOT_LOOKED_FOR {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        boolean diverges(FollowerFetch fetch, EpochEnd end) {
          return false;
        }
      };
    }
  },

  /** A follower's offsets count before it has truncated what is not the leader's (P12). */
  DIVERGING_PROGRESS_COUNTS {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        public FetchDecision onFetch(FollowerFetch fetch, BrokerStates brokers, long now) {
          if (refusal(fetch, brokers) == null && fetch.fetchOffset() <= context.log().logEndOffset()) {
            noteProgress(fetch, now);
          }
          return super.onFetch(fetch, brokers, now);
        }
      };
    }
  },

  /** A new leader cuts its log to the high watermark it happens to know (KIP-101). */
  LEADER_TRUNCATES_TO_HIGH_WATERMARK {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      if (context.log().logEndOffset() > context.highWatermark().value()) {
        context.log().truncateTo(context.highWatermark().value());
        context.log().startEpoch(view.leaderEpoch());
      }
      return new LeaderReplica(context, view, nowMs);
    }
  },

  /** A new follower cuts its log to its high watermark (KIP-101). */
  FOLLOWER_TRUNCATES_TO_HIGH_WATERMARK {
    @Override
    FollowerReplica follower(ReplicaContext context, PartitionView view) {
      if (context.log().logEndOffset() > context.highWatermark().value()) {
        context.log().truncateTo(context.highWatermark().value());
      }
      return new FollowerReplica(context, view);
    }
  },

  /** A diverging follower keeps what it has instead of cutting it. */
  FOLLOWER_TRUNCATES_TOO_LITTLE {
    @Override
    FollowerReplica follower(ReplicaContext context, PartitionView view) {
      return new FollowerReplica(context, view) {
        @Override
        long truncationPoint(EpochEnd leaderEnd) {
          return leaderEnd.endOffset();
        }
      };
    }
  },

  /** The leader's high watermark is taken over before what is not the leader's is cut (KAFKA-14704). */
  HIGH_WATERMARK_BEFORE_TRUNCATION {
    @Override
    FollowerReplica follower(ReplicaContext context, PartitionView view) {
      return new FollowerReplica(context, view) {
        @Override
        public FollowerStep onAnswer(FollowerAnswer answer) {
          if (answer.leaderEpoch() == leaderEpoch()) {
            believe(answer.highWatermark());
          }
          return super.onAnswer(answer);
        }
      };
    }
  },

  /** A follower says that everything it has is forced (P10, P33). */
  FOLLOWER_CLAIMS_UNFORCED {
    @Override
    FollowerReplica follower(ReplicaContext context, PartitionView view) {
      return new FollowerReplica(context, view) {
        @Override
        public Position position() {
          Position at = super.position();
          return new Position(at.incarnation(), at.leaderEpoch(), at.fetchOffset(), at.lastFetchedEpoch(),
              at.fetchOffset(), at.highWatermark(), at.logStartOffset());
        }
      };
    }
  },

  /** A follower writes its own leader epoch into what it copies (P3). */
  FOLLOWER_STAMPS_ITS_EPOCH {
    @Override
    ReplicaLog log(ReplicaLog log) {
      return new DelegatingLog(log) {
        @Override
        public void appendAsFollower(ByteBuffer batches, int leaderEpoch) {
          for (int at = batches.position(); at < batches.limit(); at += BatchFormat.sizeInBytes(batches, at)) {
            BatchFormat.stamp(batches, at, BatchFormat.baseOffset(batches, at), leaderEpoch);
          }
          super.appendAsFollower(batches, leaderEpoch);
        }
      };
    }
  },

  /** An epoch is taken to end where the next number begins, though nobody here may have led or written under that (P12). */
  EPOCHS_WITHOUT_RECORDS_ARE_SKIPPED {
    @Override
    ReplicaLog log(ReplicaLog log) {
      return new DelegatingLog(log) {
        @Override
        public EpochEnd endOffsetForEpoch(int epoch) {
          EpochEnd end = super.endOffsetForEpoch(epoch);
          boolean nextIsKnown = super.endOffsetForEpoch(epoch + 1).epoch() == epoch + 1;
          return end.epoch() == epoch && !nextIsKnown ? new EpochEnd(epoch, logEndOffset()) : end;
        }
      };
    }
  },

  /** A leader that took over does not know what producers have written before (P38). */
  PRODUCERS_FORGOTTEN_BY_NEW_LEADERS {
    @Override
    LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
      return new LeaderReplica(context, view, nowMs) {
        @Override
        public AppendDecision append(ByteBuffer batch, int acks) {
          OffsetRange known = duplicateOf(batch);
          if (known != null && known.baseOffset() < leaderEpochStart()) {
            BatchFormat.stampProducer(batch, batch.position(), -1, (short) -1, -1);
          }
          return super.append(batch, acks);
        }
      };
    }
  },

  /** A start takes everything in the log for committed. */
  STARTS_WITH_EVERYTHING_COMMITTED {
    @Override
    long highWatermark(ReplicaLog log, long checkpointed) {
      return log.logEndOffset();
    }
  };

  LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
    return new LeaderReplica(context, view, nowMs);
  }

  FollowerReplica follower(ReplicaContext context, PartitionView view) {
    return new FollowerReplica(context, view);
  }

  ReplicaLog log(ReplicaLog log) {
    return log;
  }

  long highWatermark(ReplicaLog log, long checkpointed) {
    return checkpointed;
  }

  /** A replica with this bug. */
  public final PartitionReplica make(int brokerId, ReplicaLog log, long highWatermark, ReplicationSettings settings,
      ReplicaAlarms alarms) {
    return new PartitionReplica(brokerId, log(log), highWatermark(log, highWatermark), settings, alarms,
        new PartitionReplica.Roles() {
          @Override
          public LeaderReplica leader(ReplicaContext context, PartitionView view, long nowMs) {
            return ReplicaBug.this.leader(context, view, nowMs);
          }

          @Override
          public FollowerReplica follower(ReplicaContext context, PartitionView view) {
            return ReplicaBug.this.follower(context, view);
          }
        });
  }

  /** A log that is another one. */
  private static class DelegatingLog implements ReplicaLog {
    private final ReplicaLog log;

    DelegatingLog(ReplicaLog log) {
      this.log = log;
    }

    @Override
    public UUID incarnation() {
      return log.incarnation();
    }

    @Override
    public long logStartOffset() {
      return log.logStartOffset();
    }

    @Override
    public long logEndOffset() {
      return log.logEndOffset();
    }

    @Override
    public long durableOffset() {
      return log.durableOffset();
    }

    @Override
    public int lastEpoch() {
      return log.lastEpoch();
    }

    @Override
    public EpochEnd endOffsetForEpoch(int epoch) {
      return log.endOffsetForEpoch(epoch);
    }

    @Override
    public void startEpoch(int epoch) {
      log.startEpoch(epoch);
    }

    @Override
    public @Nullable OffsetRange duplicateOf(ByteBuffer batch) {
      return log.duplicateOf(batch);
    }

    @Override
    public long appendAsLeader(ByteBuffer batch, int leaderEpoch) {
      return log.appendAsLeader(batch, leaderEpoch);
    }

    @Override
    public void appendAsFollower(ByteBuffer batches, int leaderEpoch) {
      log.appendAsFollower(batches, leaderEpoch);
    }

    @Override
    public void truncateTo(long offset) {
      log.truncateTo(offset);
    }

    @Override
    public void raiseLogStart(long offset, long highWatermark) {
      log.raiseLogStart(offset, highWatermark);
    }

    @Override
    public void resetTo(long offset) {
      log.resetTo(offset);
    }
  }
}
