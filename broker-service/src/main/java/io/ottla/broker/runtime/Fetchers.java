package io.ottla.broker.runtime;

import java.util.HashMap;
import java.util.Map;

import io.ottla.common.id.TopicIdPartition;

/** One fetcher per broker that leads something this broker follows. Any thread. */
final class Fetchers implements Following {
  private final FetchServices services;
  private final Map<Integer, FetcherLoop> loops = new HashMap<>();
  private final Map<TopicIdPartition, Integer> leaders = new HashMap<>();
  private boolean closed;

  Fetchers(FetchServices services) {
    this.services = services;
  }

  @Override
  public synchronized void follow(HostedPartition partition, int leaderId) {
    if (closed) {
      return;
    }
    stopFollowing(partition.id());
    leaders.put(partition.id(), leaderId);
    loops.computeIfAbsent(leaderId, id -> {
      FetcherLoop loop = new FetcherLoop(id, services);
      loop.start();
      return loop;
    }).add(partition);
  }

  @Override
  public synchronized void stopFollowing(TopicIdPartition id) {
    Integer before = leaders.remove(id);
    FetcherLoop loop = before == null ? null : loops.get(before);
    if (loop != null) {
      loop.remove(id);
    }
  }

  @Override
  public void close() {
    Map<Integer, FetcherLoop> running;
    synchronized (this) {
      closed = true;
      running = new HashMap<>(loops);
      loops.clear();
    }
    running.values().forEach(FetcherLoop::close);
  }
}
