package io.ottla.broker.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.log.LogFailedException;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;

/**
 * Takes log directories and replicas that failed out of service (P43, P44). A directory is offline from the call on; what follows, answering
 * whoever waits and telling the controllers, goes on a thread of its own, since the caller may hold a partition's lock. With the last directory
 * the process ends.
 *
 * <p>A failed directory is also noted on disk, in every directory that can still be written, before anything of it is replaced elsewhere: should
 * it be readable at the next start, its logs are old copies and must not be taken for this broker's replicas.
 */
final class StorageGuard implements StorageFailures {
  private static final Logger LOG = LoggerFactory.getLogger(StorageGuard.class);
  private static final long LAST_WORDS_MS = 500;

  private final List<LogDir> dirs;
  private final OfflineReplicas offline;
  private final Function<TopicIdPartition, @Nullable HostedPartition> lookup;
  private final Supplier<Collection<HostedPartition>> hosted;
  private final Executor aside;
  private final Consumer<Throwable> fatal;
  /** Failed directories all of whose replicas are known to be offline. */
  private final Set<LogDir> settled = ConcurrentHashMap.newKeySet();
  private volatile Runnable onNews = () -> {};

  /**
   * @param aside where to do what the caller must not wait for
   * @param fatal told when the last directory is lost
   */
  StorageGuard(List<LogDir> dirs, OfflineReplicas offline, Function<TopicIdPartition, @Nullable HostedPartition> lookup,
      Supplier<Collection<HostedPartition>> hosted, Executor aside, Consumer<Throwable> fatal) {
    this.dirs = List.copyOf(dirs);
    this.offline = offline;
    this.lookup = lookup;
    this.hosted = hosted;
    this.aside = aside;
    this.fatal = fatal;
  }

  /** Called whenever there is something new to tell the controllers. */
  void onNews(Runnable action) {
    onNews = action;
  }

  /**
   * Directories that failed, once the controllers know of each replica that was in it. Not before: a broker that registers again without a
   * directory it no longer has is believed about all others.
   */
  List<UUID> offlineDirectories() {
    return settled.stream().map(LogDir::id).filter(id -> !offline.hasUnconfirmedIn(id)).sorted().toList();
  }

  @Override
  public void directoryFailed(LogDir dir, Throwable cause) {
    if (dir.goOffline()) {
      LOG.error("event=alarm kind=LOG_DIRECTORY_OFFLINE directory={} id={} replicas={}", dir, dir.id(), dir.replicas(),
          cause);
      aside.execute(() -> takeOffline(dir, cause));
    }
  }

  @Override
  public void replicaFailed(TopicIdPartition id, Throwable cause) {
    HostedPartition partition = lookup.apply(id);
    if (partition != null && !partition.serves() && !offline.contains(id)) {
      LOG.error("event=alarm kind=REPLICA_OFFLINE partition={} topic={}", id, partition.topic(), cause);
      aside.execute(() -> takeOffline(partition, cause));
    }
  }

  private void takeOffline(LogDir dir, Throwable cause) {
    List<HostedPartition> affected = hosted.get().stream().filter(partition -> partition.dir() == dir).toList();
    affected.forEach(partition -> offline.add(partition.id(), partition.goOffline(), dir));
    // Somebody may hang in the failed disk with a partition's lock; that must not keep the controllers from hearing of it.
    aside.execute(() -> affected.forEach(HostedPartition::abandonWaits));
    for (LogDir other : dirs) {
      if (other.isOnline()) {
        note(dir, other);
      }
    }
    settled.add(dir);
    if (dirs.stream().anyMatch(LogDir::isOnline)) {
      onNews.run();
      note(dir, dir);
    } else {
      lastWords(dir);
      fatal.accept(cause);
    }
  }

  /** Notes the failure of a directory in a directory. */
  private void note(LogDir failed, LogDir in) {
    try {
      in.manifest().noteFailed(failed.id());
    } catch (LogFailedException | OttlaException e) {
      if (in.isOnline()) {
        directoryFailed(in, e);
      } else {
        LOG.debug("event=failure_not_noted directory={}", in, e);
      }
    }
  }

  /** The failed directory itself may still take the note; but nobody waits long for it. */
  private void lastWords(LogDir dir) {
    CompletableFuture<Void> said = new CompletableFuture<>();
    aside.execute(() -> {
      note(dir, dir);
      said.complete(null);
    });
    try {
      said.get(LAST_WORDS_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("event=failure_not_noted directory={} reason=\"it does not answer\"", dir);
    } catch (ExecutionException e) {
      throw new IllegalStateException("never completed with a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeOffline(HostedPartition partition, Throwable cause) {
    offline.add(partition.id(), partition.goOffline(), partition.dir());
    onNews.run();
    partition.abandonWaits();
    try {
      partition.dir().store().giveUp(partition.id(), String.valueOf(cause.getMessage()));
    } catch (LogFailedException e) {
      directoryFailed(partition.dir(), e);
    }
  }
}
