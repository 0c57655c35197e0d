package io.ottla.common.http;

import io.ottla.common.time.MonotonicClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices at once that the process behind an address is gone. One idle TCP connection is kept to each target. When the operating system closes
 * or resets it, connecting again tells why: where every address of the target <em>refuses</em>, twice in a row, no process listens there any
 * more. That, and only that, is reported. Whatever else happens says nothing about the process and is answered by watching on: an idle
 * connection closed by the server, a reset by something in between, a process that is up again already, one that stands still and does not
 * accept, an address that cannot be reached or resolved.
 *
 * <p>
 * A report is a hint. It can be wrong (a firewall refuses like a dead process does), late, or repeated; what rests on it must stay safe then.
 *
 * <p>
 * All methods may be called from any thread. Each target has a platform thread, for most of the time asleep in a read: a virtual one would hold
 * on to its carrier while a name is resolved, and a name server that hangs must not stop whoever else runs on virtual threads (Q50).
 *
 * @param <K> what the caller knows a process by
 */
public final class ProcessWatch<K> implements AutoCloseable {
  /** Between the two refusals of a report: a listener that is just being bound again has that long. */
  private static final long CONFIRM_MS = 5;

  private final long confirmMs;
  private final MonotonicClock clock;
  private final Listener<K> listener;
  private final Counts counts = new Counts();
  private final Map<K, WatchedProcess<K>> watched = new HashMap<>();
  private boolean closed;

  /**
   * A process to watch.
   *
   * @param key what the caller knows it by
   * @param host name or address, resolved anew for each series of attempts
   * @param port where the process listens as long as it lives
   * @param unprovenMs how long a target that this watch has never been connected to must refuse before it is reported: there the refusal is
   *          all there is, and a wrong address refuses too
   */
  public record Target<K>(K key, String host, int port, long unprovenMs) {}

  /** Is told what was noticed. */
  @FunctionalInterface
  public interface Listener<K> {
    /**
     * Nobody listens where this process did. Called on the target's own thread; must be quick and must not throw. Repeated at a falling rate
     * for as long as the target is watched and refuses. May still come a moment after the target was removed.
     *
     * @param observedMs monotonic time at which the first of the refusals began that this report rests on: any sign of life after it
     *          contradicts the report
     */
    void gone(K key, long observedMs);
  }

  /**
   * A watch of nothing yet.
   *
   * @param clock gives the times of reports
   */
  public ProcessWatch(MonotonicClock clock, Listener<K> listener) {
    this(CONFIRM_MS, clock, listener);
  }

  ProcessWatch(long confirmMs, MonotonicClock clock, Listener<K> listener) {
    this.confirmMs = confirmMs;
    this.clock = clock;
    this.listener = listener;
  }

  /** Watches exactly these from now on. Who was watched before, at the same address, stays connected; keys are distinct. */
  public void watch(Collection<Target<K>> targets) {
    List<WatchedProcess<K>> begun = new ArrayList<>();
    List<WatchedProcess<K>> ended = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      Set<K> wanted = new HashSet<>();
      for (Target<K> target : targets) {
        if (!wanted.add(target.key())) {
          throw new IllegalArgumentException("two targets are called " + target.key());
        }
        WatchedProcess<K> old = watched.get(target.key());
        if (old == null || !old.target().equals(target)) {
          WatchedProcess<K> fresh = new WatchedProcess<>(target, confirmMs, clock, listener, counts);
          watched.put(target.key(), fresh);
          begun.add(fresh);
          if (old != null) {
            ended.add(old);
          }
        }
      }
      watched.values().removeIf(one -> !wanted.contains(one.target().key()) && ended.add(one));
    }
    ended.forEach(WatchedProcess::stop);
    begun.forEach(WatchedProcess::start);
  }

  /** How often something happened so far; for tests. */
  Counts counts() {
    return counts;
  }

  /** Ends all connections; a report under way may still come. */
  @Override
  public void close() {
    List<WatchedProcess<K>> ended;
    synchronized (this) {
      closed = true;
      ended = List.copyOf(watched.values());
      watched.clear();
    }
    ended.forEach(WatchedProcess::stop);
  }

  /** Connections made, and attempts that were refused or told nothing. */
  static final class Counts {
    final AtomicLong connected = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong unclear = new AtomicLong();
  }
}
