package io.ottla.broker.http.outbound;

import io.ottla.common.wire.LeaderHint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which controller is the active one, as far as anybody in this broker has heard: from answers, from refusals that name the leader, and from the
 * metadata, which a new leader extends as soon as it is elected. A belief, ordered by term, that costs at most an attempt when it is wrong.
 * Any thread.
 */
public final class ActiveController {
  private final AtomicBoolean search = new AtomicBoolean();
  private @Nullable Address address;
  private long term;
  private @Nullable Address doubted;
  private long changes;
  private CompletableFuture<Void> news = new CompletableFuture<>();

  /** A controller's INTERNAL listener. */
  record Address(String host, int port) {}

  /** The active controller, null while it is unknown. */
  synchronized @Nullable Address address() {
    return address;
  }

  /** Whether another one than that is known to be the active one. */
  synchronized boolean isElsewhere(Address than) {
    return address != null && !address.equals(than);
  }

  /** How often one became known. */
  synchronized long changes() {
    return changes;
  }

  /** Completes when one becomes known, be it the same again. */
  synchronized CompletableFuture<Void> news() {
    return news;
  }

  /** Somebody named the leader of a term. Hints of older terms, and those that have led nowhere in this term, are no news. */
  public void heard(@Nullable LeaderHint hint) {
    if (hint == null) {
      return;
    }
    Address hinted = new Address(hint.host(), hint.port());
    CompletableFuture<Void> told = null;
    synchronized (this) {
      boolean older = hint.term() < term || (hint.term() == term && hinted.equals(doubted));
      if (!older) {
        term = hint.term();
        told = become(hinted);
      }
    }
    tell(told);
  }

  /** The active controller says in which term it leads; hints of older ones are outdated. */
  synchronized void termIs(long current) {
    term = Math.max(term, current);
  }

  /** It did what was asked of the active controller. */
  void answered(Address at) {
    CompletableFuture<Void> told;
    synchronized (this) {
      told = become(at);
    }
    tell(told);
  }

  /** It cannot be reached, does not answer, or says that it is not the active one. */
  synchronized void failed(Address at) {
    if (at.equals(address)) {
      doubted = address;
      address = null;
    }
  }

  private @Nullable CompletableFuture<Void> become(Address at) {
    if (at.equals(address)) {
      return null;
    }
    if (at.equals(doubted)) {
      doubted = null;
    }
    address = at;
    changes++;
    CompletableFuture<Void> told = news;
    news = new CompletableFuture<>();
    return told;
  }

  private static void tell(@Nullable CompletableFuture<Void> told) {
    if (told != null) {
      told.complete(null);
    }
  }

  /** One caller at a time looks for the active controller at a quick pace; true for the one that may. */
  boolean trySearch() {
    return search.compareAndSet(false, true);
  }

  /** To be called once by whoever was allowed to search. */
  void endSearch() {
    search.set(false);
  }
}
