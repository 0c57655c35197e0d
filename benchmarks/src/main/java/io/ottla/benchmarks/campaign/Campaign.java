package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.history.HistoryWriter;
import io.ottla.benchmarks.history.Outcome;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** The course of a campaign: topics, clients, whatever happens meanwhile, recovery, and a look at everything. One thread. */
final class Campaign {
  private static final int REPLICAS = 3;
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private final CampaignCluster cluster;
  private final ClientCalls calls;
  private final Api api;
  private final Workload workload;
  private final Aftermath aftermath;
  private final Clients clients;

  /**
   * How many there are of each.
   *
   * @param churn whether topics come and go as well: a broker that does not know a new topic yet refuses records for it, so not where nothing
   *          may fail
   */
  record Clients(int producers, int readers, int consumers, boolean churn) {}

  /** What happens to the cluster while clients are at work. */
  interface Course {
    void run(Workload workload);
  }

  Campaign(CampaignCluster cluster, HistoryWriter history, ClientCalls calls, Api api, Clients clients, long seed) {
    this.cluster = cluster;
    this.calls = calls;
    this.api = api;
    this.clients = clients;
    this.workload = new Workload(cluster, calls, seed);
    this.aftermath = new Aftermath(cluster, history, calls, api);
  }

  /** Runs it; the cluster is up. */
  void run(Course course) {
    CampaignNode broker = cluster.brokers().getFirst();
    String clusterId = api.clusterId(broker.clientUrl());
    Workload.TOPICS.forEach((topic, partitions) -> {
      if (calls.create("campaign", broker, clusterId, topic, partitions, REPLICAS) != Outcome.OK
          || !CampaignCluster.await(SETTLED, () -> cluster.isInSync(topic))) {
        throw new BenchmarkFailure("cannot create " + topic + " and have it in sync");
      }
    });
    workload.start(clients.producers(), clients.readers(), clients.consumers(),
        clients.churn() ? new TopicChurn(calls, clusterId) : null);
    try {
      course.run(workload);
      aftermath.awaitRecovery();
      workload.stopProducing();
    } finally {
      workload.close();
    }
    workload.check();
    aftermath.inspect();
  }

  /** Tells whoever watches. */
  static void say(String line) {
    System.out.println(LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }
}
