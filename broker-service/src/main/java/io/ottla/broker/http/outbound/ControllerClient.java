package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.ottla.broker.http.outbound.ActiveController.Address;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.common.config.Listener;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.DeleteTopicResponse;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import reactor.netty.resources.LoopResources;

/**
 * Calls to the active controller over HTTP. Finds it by hints and by trying; a circuit breaker per controller keeps a hanging one from being asked
 * again and again, a time limit bounds each attempt, and what may be repeated is repeated until the call's own limit. What may not (deleting,
 * creating without a chosen id) is repeated only while certainly nobody has seen it. Any thread that may block.
 *
 * <p>
 * After the active controller died, its successor is elected within tens of milliseconds. One of the calls that wait asks around with short
 * pauses; the others, and calls that hang on a controller that stands still, are told as soon as anybody here hears of the new one.
 */
public final class ControllerClient implements ControllerCalls, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerClient.class);
  private static final int CONNECTIONS = 32;
  private static final Duration ADMIN_LIMIT = Duration.ofSeconds(15);
  private static final Duration REGISTER_LIMIT = Duration.ofSeconds(5);
  /** Between rounds of the one that asks around: shorter than an election while one may be under way, hence no load worth mentioning later. */
  private static final IntervalFunction PAUSE = IntervalFunction.ofExponentialRandomBackoff(5L, 1.25, 0.5, 300L);
  private static final int MAX_PAUSES = 30;
  /** The others are woken by news, and one of them takes over when whoever asked around has given up. */
  private static final long MAY_SEARCH_CHECK_MS = 100;
  private static final CircuitBreakerConfig BREAKER = CircuitBreakerConfig.custom()
      .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED).slidingWindowSize(4)
      .minimumNumberOfCalls(2)
      .failureRateThreshold(50).waitDurationInOpenState(Duration.ofMillis(500)).permittedNumberOfCallsInHalfOpenState(1)
      .build();

  /** A controller with its connections and its breaker. */
  private record Controller(Address address, PeerClient client, CircuitBreaker breaker) {}

  private final List<Address> bootstrap;
  private final Duration attemptLimit;
  private final MonotonicClock clock;
  private final LoopResources loops;
  private final NodeFaults faults;
  private final Map<Address, Controller> controllers = new ConcurrentHashMap<>();
  private final ActiveController active;
  private volatile boolean closed;

  /**
   * @param bootstrap INTERNAL addresses of controllers
   * @param sessionMs broker session; one attempt takes at most half of it, so that one dead controller cannot eat it (M14)
   * @param clock for limits of whole calls
   * @param active what is known of the active controller, shared with others who hear of it
   * @param faults what is done to calls in tests
   */
  public ControllerClient(List<Listener> bootstrap, int sessionMs, MonotonicClock clock, ActiveController active,
      NodeFaults faults) {
    this.faults = faults;
    this.active = active;
    this.bootstrap = bootstrap.stream().map(one -> new Address(one.host(), one.port())).toList();
    this.attemptLimit = Duration.ofMillis(Math.max(100, Math.min(1_000, sessionMs / 3)));
    this.clock = clock;
    this.loops = PeerClient.loops("controller", 1);
  }

  @Override
  public RegisterBrokerResponse register(RegisterBrokerRequest request) {
    return call(new Call<>("/cluster/v1/brokers/register", request, RegisterBrokerResponse.class, REGISTER_LIMIT,
        attemptLimit.multipliedBy(2), true));
  }

  @Override
  public HeartbeatResponse heartbeat(HeartbeatRequest request) {
    HeartbeatResponse response = call(new Call<>("/cluster/v1/brokers/heartbeat", request, HeartbeatResponse.class,
        attemptLimit, attemptLimit.dividedBy(2), true));
    active.termIs(response.term());
    return response;
  }

  @Override
  public AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request) {
    // Not repeated here: the leader must know that an attempt's outcome is unknown (P24).
    return call(new Call<>("/cluster/v1/partitions/alter", request, AlterPartitionsResponse.class,
        attemptLimit.multipliedBy(2), attemptLimit, false));
  }

  @Override
  public CreateTopicResponse createTopic(CreateTopicRequest request) {
    // With a chosen id the controllers recognise a repetition, so nobody has to wait long for an answer that may have been lost.
    boolean repeatable = request.topicId() != null || request.validateOnly();
    return call(new Call<>("/cluster/v1/topics", request, CreateTopicResponse.class, ADMIN_LIMIT,
        repeatable ? attemptLimit : ADMIN_LIMIT, repeatable));
  }

  @Override
  public DeleteTopicResponse deleteTopic(DeleteTopicRequest request) {
    return call(new Call<>("/cluster/v1/topics/delete", request, DeleteTopicResponse.class, ADMIN_LIMIT, ADMIN_LIMIT,
        false));
  }

  @Override
  public AllocateProducerIdsResponse allocateProducerIds(AllocateProducerIdsRequest request) {
    // A lost answer costs a block of ids, of which there are plenty.
    return call(new Call<>("/cluster/v1/producer-ids", request, AllocateProducerIdsResponse.class, REGISTER_LIMIT,
        attemptLimit, true));
  }

  /**
   * A call that administrators make.
   *
   * @param repeatable whether an attempt whose answer was lost may be made again
   */
  <T> T administer(String path, Object request, Class<T> type, boolean repeatable) {
    return call(new Call<>(path, request, type, ADMIN_LIMIT, repeatable ? attemptLimit : ADMIN_LIMIT, repeatable));
  }

  /**
   * @param limit of the whole call
   * @param attempt limit of one attempt
   * @param repeatable whether an attempt whose answer was lost may be made again
   */
  private record Call<T>(String path, Object request, Class<T> type, Duration limit, Duration attempt,
      boolean repeatable) {}

  /** How far a call has come. */
  private static final class Progress {
    private final long deadlineMs;
    private boolean uncertain;

    Progress(long deadlineMs) {
      this.deadlineMs = deadlineMs;
    }
  }

  private <T> T call(Call<T> call) {
    Progress progress = new Progress(clock.millis() + call.limit().toMillis());
    boolean searching = false;
    boolean ask = true;
    try {
      for (int round = 1; !closed; round++) {
        CompletableFuture<Void> news = active.news();
        T value = ask ? round(call, progress, round) : null;
        if (value != null) {
          return value;
        }
        searching = searching || active.trySearch();
        long pauseMs = searching ? PAUSE.apply(Math.min(round, MAX_PAUSES)) : MAY_SEARCH_CHECK_MS;
        long leftMs = progress.deadlineMs - clock.millis();
        if (leftMs <= 0) {
          break;
        }
        ask = await(news, Math.min(pauseMs, leftMs)) || searching;
      }
    } finally {
      if (searching) {
        active.endSearch();
      }
    }
    throw progress.uncertain
        ? new OttlaException(ErrorCode.INDETERMINATE, "no controller answered in " + call.limit().toMillis() + " ms")
        : new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "no active controller could be reached");
  }

  /** Asks each controller once, following hints first; null when none gave an answer. */
  private <T> @Nullable T round(Call<T> call, Progress progress, int round) {
    Deque<Address> next = candidates(round);
    Set<Address> tried = new HashSet<>();
    while (!next.isEmpty()) {
      Address address = next.removeFirst();
      if (!tried.add(address)) {
        continue;
      }
      Attempt<T> attempt = attempt(call, controller(address), progress);
      if (attempt.value() != null) {
        return attempt.value();
      }
      progress.uncertain |= attempt.uncertain();
      if (attempt.uncertain() && !call.repeatable()) {
        throw new OttlaException(ErrorCode.INDETERMINATE, "the controller's answer was lost: " + attempt.reason());
      }
      Address hint = attempt.hint();
      if (hint != null) {
        next.addFirst(hint);
      }
    }
    return null;
  }

  /** The active controller when it is known, and all that are configured, from another one on in each round. */
  private Deque<Address> candidates(int round) {
    Deque<Address> all = new ArrayDeque<>();
    Address known = active.address();
    if (known != null) {
      all.add(known);
    }
    for (int i = 0; i < bootstrap.size(); i++) {
      all.add(bootstrap.get((i + round - 1) % bootstrap.size()));
    }
    return all;
  }

  /**
   * @param value the answer, null for none
   * @param uncertain whether the controller may have acted on it all the same
   * @param hint who is said to be the active controller
   */
  private record Attempt<T>(@Nullable T value, boolean uncertain, @Nullable Address hint, String reason) {
    static <T> Attempt<T> failed(String reason) {
      return new Attempt<>(null, false, null, reason);
    }

    static <T> Attempt<T> uncertain(String reason) {
      return new Attempt<>(null, true, null, reason);
    }
  }

  private <T> Attempt<T> attempt(Call<T> call, Controller controller, Progress progress) {
    long left = progress.deadlineMs - clock.millis();
    if (left <= 0) {
      return Attempt.failed("time is up");
    }
    if (!controller.breaker().tryAcquirePermission()) {
      return Attempt.failed(controller.client().address() + " failed just now");
    }
    long startNanos = System.nanoTime();
    try {
      Duration limit = Duration.ofMillis(Math.min(left, call.attempt().toMillis()));
      PeerResponse response = exchange(call, controller, limit);
      if (response == null) {
        controller.breaker().releasePermission();
        return new Attempt<>(null, true, active.address(), "another controller became active");
      }
      controller.breaker().onSuccess(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
      return understand(call, controller, response, progress);
    } catch (PeerException e) {
      if (e.wasRefused()) {
        controller.breaker().releasePermission(); // costs nothing and may be over any moment: nothing to be protected from
      } else {
        controller.breaker().onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, e);
      }
      active.failed(controller.address());
      return new Attempt<>(null, e.mayHaveBeenSent(), null, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      controller.breaker().releasePermission();
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "interrupted while waiting for the controller");
    }
  }

  /** The answer; null when the call may be repeated and it became known meanwhile that another controller is the active one. */
  private @Nullable PeerResponse exchange(Call<?> call, Controller controller, Duration limit)
      throws PeerException, InterruptedException {
    long changes = active.changes();
    CompletableFuture<PeerResponse> answer = controller.client().postJson(call.path(), call.request(), limit);
    while (call.repeatable()) {
      CompletableFuture<Void> news = active.news();
      boolean elsewhere = active.changes() != changes && active.isElsewhere(controller.address());
      if (elsewhere && !answer.isDone()) {
        answer.cancel(false);
        return null;
      }
      awaitEither(answer, news);
      if (answer.isDone()) {
        break;
      }
    }
    return PeerClient.await(answer);
  }

  private static void awaitEither(CompletableFuture<?> answer, CompletableFuture<?> news) throws InterruptedException {
    try {
      CompletableFuture.anyOf(answer, news).get();
    } catch (ExecutionException e) {
      LOG.trace("event=controller_call_failed", e); // whoever looks at the answer sees it as well
    }
  }

  private <T> Attempt<T> understand(Call<T> call, Controller controller, PeerResponse response, Progress progress) {
    if (response.ok()) {
      try {
        T value = response.json(call.type());
        active.answered(controller.address());
        return new Attempt<>(value, false, null, "");
      } catch (IOException e) {
        return Attempt.uncertain("answer is not understood: " + e.getMessage());
      }
    }
    ErrorReply error = response.error();
    if (error.code() == ErrorCode.NOT_CONTROLLER) {
      active.failed(controller.address());
      LeaderHint leader = error.leader();
      active.heard(leader);
      return new Attempt<>(null, false, leader == null ? null : new Address(leader.host(), leader.port()),
          "not the active controller");
    }
    if (error.code() == ErrorCode.LEADER_NOT_AVAILABLE || error.code() == ErrorCode.CONTROLLER_NOT_AVAILABLE) {
      active.failed(controller.address());
      return Attempt.failed(error.message());
    }
    if (error.code() == ErrorCode.INDETERMINATE && call.repeatable()) {
      return Attempt.uncertain(error.message());
    }
    active.answered(controller.address());
    if (error.code() == ErrorCode.BUSY && progress.uncertain) {
      return Attempt.failed(error.message()); // nobody looked whether an earlier attempt had taken effect
    }
    if (error.code() == ErrorCode.STALE_TOPIC_ID && progress.uncertain) {
      throw new OttlaException(ErrorCode.INDETERMINATE,
          "the controller's answer was lost, and a topic was deleted since: it may have been this one");
    }
    throw new OttlaException(error.code(), error.message());
  }

  private Controller controller(Address address) {
    return controllers.computeIfAbsent(address,
        at -> new Controller(at, new PeerClient("controller", at.host(), at.port(), CONNECTIONS, loops, faults),
            CircuitBreaker.of("controller-" + at.host() + "-" + at.port(), BREAKER)));
  }

  /** Whether there was news in that time. */
  private static boolean await(CompletableFuture<Void> news, long millis) {
    try {
      news.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("news never fail", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "interrupted while waiting for a controller");
    }
  }

  @Override
  public void close() {
    closed = true;
    LOG.debug("event=controller_client_closed");
    controllers.values().forEach(one -> one.client().close());
    loops.dispose();
  }
}
