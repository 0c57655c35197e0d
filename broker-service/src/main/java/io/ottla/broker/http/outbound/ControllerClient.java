package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.common.config.Listener;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.time.MonotonicClock;
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
 * Calls to the active controller over HTTP. Finds it by hints and by trying; a circuit breaker per controller keeps a dead or hanging one from
 * being asked again and again, a time limit bounds each attempt, and what may be repeated is repeated with growing pauses until the call's
 * own limit. What may not (creating, deleting) is repeated only while certainly nobody has seen it. Any thread that may block.
 */
public final class ControllerClient implements ControllerCalls, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerClient.class);
  private static final int CONNECTIONS = 32;
  private static final Duration ADMIN_LIMIT = Duration.ofSeconds(15);
  private static final Duration REGISTER_LIMIT = Duration.ofSeconds(5);
  private static final IntervalFunction PAUSE = IntervalFunction.ofExponentialRandomBackoff(20L, 2.0, 0.5, 300L);
  private static final CircuitBreakerConfig BREAKER = CircuitBreakerConfig.custom()
      .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED).slidingWindowSize(4)
      .minimumNumberOfCalls(2)
      .failureRateThreshold(50).waitDurationInOpenState(Duration.ofMillis(500)).permittedNumberOfCallsInHalfOpenState(1)
      .build();

  private record Address(String host, int port) {}

  /** A controller with its connections and its breaker. */
  private record Controller(Address address, PeerClient client, CircuitBreaker breaker) {}

  private final List<Address> bootstrap;
  private final Duration attemptLimit;
  private final MonotonicClock clock;
  private final LoopResources loops;
  private final Map<Address, Controller> controllers = new ConcurrentHashMap<>();
  private volatile @Nullable Address active;
  private volatile boolean closed;

  /**
   * @param bootstrap INTERNAL addresses of controllers
   * @param sessionMs broker session; one attempt takes at most half of it, so that one dead controller cannot eat it (M14)
   * @param clock for limits of whole calls
   */
  public ControllerClient(List<Listener> bootstrap, int sessionMs, MonotonicClock clock) {
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
    return call(new Call<>("/cluster/v1/brokers/heartbeat", request, HeartbeatResponse.class, attemptLimit,
        attemptLimit.dividedBy(2), true));
  }

  @Override
  public AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request) {
    // Not repeated here: the leader must know that an attempt's outcome is unknown (P24).
    return call(new Call<>("/cluster/v1/partitions/alter", request, AlterPartitionsResponse.class,
        attemptLimit.multipliedBy(2), attemptLimit, false));
  }

  @Override
  public CreateTopicResponse createTopic(CreateTopicRequest request) {
    return call(
        new Call<>("/cluster/v1/topics", request, CreateTopicResponse.class, ADMIN_LIMIT, ADMIN_LIMIT, false));
  }

  @Override
  public DeleteTopicResponse deleteTopic(DeleteTopicRequest request) {
    return call(new Call<>("/cluster/v1/topics/delete", request, DeleteTopicResponse.class, ADMIN_LIMIT, ADMIN_LIMIT,
        false));
  }

  /**
   * @param limit of the whole call
   * @param attempt limit of one attempt
   * @param repeatable whether an attempt whose answer was lost may be made again
   */
  private record Call<T>(String path, Object request, Class<T> type, Duration limit, Duration attempt,
      boolean repeatable) {}

  private <T> T call(Call<T> call) {
    long deadlineMs = clock.millis() + call.limit().toMillis();
    boolean uncertain = false;
    for (int round = 1; !closed; round++) {
      boolean hinted = false;
      for (Address address : candidates()) {
        Attempt<T> attempt = attempt(call, controller(address), deadlineMs);
        if (attempt.value() != null) {
          return attempt.value();
        }
        uncertain |= attempt.uncertain();
        if (attempt.uncertain() && !call.repeatable()) {
          throw new OttlaException(ErrorCode.INDETERMINATE, "the controller's answer was lost: " + attempt.reason());
        }
        hinted = attempt.tryHint();
        if (hinted) {
          break;
        }
      }
      if (hinted && round <= 2) {
        continue;
      }
      long pauseMs = PAUSE.apply(Math.min(round, 6));
      if (clock.millis() + pauseMs >= deadlineMs) {
        break;
      }
      pause(pauseMs);
    }
    throw uncertain
        ? new OttlaException(ErrorCode.INDETERMINATE, "no controller answered in " + call.limit().toMillis() + " ms")
        : new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "no active controller could be reached");
  }

  private Set<Address> candidates() {
    Set<Address> all = new LinkedHashSet<>();
    Address known = active;
    if (known != null) {
      all.add(known);
    }
    all.addAll(bootstrap);
    return all;
  }

  /**
   * @param value the answer, null for none
   * @param uncertain whether the controller may have acted on it all the same
   * @param tryHint whether the way to the active controller is now known
   */
  private record Attempt<T>(@Nullable T value, boolean uncertain, boolean tryHint, String reason) {
    static <T> Attempt<T> failed(String reason) {
      return new Attempt<>(null, false, false, reason);
    }
  }

  private <T> Attempt<T> attempt(Call<T> call, Controller controller, long deadlineMs) {
    long left = deadlineMs - clock.millis();
    if (left <= 0) {
      return Attempt.failed("time is up");
    }
    if (!controller.breaker().tryAcquirePermission()) {
      return Attempt.failed(controller.client().address() + " failed just now");
    }
    long startNanos = System.nanoTime();
    try {
      Duration limit = Duration.ofMillis(Math.min(left, call.attempt().toMillis()));
      PeerResponse response = PeerClient.await(controller.client().postJson(call.path(), call.request(), limit));
      controller.breaker().onSuccess(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
      return understand(call, controller, response);
    } catch (PeerException e) {
      controller.breaker().onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, e);
      forget(controller.address());
      return new Attempt<>(null, e.mayHaveBeenSent(), false, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      controller.breaker().releasePermission();
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "interrupted while waiting for the controller");
    }
  }

  private <T> Attempt<T> understand(Call<T> call, Controller controller, PeerResponse response) {
    if (response.ok()) {
      try {
        T value = response.json(call.type());
        active = controller.address();
        return new Attempt<>(value, false, false, "");
      } catch (IOException e) {
        return new Attempt<>(null, true, false, "answer is not understood: " + e.getMessage());
      }
    }
    ErrorReply error = response.error();
    if (error.code() == ErrorCode.NOT_CONTROLLER) {
      LeaderHint leader = error.leader();
      Address hinted = leader == null ? null : new Address(leader.host(), leader.port());
      boolean news = hinted != null && !hinted.equals(controller.address());
      active = news ? hinted : null;
      return new Attempt<>(null, false, news, "not the active controller");
    }
    if (error.code() == ErrorCode.LEADER_NOT_AVAILABLE || error.code() == ErrorCode.CONTROLLER_NOT_AVAILABLE) {
      forget(controller.address());
      return Attempt.failed(error.message());
    }
    if (error.code() == ErrorCode.INDETERMINATE && call.repeatable()) {
      return new Attempt<>(null, true, false, error.message());
    }
    active = controller.address();
    throw new OttlaException(error.code(), error.message());
  }

  private void forget(Address address) {
    if (address.equals(active)) {
      active = null;
    }
  }

  private Controller controller(Address address) {
    return controllers.computeIfAbsent(address,
        at -> new Controller(at, new PeerClient("controller", at.host(), at.port(), CONNECTIONS, loops),
            CircuitBreaker.of("controller-" + at.host() + "-" + at.port(), BREAKER)));
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "interrupted while waiting for a controller");
    }
  }

  /** Addresses worth asking, the active controller first when it is known. */
  List<String> known() {
    return new ArrayList<>(candidates().stream().map(one -> one.host() + ":" + one.port()).toList());
  }

  @Override
  public void close() {
    closed = true;
    LOG.debug("event=controller_client_closed");
    controllers.values().forEach(one -> one.client().close());
    loops.dispose();
  }
}
