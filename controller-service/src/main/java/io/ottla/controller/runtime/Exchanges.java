package io.ottla.controller.runtime;

import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Requests of peers that wait for the core's answer, which may come later or never. Raft thread only. */
final class Exchanges {
  private final long patienceMs;
  private final Map<Key, Exchange> open = new LinkedHashMap<>();

  private record Key(ReplicaKey from, long requestId) {}

  private record Exchange(CompletableFuture<Optional<RaftMessage.Reply>> answer, long openedMs) {}

  Exchanges(long patienceMs) {
    this.patienceMs = patienceMs;
  }

  void open(RaftMessage.Request request, CompletableFuture<Optional<RaftMessage.Reply>> answer, long nowMs) {
    Exchange repeated = open.put(new Key(request.envelope().from(), request.envelope().requestId()),
        new Exchange(answer, nowMs));
    if (repeated != null) {
      repeated.answer().complete(Optional.empty());
    }
  }

  void answer(RaftMessage.Reply reply) {
    Exchange exchange = open.remove(new Key(reply.envelope().to(), reply.envelope().requestId()));
    if (exchange != null) {
      exchange.answer().complete(Optional.of(reply));
    }
  }

  /** Gives up on those the core has forgotten; the peer counts them as lost. */
  void expire(long nowMs) {
    Iterator<Exchange> oldestFirst = open.values().iterator();
    while (oldestFirst.hasNext()) {
      Exchange exchange = oldestFirst.next();
      if (nowMs - exchange.openedMs() < patienceMs) {
        return;
      }
      oldestFirst.remove();
      exchange.answer().complete(Optional.empty());
    }
  }

  void abandonAll() {
    open.values().forEach(exchange -> exchange.answer().complete(Optional.empty()));
    open.clear();
  }
}
