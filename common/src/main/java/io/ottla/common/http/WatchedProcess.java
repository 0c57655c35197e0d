package io.ottla.common.http;

import io.ottla.common.time.MonotonicClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One target of a {@link ProcessWatch} with its connection and its thread, which runs all but {@link #start} and {@link #stop}. */
final class WatchedProcess<K> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedProcess.class);
  private static final long UNPROVEN_PAUSE_MS = 50;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long MAX_PAUSE_MS = 2_000;
  /** A connection that is lost sooner than this, several times in a row, is not made again in the same moment. */
  private static final long SHORT_LIFE_MS = 1_000;
  private static final int SHORT_LIVES_FREE = 3;
  private static final long MAX_SHORT_LIFE_PAUSE_MS = 500;
  private static final long NONE = Long.MIN_VALUE;

  private final ProcessWatch.Target<K> target;
  private final long confirmMs;
  private final MonotonicClock clock;
  private final ProcessWatch.Listener<K> listener;
  private final ProcessWatch.Counts counts;
  private final Thread thread;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Socket connection;
  private List<InetSocketAddress> addresses = List.of();
  private boolean proven;
  private long refusingSinceMs = NONE;
  private long pauseMs = FIRST_PAUSE_MS;
  private int reports;
  private int shortLives;

  WatchedProcess(ProcessWatch.Target<K> target, long confirmMs, MonotonicClock clock,
      ProcessWatch.Listener<K> listener, ProcessWatch.Counts counts) {
    this.target = target;
    this.confirmMs = confirmMs;
    this.clock = clock;
    this.listener = listener;
    this.counts = counts;
    this.thread = Thread.ofPlatform().daemon().name("process-watch-" + target.key()).unstarted(this::run);
  }

  ProcessWatch.Target<K> target() {
    return target;
  }

  void start() {
    thread.start();
  }

  /** Returns at once; the thread ends by itself. */
  void stop() {
    stopped.countDown();
    Socket open = connection;
    if (open != null) {
      TcpProbe.closeQuietly(open);
    }
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private void run() {
    try {
      while (!isStopped()) {
        attempt();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; whoever does wants it to end.
      LOG.debug("event=process_watch_interrupted target={}", target.key());
    }
  }

  private void attempt() throws InterruptedException {
    long startMs = clock.millis();
    switch (connect()) {
      case TcpProbe.Outcome.Connected(Socket socket) -> {
        counts.connected.incrementAndGet();
        connected(socket, startMs);
      }
      case TcpProbe.Outcome.Refused() -> {
        counts.refused.incrementAndGet();
        refused(startMs);
      }
      case TcpProbe.Outcome.Unclear(String reason) -> {
        counts.unclear.incrementAndGet();
        LOG.debug("event=process_watch_unclear target={} reason=\"{}\"", target.key(), reason);
        refusingSinceMs = NONE;
        pauseBeforeNextSeries();
      }
    }
  }

  /** Right after a loss no name is resolved: what counts is whether the process that was connected still listens where it did. */
  private TcpProbe.Outcome connect() {
    if (addresses.isEmpty()) {
      try {
        addresses = TcpProbe.resolve(target.host(), target.port());
      } catch (IOException e) {
        return new TcpProbe.Outcome.Unclear(target.host() + " cannot be resolved: " + e.getMessage());
      }
    }
    return TcpProbe.connect(addresses);
  }

  private void connected(Socket socket, long sinceMs) throws InterruptedException {
    if (reports > 0) {
      LOG.info("event=process_back target={} address={}:{}", target.key(), target.host(), target.port());
    }
    proven = true;
    refusingSinceMs = NONE;
    pauseMs = FIRST_PAUSE_MS;
    reports = 0;
    holdUntilLost(socket);
    boolean shortLived = clock.millis() - sinceMs < SHORT_LIFE_MS;
    shortLives = shortLived ? Math.min(shortLives + 1, 30) : 0;
    if (shortLives > SHORT_LIVES_FREE) {
      pause(Math.min(MAX_SHORT_LIFE_PAUSE_MS, 10L << Math.min(10, shortLives - SHORT_LIVES_FREE - 1)));
    }
  }

  /** Nothing is sent, and what the other side may send means nothing. */
  private void holdUntilLost(Socket socket) {
    connection = socket;
    try (socket) {
      InputStream in = socket.getInputStream();
      byte[] ignored = new byte[256];
      boolean open = true;
      while (open && !isStopped()) { // a stop before the connection was to be seen closed nothing
        open = in.read(ignored) >= 0;
      }
      LOG.debug("event=process_watch_lost target={} reason=closed", target.key());
    } catch (IOException e) {
      LOG.debug("event=process_watch_lost target={} reason=\"{}\"", target.key(), e.getMessage());
    } finally {
      connection = null;
    }
  }

  private void refused(long startMs) throws InterruptedException {
    if (refusingSinceMs == NONE) {
      refusingSinceMs = startMs;
    }
    long neededMs = proven ? confirmMs : Math.max(confirmMs, target.unprovenMs());
    long refusingMs = startMs - refusingSinceMs;
    if (refusingMs < neededMs) {
      pause(proven ? confirmMs : Math.min(UNPROVEN_PAUSE_MS, neededMs - refusingMs));
      return;
    }
    report(refusingSinceMs);
    refusingSinceMs = NONE;
    pauseBeforeNextSeries();
  }

  private void report(long observedMs) {
    if (isStopped()) {
      return;
    }
    if (reports == 0) {
      LOG.info("event=process_gone target={} address={}:{} reason=\"connection refused\"", target.key(), target.host(),
          target.port());
    }
    reports++;
    try {
      listener.gone(target.key(), observedMs);
    } catch (RuntimeException e) {
      LOG.error("event=process_watch_listener_failed target={}", target.key(), e);
    }
  }

  private void pauseBeforeNextSeries() throws InterruptedException {
    addresses = List.of();
    pause(pauseMs);
    pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
  }

  private void pause(long ms) throws InterruptedException {
    stopped.await(ms, TimeUnit.MILLISECONDS);
  }
}
