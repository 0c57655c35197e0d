package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.history.CheckReport;
import io.ottla.cluster.history.HistoryChecker;
import io.ottla.cluster.history.StoredRecord;
import io.ottla.cluster.history.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nodes die by SIGKILL under load, at last all at once; what was acknowledged is there, in order, on every replica (I13, I33, I34, I35, I37, I38,
 * I40, I41, I42). {@code -Dottla.cluster.seed=N} chooses another course.
 */
class KillTheClusterIT {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 6;
  private static final int REPLICAS = 3;
  private static final int WRITERS = 6;
  private static final int RECORDS = 10_000;
  private static final int QUARTER = RECORDS / 4;
  private static final Duration PROGRESS = Duration.ofMinutes(1);
  private static final Duration RECOVERY = Duration.ofSeconds(90);

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 3).with("http.produce.timeout.ms", "10000")
      .with("replica.lag.time.max.ms", "4000");

  private final long seed = Long.getLong("ottla.cluster.seed", 1);
  private final Random random = new Random(seed);
  private final List<Write> history = new ArrayList<>();

  @Test
  void everyAcknowledgedRecordSurvivesKillsOfALeaderTheActiveControllerAndTheWholeCluster() {
    say("seed " + seed);
    createTopic();
    killLeaderAndControllerUnderLoad();
    SortedMap<Integer, List<StoredRecord>> before = checkThroughEveryBroker();

    killEverythingUnderLoad();
    SortedMap<Integer, List<StoredRecord>> after = checkThroughEveryBroker();

    assertThat(HistoryChecker.checkReads(before, after)).isEmpty();
  }

  private void createTopic() {
    Node first = cluster.brokers().getFirst();
    CreateOutcome created = cluster.api(first).createTopic(TOPIC, PARTITIONS, REPLICAS, Duration.ofSeconds(20));
    assertThat(created.kind()).as(created.detail()).isEqualTo(CreateOutcome.Kind.ACKNOWLEDGED);
    cluster.awaitHealthy(first, TOPIC, PARTITIONS, REPLICAS, RECOVERY);
  }

  private void killLeaderAndControllerUnderLoad() {
    try (KeyedWorkload workload = KeyedWorkload.start(apis(), TOPIC, "first", WRITERS, seed)) {
      workload.awaitTotal(QUARTER, PROGRESS);
      Node leader = cluster.node(cluster.api(cluster.brokers().getLast()).describe(TOPIC).leaderOf(0));
      leader.kill();
      say("killed the leader of partition 0, " + leader);
      workload.awaitMore(QUARTER, PROGRESS);
      Node active = cluster.awaitActiveController(RECOVERY);
      active.kill();
      say("killed the active controller, " + active);
      workload.awaitMore(QUARTER, PROGRESS);
      cluster.startAll(random.nextBoolean() ? List.of(leader, active) : List.of(active, leader));
      workload.awaitTotal(RECORDS, PROGRESS);
      cluster.awaitReady();
      history.addAll(workload.stop());
    }
  }

  private void killEverythingUnderLoad() {
    try (KeyedWorkload workload = KeyedWorkload.start(apis(), TOPIC, "second", WRITERS, seed + 1)) {
      workload.awaitTotal(QUARTER / 2, PROGRESS);
      cluster.killTogether(cluster.nodes());
      List<Node> order = cluster.inAnotherOrder(random);
      say("killed everything, starting again as " + order);
      cluster.startAll(order);
      cluster.awaitReady();
      workload.awaitMore(QUARTER / 2, PROGRESS);
      history.addAll(workload.stop());
    }
  }

  private SortedMap<Integer, List<StoredRecord>> checkThroughEveryBroker() {
    for (Node broker : cluster.brokers()) {
      cluster.awaitHealthy(broker, TOPIC, PARTITIONS, REPLICAS, RECOVERY);
    }
    cluster.awaitEqualMetadata(RECOVERY);
    Map<Integer, Long> ends = cluster.awaitConverged(TOPIC, PARTITIONS, RECOVERY);
    List<SortedMap<Integer, List<StoredRecord>>> reads = new ArrayList<>();
    for (Node broker : cluster.brokers()) {
      SortedMap<Integer, List<StoredRecord>> read = cluster.api(broker).readAll(TOPIC, PARTITIONS, RECOVERY);
      read.forEach((partition, records) -> assertThat((long) records.size())
          .as("records of partition %s read through %s", partition, broker).isEqualTo(ends.get(partition)));
      CheckReport report = HistoryChecker.check(history, read);
      say("through " + broker + ": " + report);
      assertThat(report.violations()).isEmpty();
      assertThat(report.acknowledged()).isGreaterThanOrEqualTo(RECORDS);
      reads.add(read);
    }
    assertThat(reads).allSatisfy(read -> assertThat(HistoryChecker.checkReads(read, reads.getFirst())).isEmpty());
    return reads.getFirst();
  }

  private List<BrokerApi> apis() {
    return cluster.brokers().stream().map(cluster::api).toList();
  }

  private static void say(String line) {
    System.out.println("[KillTheCluster] " + line);
  }
}
