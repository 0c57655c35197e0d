package io.ottla.controller.runtime;

import io.ottla.common.metadata.Endpoint;
import java.util.Collection;

/**
 * Notices at once that processes are gone, as far as connections can tell. What it says is a hint: it may be wrong, late or repeated. Any thread.
 *
 * @param <K> what the caller knows a process by
 */
public interface ProcessWatcher<K> extends AutoCloseable {
  /** Watches exactly these from now on. Returns at once. */
  void watch(Collection<Target<K>> targets);

  @Override
  void close();

  /**
   * A process.
   *
   * @param address where it listens as long as it lives
   * @param unprovenMs how long it must refuse before it counts as gone, if this watcher was never connected to it
   */
  record Target<K>(K key, Endpoint address, long unprovenMs) {}

  /** Is told what was noticed, on some thread of the watcher's; must be quick. */
  @FunctionalInterface
  interface Listener<K> {
    /**
     * Nobody listens where the process did.
     *
     * @param observedMs monotonic time of the observation: a sign of life after it contradicts the hint
     */
    void gone(K key, long observedMs);
  }

  /** Makes watchers. */
  interface Factory {
    /** A watcher of nothing yet. */
    <K> ProcessWatcher<K> create(Listener<K> listener);
  }
}
