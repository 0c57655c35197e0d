package io.ottla.controller.http.outbound;

import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;

/**
 * The connections to one peer for one class of traffic. After three timeouts in a row they are thrown away and made anew: a half-open
 * connection would otherwise swallow one message after the other (Q50). Any thread.
 */
final class PeerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
  private static final int TIMEOUTS_BEFORE_REBUILD = 3;

  private final Supplier<PeerClient> clients;
  private PeerClient client;
  private int timeouts;
  private boolean unreachable;
  private boolean closed;

  PeerLink(Supplier<PeerClient> clients) {
    this.clients = clients;
    this.client = clients.get();
  }

  CompletableFuture<PeerResponse> post(String path, MediaType type, byte[] body, Duration timeout) {
    PeerClient used = current();
    return used.post(path, type, body, timeout)
        .whenComplete((response, failure) -> after(used, failure));
  }

  /** Opens a connection before it is needed, by a call whose answer interests nobody. */
  void open(String path, Duration timeout) {
    current().get(path, timeout).whenComplete(
        (_, failure) -> LOG.debug("event=peer_link_opened reachable={}", failure == null));
  }

  private synchronized PeerClient current() {
    return client;
  }

  private void after(PeerClient used, @org.jspecify.annotations.Nullable Throwable failure) {
    PeerClient discarded = null;
    synchronized (this) {
      if (failure == null) {
        timeouts = 0;
        if (unreachable) {
          unreachable = false;
          LOG.info("event=peer_reachable peer={}", used.address());
        }
        return;
      }
      timeouts = isTimeout(failure) ? timeouts + 1 : 0;
      boolean oneSlowAnswer = timeouts > 0 && timeouts < TIMEOUTS_BEFORE_REBUILD;
      if (!unreachable && !closed && !oneSlowAnswer) {
        unreachable = true;
        LOG.warn("event=peer_unreachable peer={} reason=\"{}\"", used.address(), root(failure).getMessage());
      }
      if (timeouts >= TIMEOUTS_BEFORE_REBUILD && used == client && !closed) {
        timeouts = 0;
        discarded = client;
        client = clients.get();
      }
    }
    if (discarded != null) {
      discarded.close();
    }
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private static boolean isTimeout(Throwable failure) {
    Throwable cause = root(failure);
    return cause instanceof PeerException && cause.getCause() instanceof TimeoutException;
  }

  @Override
  public synchronized void close() {
    closed = true;
    client.close();
  }
}
