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

  private final ProcessWatch.Target<K> target;
  private final RefusalJudge judge;
  private final MonotonicClock clock;
  private final ProcessWatch.Listener<K> listener;
  private final ProcessWatch.Counts counts;
  private final Thread thread;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Socket connection;
  private List<InetSocketAddress> addresses = List.of();
  private boolean reported;

  WatchedProcess(ProcessWatch.Target<K> target, long confirmMs, MonotonicClock clock,
      ProcessWatch.Listener<K> listener, ProcessWatch.Counts counts) {
    this.target = target;
    this.judge = new RefusalJudge(confirmMs, target.unprovenMs());
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
        follow(judge.refused(startMs));
      }
      case TcpProbe.Outcome.Unclear(String reason) -> {
        counts.unclear.incrementAndGet();
        LOG.debug("event=process_watch_unclear target={} reason=\"{}\"", target.key(), reason);
        follow(judge.unclear());
      }
    }
  }

  private void follow(RefusalJudge.Verdict verdict) throws InterruptedException {
    switch (verdict) {
      case RefusalJudge.Verdict.Gone gone -> {
        report(gone.observedMs());
        addresses = List.of();
      }
      case RefusalJudge.Verdict.Unclear _ -> addresses = List.of();
      case RefusalJudge.Verdict.Ask _ -> {
        // Asks again at the same addresses.
      }
    }
    pause(verdict.pauseMs());
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
    if (reported) {
      LOG.info("event=process_back target={} address={}:{}", target.key(), target.host(), target.port());
    }
    reported = false;
    judge.connected();
    holdUntilLost(socket);
    pause(judge.lost(clock.millis() - sinceMs));
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

  private void report(long observedMs) {
    if (isStopped()) {
      return;
    }
    if (!reported) {
      LOG.info("event=process_gone target={} address={}:{} reason=\"connection refused\"", target.key(), target.host(),
          target.port());
    }
    reported = true;
    try {
      listener.gone(target.key(), observedMs);
    } catch (RuntimeException e) {
      LOG.error("event=process_watch_listener_failed target={}", target.key(), e);
    }
  }

  private void pause(long ms) throws InterruptedException {
    if (ms > 0) {
      stopped.await(ms, TimeUnit.MILLISECONDS);
    }
  }
}
