package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.catalog.MetadataSource;
import io.ottla.broker.http.outbound.ActiveController.Address;
import io.ottla.common.config.Listener;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.wire.MetadataFetchResponse;
import reactor.netty.resources.LoopResources;

/**
 * Committed metadata over HTTP, from one controller at a time. A new leader's first entry comes this way too, so each answer tells who leads.
 * Used by one thread.
 */
public final class HttpMetadataSource implements MetadataSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpMetadataSource.class);
  private static final long GRACE_MS = 1_000;

  private final LoopResources loops = PeerClient.loops("metadata", 1);
  private final List<Source> controllers;
  private final ActiveController active;
  private int at;

  private record Source(Address address, PeerClient client) {}

  /**
   * @param bootstrap INTERNAL addresses of controllers
   * @param first where to begin, so that brokers spread over the controllers
   * @param active is told who leads
   */
  public HttpMetadataSource(List<Listener> bootstrap, int first, ActiveController active) {
    this.active = active;
    this.controllers = bootstrap.stream().map(one -> new Source(new Address(one.host(), one.port()),
        new PeerClient("metadata", one.host(), one.port(), 2, loops))).toList();
    this.at = Math.floorMod(first, controllers.size());
  }

  @Override
  public MetadataFetchResponse fetch(long fromIndex, int maxBytes, int maxWaitMs)
      throws IOException, InterruptedException {
    Source source = controllers.get(at);
    boolean wasActive = source.address().equals(active.address());
    CompletableFuture<Void> news = active.news();
    CompletableFuture<PeerResponse> answer = source.client().get(
        "/cluster/v1/metadata?fromIndex=" + fromIndex + "&maxBytes=" + maxBytes + "&maxWaitMs=" + maxWaitMs,
        Duration.ofMillis(maxWaitMs + GRACE_MS));
    if (wasActive) {
      awaitEither(answer, news);
      if (!answer.isDone() && active.isElsewhere(source.address())) {
        answer.cancel(false);
        throw new IOException(source.client().address() + " lost its leadership without a word; it may stand still");
      }
    }
    MetadataFetchResponse response = understand(source, PeerClient.await(answer));
    active.heard(response.leader());
    return response;
  }

  private static void awaitEither(CompletableFuture<?> answer, CompletableFuture<?> news) throws InterruptedException {
    try {
      CompletableFuture.anyOf(answer, news).get();
    } catch (ExecutionException e) {
      LOG.trace("event=metadata_call_failed", e); // whoever looks at the answer sees it as well
    }
  }

  private static MetadataFetchResponse understand(Source source, PeerResponse response) throws IOException {
    if (!response.ok()) {
      throw new IOException(source.client().address() + " answered " + response.status() + ": "
          + response.error().message());
    }
    return response.json(MetadataFetchResponse.class);
  }

  @Override
  public void next() {
    at = (at + 1) % controllers.size();
  }

  @Override
  public void close() {
    controllers.forEach(one -> one.client().close());
    loops.dispose();
  }
}
