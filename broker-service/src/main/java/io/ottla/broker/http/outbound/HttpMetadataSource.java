package io.ottla.broker.http.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.catalog.MetadataPage;
import io.ottla.broker.catalog.MetadataSnapshot;
import io.ottla.broker.catalog.MetadataSource;
import io.ottla.broker.http.outbound.ActiveController.Address;
import io.ottla.common.config.Listener;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.http.PeerStream;
import io.ottla.common.wire.MetadataSnapshotCall;
import reactor.netty.resources.LoopResources;

/**
 * Committed metadata over HTTP, from one controller at a time. A new leader's first entry comes this way too, so each answer tells who leads.
 * Used by one thread.
 */
public final class HttpMetadataSource implements MetadataSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpMetadataSource.class);

  private final LoopResources loops = PeerClient.loops("metadata", 1);
  private final List<Source> controllers;
  private final ActiveController active;
  private final Patience patience;
  private int at;

  private record Source(Address address, PeerClient client) {}

  /**
   * How long answers may take.
   *
   * @param graceMs for a page, beyond the wait that was asked for
   * @param snapshotMs until a controller begins to send a snapshot
   * @param stallMs between two pieces of it
   * @param totalMs until the whole is read
   */
  record Patience(long graceMs, long snapshotMs, long stallMs, long totalMs) {
    static final Patience DEFAULT = new Patience(1_000, 2_000, 2_000, 60_000);
  }

  /**
   * @param bootstrap INTERNAL addresses of controllers
   * @param first where to begin, so that brokers spread over the controllers
   * @param active is told who leads
   * @param faults what is done to calls in tests
   */
  public HttpMetadataSource(List<Listener> bootstrap, int first, ActiveController active, NodeFaults faults) {
    this(bootstrap, first, active, faults, Patience.DEFAULT);
  }

  HttpMetadataSource(List<Listener> bootstrap, int first, ActiveController active, NodeFaults faults,
      Patience patience) {
    this.active = active;
    this.controllers = bootstrap.stream().map(one -> new Source(new Address(one.host(), one.port()),
        new PeerClient("metadata", one.host(), one.port(), 2, loops, faults))).toList();
    this.at = Math.floorMod(first, controllers.size());
    this.patience = patience;
  }

  @Override
  public MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) throws IOException, InterruptedException {
    Source source = controllers.get(at);
    boolean wasActive = source.address().equals(active.address());
    CompletableFuture<Void> news = active.news();
    CompletableFuture<PeerResponse> answer = source.client().get(
        "/cluster/v1/metadata?fromIndex=" + fromIndex + "&maxBytes=" + maxBytes + "&maxWaitMs=" + maxWaitMs,
        Duration.ofMillis(maxWaitMs + patience.graceMs()));
    if (wasActive) {
      awaitEither(answer, news);
      if (!answer.isDone() && active.isElsewhere(source.address())) {
        answer.cancel(false);
        throw new IOException(source.client().address() + " lost its leadership without a word; it may stand still");
      }
    }
    PeerResponse response = PeerClient.await(answer);
    if (!response.ok()) {
      throw new IOException(source.client().address() + " answered " + response.status() + ": "
          + response.error().message());
    }
    MetadataPageReader.Answer understood = MetadataPageReader.read(response.body());
    active.heard(understood.leader());
    return understood.page();
  }

  private static void awaitEither(CompletableFuture<?> answer, CompletableFuture<?> news) throws InterruptedException {
    try {
      CompletableFuture.anyOf(answer, news).get();
    } catch (ExecutionException e) {
      LOG.trace("event=metadata_call_failed", e); // whoever looks at the answer sees it as well
    }
  }

  @Override
  public MetadataSnapshot snapshot() throws IOException, InterruptedException {
    PeerStream stream = PeerClient.await(controllers.get(at).client().getStream(MetadataSnapshotCall.PATH,
        Duration.ofMillis(patience.snapshotMs()), Duration.ofMillis(patience.stallMs()),
        Duration.ofMillis(patience.totalMs())));
    MetadataSnapshot snapshot = null;
    try {
      snapshot = snapshot(stream);
      return snapshot;
    } finally {
      if (snapshot == null) {
        stream.close();
      }
    }
  }

  private MetadataSnapshot snapshot(PeerStream stream) throws IOException {
    String clusterId = stream.header(MetadataSnapshotCall.CLUSTER_HEADER);
    if (stream.status() != 200 || clusterId == null) {
      throw new IOException(
          controllers.get(at).client().address() + " has no snapshot to give: HTTP " + stream.status());
    }
    return new MetadataSnapshot(clusterId, number(stream.header(MetadataSnapshotCall.INDEX_HEADER)),
        number(stream.header(MetadataSnapshotCall.TERM_HEADER)),
        stream.body());
  }

  private static long number(@Nullable String header) throws IOException {
    try {
      return Long.parseLong(header == null ? "" : header);
    } catch (NumberFormatException e) {
      throw new IOException("a snapshot does not say what it is of: " + header, e);
    }
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
