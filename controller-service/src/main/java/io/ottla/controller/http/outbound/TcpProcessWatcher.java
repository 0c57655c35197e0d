package io.ottla.controller.http.outbound;

import io.ottla.common.http.ProcessWatch;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.runtime.ProcessWatcher;
import java.util.Collection;

/** Watches processes by an idle connection to each; see {@link ProcessWatch}. Any thread. */
public final class TcpProcessWatcher<K> implements ProcessWatcher<K> {
  private final ProcessWatch<K> watch;

  private TcpProcessWatcher(MonotonicClock clock, Listener<K> listener) {
    this.watch = new ProcessWatch<>(clock, listener::gone);
  }

  /**
   * Watchers with one clock.
   *
   * @param clock the one by which signs of life are stamped
   */
  public static ProcessWatcher.Factory factory(MonotonicClock clock) {
    return new ProcessWatcher.Factory() {
      @Override
      public <K> ProcessWatcher<K> create(Listener<K> listener) {
        return new TcpProcessWatcher<>(clock, listener);
      }
    };
  }

  @Override
  public void watch(Collection<Target<K>> targets) {
    watch.watch(targets.stream().map(one -> new ProcessWatch.Target<>(one.key(), one.address().host(),
        one.address().port(), one.unprovenMs())).toList());
  }

  @Override
  public void close() {
    watch.close();
  }
}
