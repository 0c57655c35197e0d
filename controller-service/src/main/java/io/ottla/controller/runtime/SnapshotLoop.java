package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.SnapshotStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot thread: writes immutable images, and loads what other nodes sent, so that neither Raft nor the log waits for it (Q32). Never
 * interrupted (Q50); its first failure is the last thing it does (Q42).
 */
final class SnapshotLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotLoop.class);
  private static final long IDLE_MS = 200;
  private static final int BUFFER_BYTES = 1 << 16;

  private final SnapshotStore store;
  private final StateFormat format;
  private final MonotonicClock clock;
  private final FatalHandler fatal;
  private final LinkedBlockingQueue<Task> waiting = new LinkedBlockingQueue<>();
  private volatile boolean stopping;
  private volatile long lastBeatMs;

  SnapshotLoop(SnapshotStore store, StateFormat format, MonotonicClock clock, FatalHandler fatal) {
    this.store = store;
    this.format = format;
    this.clock = clock;
    this.fatal = fatal;
    this.lastBeatMs = clock.millis();
  }

  private interface Task {
    void run() throws IOException;
  }

  /**
   * A snapshot and what it took.
   *
   * @param millis time from the image to the durable file
   */
  record Written(Snapshot snapshot, long millis) {}

  /** Writes an image; the callback runs on this thread once it is durable. */
  void write(MetadataImage image, VoterSet voters, Consumer<Written> written) {
    waiting.add(() -> {
      long startMs = clock.millis();
      Snapshot snapshot = store.write(new SnapshotId(image.index(), image.term()), voters, out -> {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
        format.write(image, buffered);
        buffered.flush();
      });
      Written result = new Written(snapshot, clock.millis() - startMs);
      LOG.info("event=snapshot_written id={} bytes={} ms={}", snapshot.id(), snapshot.sizeInBytes(), result.millis());
      written.accept(result);
    });
  }

  /** Loads the state in the newest snapshot there is when its turn comes; the callback runs on this thread. */
  void load(Consumer<MetadataImage> loaded) {
    waiting.add(() -> loaded.accept(load(store, format, store.newest().orElseThrow())));
  }

  /** Loads the state in a snapshot, here and now. */
  static MetadataImage load(SnapshotStore store, StateFormat format, Snapshot snapshot) {
    SnapshotId id = snapshot.id();
    try (InputStream in = store.openState(id)) {
      MetadataImage image = format.read(in, id.lastIndex(), id.lastTerm());
      LOG.info("event=snapshot_loaded id={} image={}", id, image);
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException("snapshot " + id + " cannot be read", e);
    }
  }

  /** Ends the thread once it has done what it is doing; what waits is given up. */
  void stop() {
    stopping = true;
  }

  /** Whether something waits for a turn. Any thread. */
  boolean hasWork() {
    return !waiting.isEmpty();
  }

  /** One turn of the snapshot thread: the task that has waited longest. A simulation takes the turns itself. */
  void turn(long maxWaitMs) throws IOException, InterruptedException {
    Task next = waiting.poll(maxWaitMs, TimeUnit.MILLISECONDS);
    lastBeatMs = clock.millis();
    if (next != null) {
      next.run();
    }
  }

  long lastBeatMs() {
    return lastBeatMs;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        turn(IDLE_MS);
      }
    } catch (Throwable e) { // a snapshot that cannot be written or read: this disk is not to be trusted
      fatal.fatal(Thread.currentThread().getName(), e);
    }
  }
}
