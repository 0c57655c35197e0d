package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.ottla.broker.catalog.MetadataSource;
import io.ottla.common.config.Listener;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.wire.MetadataFetchResponse;
import reactor.netty.resources.LoopResources;

/** Committed metadata over HTTP, from one controller at a time. Used by one thread. */
public final class HttpMetadataSource implements MetadataSource, AutoCloseable {
  private static final long GRACE_MS = 1_000;

  private final LoopResources loops = PeerClient.loops("metadata", 1);
  private final List<PeerClient> controllers;
  private int at;

  /**
   * @param bootstrap INTERNAL addresses of controllers
   * @param first where to begin, so that brokers spread over the controllers
   */
  public HttpMetadataSource(List<Listener> bootstrap, int first) {
    this.controllers = bootstrap.stream()
        .map(one -> new PeerClient("metadata", one.host(), one.port(), 2, loops)).toList();
    this.at = Math.floorMod(first, controllers.size());
  }

  @Override
  public MetadataFetchResponse fetch(long fromIndex, int maxBytes, int maxWaitMs)
      throws IOException, InterruptedException {
    PeerResponse response = PeerClient.await(controllers.get(at).get(
        "/cluster/v1/metadata?fromIndex=" + fromIndex + "&maxBytes=" + maxBytes + "&maxWaitMs=" + maxWaitMs,
        Duration.ofMillis(maxWaitMs + GRACE_MS)));
    if (!response.ok()) {
      throw new IOException(controllers.get(at).address() + " answered " + response.status() + ": "
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
    controllers.forEach(PeerClient::close);
    loops.dispose();
  }
}
