package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.replica.FollowerAnswer;
import io.ottla.broker.replica.FollowerReplica;
import io.ottla.broker.replica.FollowerStep;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.FetchResponse;

/**
 * Copies all partitions that one broker leads, with one request at a time: ask, append, force, ask again; the next request tells the leader
 * what is durable here (P10, P33). A partition in trouble is left out for a while and does not hold up the others (P17). One named platform
 * thread per leader.
 */
final class FetcherLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FetcherLoop.class);
  private static final long FIRST_BACKOFF_MS = 100;
  /** For a leader that does not know yet that it leads: it is about to read the same metadata. */
  private static final long FIRST_BACKOFF_OF_A_NEW_LEADER_MS = 10;
  private static final long MAX_BACKOFF_MS = 1_000;
  private static final int ANSWER_GRACE_MS = 1_500;

  private final int leaderId;
  private final FetchServices services;
  private final Map<TopicIdPartition, Followed> partitions = new ConcurrentSkipListMap<>();
  private final Backoff leaderBackoff = new Backoff();
  private final Thread thread;
  private final Semaphore wakeups = new Semaphore(0);
  private final Object monitor = new Object();
  private boolean changed;
  private boolean stopping;
  private @Nullable CompletableFuture<LeaderFetchCalls.Reply> call;

  FetcherLoop(int leaderId, FetchServices services) {
    this.leaderId = leaderId;
    this.services = services;
    this.thread = new Thread(this::run, "ottla-fetcher-" + leaderId);
  }

  void start() {
    thread.start();
  }

  /** Begins to copy a partition; the request under way is given up, so that the new one does not wait for it. */
  void add(HostedPartition partition) {
    partitions.put(partition.id(), new Followed(partition));
    wake();
  }

  void remove(TopicIdPartition id) {
    partitions.remove(id);
  }

  private void wake() {
    synchronized (monitor) {
      changed = true;
      CompletableFuture<LeaderFetchCalls.Reply> current = call;
      if (current != null) {
        current.cancel(false);
      }
    }
    wakeups.release();
  }

  @Override
  public void close() {
    synchronized (monitor) {
      stopping = true;
    }
    wake();
    Threads.join(thread);
  }

  private void run() {
    while (!isStopping()) {
      try {
        long waitMs = round();
        pause(waitMs);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("event=fetcher_failed leader={}", leaderId, e);
        services.fatal().accept(e);
        return;
      }
    }
  }

  private boolean isStopping() {
    synchronized (monitor) {
      return stopping;
    }
  }

  private void pause(long waitMs) throws InterruptedException {
    if (waitMs > 0) {
      wakeups.tryAcquire(waitMs, TimeUnit.MILLISECONDS);
    }
    wakeups.drainPermits();
    synchronized (monitor) {
      changed = false;
    }
  }

  /** One request and its answer; returns how long to pause, 0 for not at all. */
  private long round() throws InterruptedException {
    long nowMs = services.clock().millis();
    Map<TopicIdPartition, Asked> asked = ask(nowMs);
    if (asked.isEmpty()) {
      return nextDueMs(nowMs);
    }
    Optional<Endpoint> leader = services.endpoints().apply(leaderId);
    if (leader.isEmpty()) {
      return leaderBackoff.next(FIRST_BACKOFF_MS);
    }
    LeaderFetchCalls.Reply reply = exchange(leader.get(), request(asked));
    if (reply == null) {
      return isChanged() ? 0 : leaderBackoff.next(FIRST_BACKOFF_MS);
    }
    leaderBackoff.reset();
    apply(reply, asked);
    return 0;
  }

  /** A partition, and where it stood when it was asked for. */
  record Asked(Followed followed, FollowerReplica.Position position) {}

  /** Where the partitions that are due stand. */
  Map<TopicIdPartition, Asked> ask(long nowMs) {
    Map<TopicIdPartition, Asked> asked = new LinkedHashMap<>();
    partitions.forEach((id, followed) -> {
      FollowerReplica.Position position = followed.partition.positionFor(leaderId);
      if (position == null) {
        partitions.remove(id, followed);
      } else if (followed.dueMs <= nowMs) {
        asked.put(id, new Asked(followed, position));
      }
    });
    return asked;
  }

  private long nextDueMs(long nowMs) {
    long due = nowMs + MAX_BACKOFF_MS;
    for (Followed followed : partitions.values()) {
      due = Math.min(due, followed.dueMs);
    }
    return Math.max(1, due - nowMs);
  }

  /** The request for these partitions. */
  FetchRequest request(Map<TopicIdPartition, Asked> asked) {
    FetchSettings settings = services.settings();
    List<FetchRequest.Partition> parts = new ArrayList<>(asked.size());
    asked.forEach((id, one) -> {
      FollowerReplica.Position at = one.position();
      parts.add(new FetchRequest.Partition(id.topicId(), id.partition(), at.incarnation(), at.leaderEpoch(),
          at.fetchOffset(), at.lastFetchedEpoch(), at.durableOffset(), at.highWatermark(), at.logStartOffset(),
          settings.maxPartitionBytes()));
    });
    return new FetchRequest(services.session().clusterId(), services.session().brokerId(),
        services.session().brokerEpoch(), services.nextRequestSeq(), settings.maxWaitMs(), 1, settings.maxBytes(),
        parts);
  }

  private LeaderFetchCalls.@Nullable Reply exchange(Endpoint leader, FetchRequest request)
      throws InterruptedException {
    CompletableFuture<LeaderFetchCalls.Reply> current = services.calls().fetch(leader, request,
        Duration.ofMillis((long) request.maxWaitMs() + ANSWER_GRACE_MS));
    synchronized (monitor) {
      call = current;
      if (changed) {
        current.cancel(false);
      }
    }
    try {
      return current.get();
    } catch (CancellationException e) {
      return null;
    } catch (ExecutionException e) {
      LOG.debug("event=fetch_failed leader={} reason=\"{}\"", leaderId,
          e.getCause() == null ? e : e.getCause().getMessage());
      return null;
    } finally {
      synchronized (monitor) {
        call = null;
      }
    }
  }

  private boolean isChanged() {
    synchronized (monitor) {
      return changed;
    }
  }

  /** Appends what came, forces it, and only then goes on to the next request, which counts it as durable. */
  void apply(LeaderFetchCalls.Reply reply, Map<TopicIdPartition, Asked> asked) {
    ByteBuffer batches = reply.batches();
    List<HostedPartition> appended = new ArrayList<>();
    for (FetchResponse.Partition part : reply.header().partitions()) {
      if (part.recordsLength() < 0 || part.recordsLength() > batches.remaining()) {
        LOG.error("event=fetch_answer_malformed leader={} partition={}-{} length={} left={}", leaderId, part.topicId(),
            part.partition(), part.recordsLength(), batches.remaining());
        asked.values().forEach(one -> one.followed().backOff(services.clock().millis(), FIRST_BACKOFF_MS));
        return;
      }
      ByteBuffer records = batches.slice(batches.position(), part.recordsLength());
      batches.position(batches.position() + part.recordsLength());
      Asked one = asked.get(new TopicIdPartition(part.topicId(), Math.max(0, part.partition())));
      if (one != null && applyPart(one, part, records) == FollowerStep.APPENDED) {
        appended.add(one.followed().partition);
      }
    }
    if (services.settings().forceBeforeAck()) {
      appended.forEach(HostedPartition::force);
    }
  }

  private FollowerStep applyPart(Asked one, FetchResponse.Partition part, ByteBuffer records) {
    Followed followed = one.followed();
    ErrorCode error = part.error();
    if (error != null && error != ErrorCode.OFFSET_TRIMMED) {
      LOG.debug("event=fetch_refused partition={} leader={} code={}", followed.partition.id(), leaderId, error);
      boolean newLeader = error == ErrorCode.NOT_LEADER || error == ErrorCode.UNKNOWN_LEADER_EPOCH;
      followed.backOff(services.clock().millis(), newLeader ? FIRST_BACKOFF_OF_A_NEW_LEADER_MS : FIRST_BACKOFF_MS);
      return FollowerStep.BACK_OFF;
    }
    FetchResponse.Diverging diverging = part.diverging();
    FollowerStep step = followed.partition.onAnswer(new FollowerAnswer(one.position().leaderEpoch(),
        one.position().fetchOffset(), one.position().lastFetchedEpoch(), part.highWatermark(), part.logStartOffset(),
        diverging == null ? null : new EpochEnd(diverging.epoch(), diverging.endOffset()), error != null, records));
    if (step == FollowerStep.BACK_OFF) {
      followed.backOff(services.clock().millis(), FIRST_BACKOFF_MS);
    } else {
      followed.backoff.reset();
    }
    return step;
  }

  /** A partition with its own patience. Used by the loop's thread, but for being made. */
  static final class Followed {
    private final HostedPartition partition;
    private final Backoff backoff = new Backoff();
    private volatile long dueMs = Long.MIN_VALUE;

    Followed(HostedPartition partition) {
      this.partition = partition;
    }

    void backOff(long nowMs, long firstMs) {
      dueMs = nowMs + backoff.next(firstMs);
    }
  }

  /** A first pause, doubling to 1 s (P17). */
  private static final class Backoff {
    private long nextMs;

    long next(long firstMs) {
      long now = nextMs == 0 ? firstMs : nextMs;
      nextMs = Math.min(MAX_BACKOFF_MS, 2 * now);
      return now;
    }

    void reset() {
      nextMs = 0;
    }
  }
}
