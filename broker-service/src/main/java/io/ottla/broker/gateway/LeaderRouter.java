package io.ottla.broker.gateway;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.Outcome;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.time.MonotonicClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Finds the partition's leader and tries again, within the caller's time, whatever certainly had no effect: during a failover a client then
 * sees latency, not an error. A batch of an idempotent producer is also sent again when its outcome is unknown, or when the leadership moves
 * before the answer: whoever leads recognises it (P37). Any other batch is not, since its records might be written twice (P39). Once an attempt's
 * outcome was unknown, only an acknowledgement makes it known. Blocks the calling virtual thread.
 */
final class LeaderRouter {
  /** A new leader may learn of its role a moment after this broker does, so the first waits are short. */
  private static final long FIRST_RETRY_WAIT_MS = 5;
  private static final long MAX_RETRY_WAIT_MS = 50;
  private static final long ANSWER_GRACE_MS = 1_000;
  /** What may be sent again is, after this much time without an answer: the connection may be dead without saying so. */
  private static final long ATTEMPT_MS = 5_000;
  /** How often someone who waits for an answer looks whether the leadership has moved meanwhile. */
  private static final long LOOK_MS = 50;

  private final BrokerView view;
  private final PartitionService local;
  private final Function<Endpoint, PartitionService> peers;
  private final MonotonicClock clock;

  LeaderRouter(BrokerView view, PartitionService local, Function<Endpoint, PartitionService> peers,
      MonotonicClock clock) {
    this.view = view;
    this.local = local;
    this.peers = peers;
    this.clock = clock;
  }

  AppendOutcome append(TopicIdPartition partition, ByteBuffer batch, Acks acks, long deadlineMs) {
    boolean repeatable = BatchFormat.isIdempotent(batch, batch.position(), batch.limit());
    AppendOutcome.Failed unknown = null;
    for (int tries = 0;; tries++) {
      MetadataImage image = view.image();
      AppendOutcome outcome = attempt(partition, image, batch, acks, deadlineMs, repeatable);
      if (!(outcome instanceof AppendOutcome.Failed failed)) {
        return outcome;
      }
      unknown = failed.code().outcome() == Outcome.REFUSED ? unknown : failed;
      boolean again = mayTryAgain(failed.code())
          || (repeatable && isWorthRepeating(failed.code(), unknown != null));
      again &= !Thread.currentThread().isInterrupted();
      if (!again || !waitForChange(image, tries, deadlineMs)) {
        return unknown == null ? failed : unknown;
      }
    }
  }

  private AppendOutcome attempt(TopicIdPartition partition, MetadataImage image, ByteBuffer batch, Acks acks,
      long deadlineMs, boolean repeatable) {
    return switch (target(image, partition)) {
      case Target.None none -> new AppendOutcome.Failed(none.code(), none.message());
      case Target.At at -> {
        long untilMs = repeatable ? Math.min(deadlineMs, clock.millis() + ATTEMPT_MS) : deadlineMs;
        CompletableFuture<AppendOutcome> answer = at.access().append(partition, batch.duplicate(), acks.wireValue(),
            remaining(untilMs));
        yield repeatable && leadershipMovesFirst(answer, partition, image, untilMs)
            ? new AppendOutcome.Failed(ErrorCode.INDETERMINATE,
                "The leadership moved before the answer; the records may have been written.")
            : await(answer, untilMs, AppendOutcome.Failed::new);
      }
    };
  }

  /** Waits for an answer; true if another leadership begins first. The old leader may stand still, and not say so for long. */
  private boolean leadershipMovesFirst(CompletableFuture<AppendOutcome> answer, TopicIdPartition partition,
      MetadataImage image, long deadlineMs) {
    Optional<PartitionState> sentUnder = image.partition(partition.topicId(), partition.partition());
    while (remaining(deadlineMs) > 0) {
      try {
        answer.get(Math.min(LOOK_MS, remaining(deadlineMs)), TimeUnit.MILLISECONDS);
        return false;
      } catch (TimeoutException e) {
        Optional<PartitionState> now = view.image().partition(partition.topicId(), partition.partition());
        if (!now.map(PartitionState::leaderEpoch).equals(sentUnder.map(PartitionState::leaderEpoch))) {
          return true;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } catch (ExecutionException e) {
        return false; // whoever awaits the answer sees it as well
      }
    }
    return false;
  }

  ReadOutcome read(TopicIdPartition partition, long offset, int maxBytes, int minBytes, long maxWaitMs,
      long deadlineMs) {
    for (int tries = 0;; tries++) {
      MetadataImage image = view.image();
      Target target = target(image, partition);
      long wait = Math.min(maxWaitMs, remaining(deadlineMs));
      ReadOutcome outcome = switch (target) {
        case Target.None none -> new ReadOutcome.Failed(none.code(), none.message());
        case Target.At at -> await(at.access().read(partition, offset, maxBytes, minBytes, wait), deadlineMs,
            ReadOutcome.Failed::new);
      };
      // Reading changes nothing, so an unknown outcome may be asked again as well.
      boolean again = outcome instanceof ReadOutcome.Failed failed && failed.code().retriable();
      if (!again || !waitForChange(image, tries, deadlineMs)) {
        return outcome;
      }
    }
  }

  /** Whatever a change of leadership may cure. Room on a disk does not come back while a client waits (P44). */
  private static boolean mayTryAgain(ErrorCode code) {
    return code.outcome() == Outcome.REFUSED && code.retriable() && code != ErrorCode.STORAGE_FULL;
  }

  /**
   * Whatever is unknown, but for what a bug of this system may do again. A gap in the sequence is only what a broker sees that does not know yet
   * that it was deposed and elected again: it lacks what came in between.
   */
  private static boolean isWorthRepeating(ErrorCode code, boolean wasUnknown) {
    return (code.outcome() == Outcome.UNKNOWN && code != ErrorCode.INTERNAL)
        || (wasUnknown && code == ErrorCode.OUT_OF_ORDER_SEQUENCE);
  }

  private Target target(MetadataImage image, TopicIdPartition partition) {
    Optional<PartitionState> state = image.partition(partition.topicId(), partition.partition());
    if (state.isEmpty()) {
      return new Target.None(ErrorCode.UNKNOWN_TOPIC_ID, "The topic was deleted.");
    }
    int leader = state.get().leader();
    if (leader == view.brokerId()) {
      return new Target.At(local);
    }
    Optional<Endpoint> endpoint = leader == PartitionState.NO_LEADER
        ? Optional.empty()
        : image.broker(leader).flatMap((BrokerRegistration broker) -> broker.endpoint("INTERNAL"));
    return endpoint.<Target>map(at -> new Target.At(peers.apply(at)))
        .orElseGet(() -> new Target.None(ErrorCode.LEADER_NOT_AVAILABLE, "The partition has no leader at the moment."));
  }

  private <T> T await(CompletableFuture<T> answer, long deadlineMs, FailureMaker<T> failure) {
    try {
      return answer.get(remaining(deadlineMs) + ANSWER_GRACE_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return failure.make(ErrorCode.REQUEST_TIMED_OUT,
          "The leader did not answer in time; the records may have been written.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failure.make(ErrorCode.INDETERMINATE, "The broker is stopping; the records may have been written.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a partition access completed exceptionally, against its contract", e.getCause());
    }
  }

  /** Until there is newer metadata than that image, but not for long; false when no time is left to try again. */
  private boolean waitForChange(MetadataImage image, int tries, long deadlineMs) {
    long left = remaining(deadlineMs);
    if (left <= 0) {
      return false;
    }
    try {
      // Whether it came or not, there is time left: a leader may also answer differently without new metadata.
      long waitMs = Math.min(MAX_RETRY_WAIT_MS, FIRST_RETRY_WAIT_MS << Math.min(tries, 10));
      view.awaitIndex(image.index() + 1, Duration.ofMillis(Math.min(left, waitMs)));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private long remaining(long deadlineMs) {
    return Math.max(0, deadlineMs - clock.millis());
  }

  private interface FailureMaker<T> {
    T make(ErrorCode code, String message);
  }

  private sealed interface Target {
    record At(PartitionService access) implements Target {}

    record None(ErrorCode code, String message) implements Target {}
  }
}
