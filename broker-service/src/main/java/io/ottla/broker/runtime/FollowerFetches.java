package io.ottla.broker.runtime;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.LogSlice;
import io.ottla.broker.log.SliceGoneException;
import io.ottla.broker.replica.FetchDecision;
import io.ottla.broker.replica.FollowerFetch;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.ReplicaInvariantException;
import io.ottla.broker.replica.ReplicaRole;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.FetchRequest;

/** What a partition's followers get of it (P10 to P12, P17). */
final class FollowerFetches {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerFetches.class);

  private final PartitionCell cell;
  private final HostedPartition partition;

  FollowerFetches(PartitionCell cell, HostedPartition partition) {
    this.cell = cell;
    this.partition = partition;
  }

  /** Notes what the follower says, and tells what it must hear at once; null when the fetch was parked here. */
  @Nullable
  FetchPart fetch(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked) {
    PartitionWaits.After after = new PartitionWaits.After();
    FetchPart part;
    cell.lock.lock();
    try {
      part = fetchLocked(request, asked, parked, after);
    } catch (LogFailedException e) {
      cell.failed(e);
      part = error(asked, ErrorCode.STORAGE_ERROR);
    } catch (ReplicaInvariantException e) {
      cell.services.fatal().accept(e);
      part = error(asked, ErrorCode.STORAGE_ERROR);
    } finally {
      cell.lock.unlock();
    }
    after.run();
    return part;
  }

  private @Nullable FetchPart fetchLocked(FetchRequest request, FetchRequest.Partition asked, ParkedFetch parked,
      PartitionWaits.After after) {
    LeaderReplica leader = cell.leader();
    if (leader == null) {
      return error(asked, notLeading(asked.currentLeaderEpoch()));
    }
    PartitionWaits.Marks before = cell.marks();
    FetchDecision decision = leader.onFetch(new FollowerFetch(request.brokerId(), request.brokerEpoch(),
        request.requestSeq(), asked.replicaIncarnation(), asked.currentLeaderEpoch(), asked.fetchOffset(),
        asked.lastFetchedEpoch(), asked.durableOffset()), cell.services.brokers(), cell.services.clock().millis());
    partition.settle(before, after);
    return switch (decision) {
      case FetchDecision.Refused(ErrorCode code, String message) -> {
        LOG.debug("event=fetch_refused partition={} follower={} code={} reason=\"{}\"", cell.id, request.brokerId(),
            code, message);
        // Whoever asks for what is gone must hear where the log begins, or would ask for it for ever (P12).
        yield code == ErrorCode.OFFSET_TRIMMED
            ? new FetchPart(cell.id.topicId(), cell.id.partition(), code, leader.leaderEpoch(),
                cell.replica.highWatermark(), cell.log.logStartOffset(), null, null)
            : error(asked, code);
      }
      case FetchDecision.Diverged(var end) -> new FetchPart(cell.id.topicId(), cell.id.partition(), null,
          leader.leaderEpoch(), cell.replica.highWatermark(), cell.log.logStartOffset(), end, null);
      case FetchDecision.Serve(long from) -> {
        if (leader.maximalIsr().size() < leader.view().state().replicas().size()) {
          partition.proposeLocked(leader);
        }
        yield park(asked, from, leader, parked);
      }
    };
  }

  private @Nullable FetchPart park(FetchRequest.Partition asked, long from, LeaderReplica leader, ParkedFetch parked) {
    if (cell.log.logEndOffset() > from) {
      return answer(leader);
    }
    cell.waits.add(parked);
    if (cell.replica.highWatermark() > asked.knownHighWatermark()) {
      parked.news();
    }
    return null;
  }

  /** What there is for a follower now, without records; the caller reads them outside the lock. */
  FetchPart collect(FetchRequest.Partition asked) {
    cell.lock.lock();
    try {
      LeaderReplica leader = cell.leader();
      if (leader == null || leader.leaderEpoch() != asked.currentLeaderEpoch()) {
        return error(asked, notLeading(asked.currentLeaderEpoch()));
      }
      return answer(leader);
    } finally {
      cell.lock.unlock();
    }
  }

  /** Adds the records from the offset asked for on. */
  FetchPart withRecords(FetchPart part, long fromOffset, int maxBytes) {
    if (part.error() != null || part.diverged() != null || cell.log.logEndOffset() <= fromOffset) {
      return part;
    }
    try {
      LogSlice slice = cell.log.read(fromOffset, maxBytes, Long.MAX_VALUE);
      return new FetchPart(part.topicId(), part.partition(), null, part.leaderEpoch(), part.highWatermark(),
          part.logStartOffset(), null, slice.isEmpty() ? null : cell.log.verified(slice));
    } catch (SliceGoneException | OttlaException e) {
      // Truncated meanwhile: the leadership is over.
      return without(part, ErrorCode.NOT_LEADER);
    } catch (LogFailedException e) {
      cell.failed(e);
      return without(part, ErrorCode.STORAGE_ERROR);
    } catch (IllegalStateException e) {
      cell.requireGone(e);
      return without(part, ErrorCode.NOT_LEADER);
    }
  }

  private static FetchPart without(FetchPart part, ErrorCode code) {
    return new FetchPart(part.topicId(), part.partition(), code, part.leaderEpoch(), -1, -1, null, null);
  }

  void unpark(ParkedFetch parked) {
    cell.lock.lock();
    try {
      cell.waits.remove(parked);
    } finally {
      cell.lock.unlock();
    }
  }

  private FetchPart answer(LeaderReplica leader) {
    return new FetchPart(cell.id.topicId(), cell.id.partition(), null, leader.leaderEpoch(),
        cell.replica.highWatermark(), cell.log.logStartOffset(), null, null);
  }

  private ErrorCode notLeading(int askedEpoch) {
    ReplicaRole role = cell.replica.role();
    return role == null || role.leaderEpoch() < askedEpoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER;
  }

  private static FetchPart error(FetchRequest.Partition asked, ErrorCode code) {
    return new FetchPart(asked.topicId(), asked.partition(), code, asked.currentLeaderEpoch(), -1, -1, null, null);
  }
}
