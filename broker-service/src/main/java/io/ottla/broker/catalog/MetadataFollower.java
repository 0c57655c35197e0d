package io.ottla.broker.catalog;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataReplayException;
import io.ottla.common.wire.MetadataFetchResponse;

/**
 * Follows the committed metadata by long poll from any controller, from the first entry on (M34). Applies each entry as a whole: the replicas
 * act on it first, then the image used for routing shows it (M36). Never goes backwards (M37). One named platform thread.
 */
public final class MetadataFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataFollower.class);
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final int MAX_WAIT_MS = 500;
  /** After the first failure the next controller is asked at once; only when that fails too it may be a matter of time. */
  private static final long SECOND_RETRY_MS = 20;
  private static final long MAX_RETRY_MS = 1_000;

  private final MetadataSource source;
  private final MetadataCatalog catalog;
  private final MetadataListener listener;
  private final Supplier<String> clusterId;
  private final Consumer<Throwable> fatal;
  private final Thread thread = new Thread(this::run, "ottla-metadata");
  private final CountDownLatch stop = new CountDownLatch(1);
  private boolean complained;

  /**
   * @param clusterId the cluster this broker belongs to; empty while it is unknown
   * @param fatal told when an entry cannot be applied: going on would diverge from the others
   */
  public MetadataFollower(MetadataSource source, MetadataCatalog catalog, MetadataListener listener,
      Supplier<String> clusterId, Consumer<Throwable> fatal) {
    this.source = source;
    this.catalog = catalog;
    this.listener = listener;
    this.clusterId = clusterId;
    this.fatal = fatal;
  }

  /** Begins to follow. */
  public void start() {
    thread.start();
  }

  private void run() {
    long retryMs = 0;
    while (stop.getCount() > 0) {
      try {
        if (round()) {
          retryMs = 0;
        } else {
          pause(retryMs);
          retryMs = Math.clamp(2 * retryMs, SECOND_RETRY_MS, MAX_RETRY_MS);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("event=metadata_follower_failed appliedIndex={}", catalog.image().index(), e);
        fatal.accept(e);
        return;
      }
    }
  }

  private void pause(long millis) throws InterruptedException {
    stop.await(millis, TimeUnit.MILLISECONDS);
  }

  /** One call; false when it brought nothing usable. */
  boolean round() throws InterruptedException {
    MetadataFetchResponse response;
    try {
      response = source.fetch(catalog.image().index() + 1, MAX_BYTES, MAX_WAIT_MS);
    } catch (IOException e) {
      LOG.debug("event=metadata_fetch_failed reason=\"{}\"", e.getMessage());
      source.next();
      return false;
    }
    String problem = problem(response);
    if (problem != null) {
      if (!complained) {
        LOG.warn("event=metadata_answer_refused reason=\"{}\"", problem);
      }
      complained = true;
      source.next();
      return false;
    }
    complained = false;
    for (MetadataFetchResponse.Entry entry : response.entries()) {
      apply(entry);
    }
    catalog.committedIs(response.commitIndex());
    return true;
  }

  private @Nullable String problem(MetadataFetchResponse response) {
    String own = clusterId.get();
    long applied = catalog.image().index();
    if (!own.isEmpty() && !own.equals(response.clusterId())) {
      return "cluster " + response.clusterId() + " is not " + own;
    }
    if (response.commitIndex() < applied) {
      return "commit index " + response.commitIndex() + " is behind " + applied + ", which was applied here";
    }
    if (response.logStartIndex() > applied + 1) {
      return "the log begins at " + response.logStartIndex() + ", entries from " + (applied + 1) + " are gone";
    }
    long expected = applied + 1;
    for (MetadataFetchResponse.Entry entry : response.entries()) {
      if (entry.index() != expected || entry.index() > response.commitIndex()) {
        return "entry " + entry.index() + " where " + expected + " should be, committed " + response.commitIndex();
      }
      expected++;
    }
    return null;
  }

  private void apply(MetadataFetchResponse.Entry entry) {
    MetadataImage before = catalog.image();
    List<MetadataRecord> records = MetadataJson.decode(io.ottla.common.wire.WireJson.write(entry.records()));
    MetadataDelta delta = MetadataDelta.of(before, entry.index(), entry.term(), records);
    if (delta.image().index() != entry.index()) {
      throw new MetadataReplayException("entry " + entry.index() + " led to image " + delta.image().index());
    }
    listener.onDelta(delta);
    catalog.publish(delta.image());
  }

  /** Stops following; whoever waits for an entry is let go. */
  @Override
  public void close() {
    stop.countDown();
    catalog.close();
    try {
      // Never interrupted: it may be creating or removing logs (Q50).
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
