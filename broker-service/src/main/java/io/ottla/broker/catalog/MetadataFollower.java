package io.ottla.broker.catalog;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataReplayException;

/**
 * Follows the committed metadata by long poll from any controller, from the first entry on (M34), or from a snapshot where the entries are gone
 * (M35). Applies each entry, and what a snapshot skips, as a whole: the replicas act on it first, then the image used for routing shows it
 * (M36). Never goes backwards (M37). One named platform thread.
 */
public final class MetadataFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataFollower.class);
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final int MAX_WAIT_MS = 500;
  /** After the first failure the next controller is asked at once; only when that fails too it may be a matter of time. */
  private static final long SECOND_RETRY_MS = 20;
  private static final long MAX_RETRY_MS = 1_000;
  /** One controller may have a snapshot that makes no sense; when so many in a row do not, it is this broker that does not understand. */
  private static final int MAX_UNUSABLE_SNAPSHOTS = 10;

  private final MetadataSource source;
  private final MetadataCatalog catalog;
  private final MetadataListener listener;
  private final Supplier<String> clusterId;
  private final Consumer<Throwable> fatal;
  private final Thread thread = new Thread(this::run, "ottla-metadata");
  private final CountDownLatch stop = new CountDownLatch(1);
  private boolean complained;
  private int unusableSnapshots;

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

  /** One call, or two where a snapshot is needed; false when they brought nothing usable. */
  boolean round() throws InterruptedException {
    long applied = catalog.image().index();
    String problem;
    try {
      MetadataPage page = source.fetch(applied + 1, MAX_BYTES, MAX_WAIT_MS);
      problem = problem(page, applied);
      if (problem == null && page.logStartIndex() > applied + 1) {
        LOG.info("event=snapshot_required appliedIndex={} logStartIndex={}", applied, page.logStartIndex());
        problem = loadSnapshot();
      } else if (problem == null) {
        page.entries().forEach(this::apply);
      }
      if (problem == null) {
        complained = false;
        catalog.committedIs(page.commitIndex());
        return true;
      }
    } catch (IOException e) {
      LOG.debug("event=metadata_fetch_failed reason=\"{}\"", e.getMessage());
      source.next();
      return false;
    }
    if (!complained) {
      LOG.warn("event=metadata_answer_refused reason=\"{}\"", problem);
    }
    complained = true;
    source.next();
    return false;
  }

  private @Nullable String problem(MetadataPage page, long applied) {
    String foreign = foreign(page.clusterId());
    if (foreign != null) {
      return foreign;
    }
    if (page.commitIndex() < applied) {
      return "commit index " + page.commitIndex() + " is behind " + applied + ", which was applied here";
    }
    long expected = applied + 1;
    for (MetadataPage.Entry entry : page.entries()) {
      if (entry.index() != expected || entry.index() > page.commitIndex()) {
        return "entry " + entry.index() + " where " + expected + " should be, committed " + page.commitIndex();
      }
      expected++;
    }
    return null;
  }

  private @Nullable String foreign(String theirs) {
    String own = clusterId.get();
    return own.isEmpty() || own.equals(theirs) ? null : "cluster " + theirs + " is not " + own;
  }

  private void apply(MetadataPage.Entry entry) {
    MetadataDelta delta = MetadataDelta.of(catalog.image(), entry.index(), entry.term(),
        MetadataJson.decode(entry.records()));
    listener.onDelta(delta);
    catalog.publish(delta.image());
  }

  /** Takes the newest snapshot of the controller at hand over; a reason when it is of no use. */
  private @Nullable String loadSnapshot() throws IOException, InterruptedException {
    MetadataImage before = catalog.image();
    MetadataDelta delta;
    try (MetadataSnapshot snapshot = source.snapshot()) {
      String foreign = foreign(snapshot.clusterId());
      if (foreign != null) {
        return foreign;
      }
      if (snapshot.index() <= before.index()) {
        return "a snapshot of " + snapshot.index() + " is not ahead of " + before.index() + ", which was applied here";
      }
      delta = MetadataDelta.between(before,
          ImageSnapshot.read(snapshot.state(), snapshot.index(), snapshot.term()));
    } catch (MetadataReplayException e) {
      return unusable(e);
    }
    unusableSnapshots = 0;
    listener.onDelta(delta);
    catalog.publish(delta.image());
    LOG.info("event=snapshot_loaded from={} to={} term={} topics={} changedPartitions={} deletedTopics={}",
        before.index(), delta.image().index(), delta.image().term(), delta.image().topicCount(),
        delta.changedPartitions().size(), delta.deletedTopics().size());
    return null;
  }

  private String unusable(MetadataReplayException e) {
    unusableSnapshots++;
    if (unusableSnapshots >= MAX_UNUSABLE_SNAPSHOTS) {
      throw e;
    }
    return "a snapshot cannot be used: " + e.getMessage();
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
