package io.ottla.common.http;

import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.ottla.common.fault.CallFaults;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.wire.WireJson;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.util.context.Context;

/**
 * HTTP/1.1 to one peer for one class of traffic, so that bulk data never delays heartbeats (Q50). No call is ever repeated underneath: a
 * lost message stays lost (Q9), and the caller learns whether the peer may have seen it. Any thread.
 */
public final class PeerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerClient.class);
  /** Reactor's name for what is done with a failure that comes after the call was given up; by default it logs an error. */
  private static final String LATE_FAILURE_HOOK = "reactor.onErrorDropped.local";
  private static final int CONNECT_TIMEOUT_MS = 1_000;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final WebClient client;
  private final ConnectionProvider connections;
  private final String baseUrl;
  private final String peer;
  private final NodeFaults faults;

  /** A client of a node without faults. */
  public PeerClient(String trafficClass, String host, int port, int maxConnections, LoopResources loops) {
    this(trafficClass, host, port, maxConnections, loops, NodeFaults.OFF);
  }

  /**
   * @param trafficClass names the pool in metrics and logs
   * @param host re-resolved on each connect
   * @param maxConnections connections kept at most; further calls wait for one within their time limit
   * @param loops the event loops to run on, shared between clients of one class
   * @param faults what is done to calls in tests
   */
  public PeerClient(String trafficClass, String host, int port, int maxConnections, LoopResources loops,
      NodeFaults faults) {
    this.peer = host + ":" + port;
    this.baseUrl = "http://" + peer;
    this.faults = faults;
    this.connections = ConnectionProvider.builder(trafficClass + "-" + host + "-" + port).maxConnections(maxConnections)
        .pendingAcquireMaxCount(4_096).maxIdleTime(IDLE).lifo().build();
    HttpClient http = HttpClient.create(connections).protocol(HttpProtocol.HTTP11).runOn(loops).disableRetry(true)
        .keepAlive(true).followRedirect(false).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
        .option(ChannelOption.TCP_NODELAY, true);
    this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http)).baseUrl(baseUrl).build();
  }

  /** The peer's address, for logs. */
  public String address() {
    return baseUrl;
  }

  /** Sends a wire record as JSON. Completes exceptionally with a {@link PeerException} only. */
  public CompletableFuture<PeerResponse> postJson(String path, Object value, Duration timeout) {
    return post(path, MediaType.APPLICATION_JSON, WireJson.write(value), timeout);
  }

  /** Sends bytes. Completes exceptionally with a {@link PeerException} only. */
  public CompletableFuture<PeerResponse> post(String path, MediaType type, byte[] body, Duration timeout) {
    return exchange(client.method(HttpMethod.POST).uri(path).contentType(type).bodyValue(body), timeout);
  }

  /** Gets a path with its query. Completes exceptionally with a {@link PeerException} only. */
  public CompletableFuture<PeerResponse> get(String pathAndQuery, Duration timeout) {
    return exchange(client.method(HttpMethod.GET).uri(pathAndQuery), timeout);
  }

  /**
   * Gets something large, to be read while it comes in. Completes when status and headers are there, exceptionally with a
   * {@link PeerException} only; the caller closes the stream.
   *
   * @param timeout limit until then
   * @param stall limit between two pieces of the body
   * @param total limit for the whole body, however steadily it drips
   */
  public CompletableFuture<PeerStream> getStream(String pathAndQuery, Duration timeout, Duration stall,
      Duration total) {
    return faulty(client.method(HttpMethod.GET).uri(pathAndQuery).retrieve()
        .onStatus(status -> true, response -> Mono.empty()).toEntityFlux(DataBuffer.class)).timeout(timeout)
        .map(answer -> new PeerStream(answer.getStatusCode().value(), answer.getHeaders(),
            Objects.requireNonNullElse(answer.getBody(), Flux.<DataBuffer>empty()).timeout(stall)
                .takeUntilOther(Mono.delay(total).then(Mono.error(() -> new TimeoutException("too slow as a whole"))))
                .contextWrite(PeerClient::lateFailuresAreNoErrors)))
        .contextWrite(PeerClient::lateFailuresAreNoErrors)
        .onErrorMap(error -> !(error instanceof PeerException), this::failure).toFuture();
  }

  private CompletableFuture<PeerResponse> exchange(WebClient.RequestHeadersSpec<?> request, Duration timeout) {
    return faulty(request.exchangeToMono(
        response -> DataBufferUtils.join(response.bodyToFlux(DataBuffer.class))
            .map(buffer -> {
              byte[] bytes = new byte[buffer.readableByteCount()];
              buffer.read(bytes);
              DataBufferUtils.release(buffer);
              return new PeerResponse(response.statusCode().value(), bytes);
            }).defaultIfEmpty(new PeerResponse(response.statusCode().value(), new byte[0]))))
        .timeout(timeout)
        .contextWrite(PeerClient::lateFailuresAreNoErrors)
        .onErrorMap(error -> !(error instanceof PeerException), this::failure).toFuture();
  }

  /** In tests a call, or its answer, can be late or never arrive; the caller's time limit goes on meanwhile. */
  private <T> Mono<T> faulty(Mono<T> call) {
    if (!faults.isEnabled()) {
      return call;
    }
    return Mono.defer(() -> {
      CallFaults there = faults.callsTo(peer);
      return onTheWay(there.dropRequests(), there.delayRequestsMs()).then(call);
    }).flatMap(answer -> {
      CallFaults back = faults.callsTo(peer);
      return onTheWay(back.dropAnswers(), back.delayAnswersMs()).thenReturn(answer);
    });
  }

  private static Mono<Void> onTheWay(boolean lost, long delayMs) {
    if (lost) {
      return Mono.never();
    }
    return delayMs > 0 ? Mono.delay(Duration.ofMillis(delayMs)).then() : Mono.empty();
  }

  private static Context lateFailuresAreNoErrors(Context context) {
    return context.put(LATE_FAILURE_HOOK, (Consumer<Throwable>) PeerClient::late);
  }

  private static void late(Throwable failure) {
    LOG.debug("event=late_failure", failure);
  }

  private PeerException failure(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      boolean neverConnected = cause instanceof ConnectException || cause instanceof ConnectTimeoutException
          || cause instanceof UnknownHostException || cause instanceof NoRouteToHostException
          || cause instanceof reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException
          || cause instanceof reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
      if (neverConnected) {
        boolean refused = cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
        return PeerException.notSent(refused, baseUrl + " cannot be reached: " + cause.getMessage(), error);
      }
    }
    String what = error instanceof TimeoutException ? "did not answer in time" : "broke off: " + error.getMessage();
    return PeerException.unanswered(baseUrl + " " + what, error);
  }

  /**
   * Waits for an answer on the calling (virtual) thread.
   *
   * @throws PeerException when there is none
   */
  public static <T> T await(CompletableFuture<T> call) throws PeerException, InterruptedException {
    try {
      return call.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PeerException failure) {
        throw failure;
      }
      throw PeerException.unanswered("call failed: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    connections.dispose();
  }

  /** A provider of event loops for one class of traffic; the caller disposes it. */
  public static LoopResources loops(String trafficClass, int threads) {
    return LoopResources.create("ottla-" + trafficClass, threads, true);
  }
}
