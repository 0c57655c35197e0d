package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

import io.ottla.broker.runtime.LeaderFetchCalls;
import io.ottla.common.error.OttlaException;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.FetchResponse;
import reactor.netty.resources.LoopResources;

/** Fetches over HTTP, on connections of their own per leader. Nothing guards or repeats these calls (P16, Q9). Any thread. */
public final class HttpLeaderFetchCalls implements LeaderFetchCalls, AutoCloseable {
  /** One request at a time, and room for one that was given up. */
  private static final int CONNECTIONS = 4;

  private final LoopResources loops;
  private final NodeFaults faults;
  private final Map<Endpoint, PeerClient> clients = new ConcurrentHashMap<>();

  /**
   * @param ioThreads event loop threads for all leaders together
   * @param faults what is done to calls in tests
   */
  public HttpLeaderFetchCalls(int ioThreads, NodeFaults faults) {
    this.faults = faults;
    this.loops = PeerClient.loops("replica-fetch", ioThreads);
  }

  @Override
  public CompletableFuture<Reply> fetch(Endpoint leader, FetchRequest request, Duration timeout) {
    CompletableFuture<PeerResponse> call = client(leader).postJson("/replica/v1/fetch", request, timeout);
    CompletableFuture<Reply> reply = call.thenApply(HttpLeaderFetchCalls::reply);
    reply.whenComplete((value, failure) -> {
      if (reply.isCancelled()) {
        call.cancel(false);
      }
    });
    return reply;
  }

  private PeerClient client(Endpoint leader) {
    PeerClient client = clients.get(leader);
    return client != null
        ? client
        : clients.computeIfAbsent(leader,
            at -> new PeerClient("replica-fetch", at.host(), at.port(), CONNECTIONS, loops, faults));
  }

  private static Reply reply(PeerResponse response) {
    if (!response.ok()) {
      throw new OttlaException(response.error().code(), response.error().message());
    }
    try {
      BinaryFrame frame = BinaryFrame.parse(response.body());
      return new Reply(frame.header(FetchResponse.class), frame.payload());
    } catch (IOException e) {
      throw new CompletionException("the leader's answer is not a fetch answer", e);
    }
  }

  @Override
  public void close() {
    clients.values().forEach(PeerClient::close);
    loops.dispose();
  }
}
