package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.HistoryWriter;
import java.time.Duration;

/**
 * Each node after the other is stopped by SIGTERM and started again, the next when all replicas are in sync (F13). Clients turn to another
 * broker a moment before one is stopped, as those behind a load balancer do that looks at readiness.
 */
final class RollingRestart {
  private static final Duration IN_SYNC = Duration.ofMinutes(2);
  private static final long CLIENTS_LEAVE_MS = 12_000;

  private final CampaignCluster cluster;
  private final HistoryWriter history;

  RollingRestart(CampaignCluster cluster, HistoryWriter history) {
    this.cluster = cluster;
    this.history = history;
  }

  void run(int rounds, Workload workload) {
    Api.pause(5_000);
    for (int round = 0; round < rounds; round++) {
      for (CampaignNode node : cluster.nodes()) {
        restart(node, workload);
      }
    }
  }

  private void restart(CampaignNode node, Workload workload) {
    workload.reach(other -> other != node);
    if (node.roles().isBroker()) {
      Api.pause(CLIENTS_LEAVE_MS); // whoever has asked it has been answered
    }
    long start = System.nanoTime();
    node.signalTerm();
    boolean ended = node.awaitStop();
    long stopped = System.nanoTime();
    node.start();
    boolean back = CampaignCluster.await(IN_SYNC, () -> cluster.isReady(node)
        && Workload.TOPICS.keySet().stream().allMatch(cluster::isInSync));
    long end = System.nanoTime();
    Campaign.say(node + " stopped in " + Duration.ofNanos(stopped - start).toMillis() + " ms, in sync after "
        + Duration.ofNanos(end - start).toMillis() + " ms");
    history.add(new Event.Fault("ROLLING", node.toString(), start, end));
    history.add(new Event.Observation(node + " stops when told to", ended, ""));
    history.add(new Event.Observation("all in sync after the restart of " + node, back, ""));
    workload.reach(_ -> true);
    Api.pause(1_000);
  }
}
