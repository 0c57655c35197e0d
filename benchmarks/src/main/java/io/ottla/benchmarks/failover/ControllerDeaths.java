package io.ottla.benchmarks.failover;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.ClusterStatus;
import io.ottla.benchmarks.ClusterStatus.Node;
import io.ottla.benchmarks.failover.Nodes.Active;
import io.ottla.benchmarks.pulse.Gaps;
import io.ottla.benchmarks.pulse.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Deaths of the active controller while a client of a broker creates topics back to back. One thread. */
final class ControllerDeaths {
  private static final Duration CREATE_LIMIT = Duration.ofSeconds(10);
  private static final long WAIT_SECONDS = 60;
  private static final int CREATIONS_AROUND = 10;
  /** On each broker before the first round: those just started take several times as long, and they are not what is measured. */
  private static final int WARM_UP_CREATIONS = 100;
  private static final int MOST_DELAY_MS = 200;

  private final Nodes nodes;
  private final Api api;
  private final TopicLedger ledger;
  private final Random random;

  /** @param random decides the moment of each death */
  ControllerDeaths(Nodes nodes, Api api, TopicLedger ledger, Random random) {
    this.nodes = nodes;
    this.api = api;
    this.ledger = ledger;
    this.random = random;
  }

  /** All rounds of one kind, with the verification of every round. */
  FailoverResult measure(Death death, int rounds) {
    String kind = "topic creation, active controller " + death.words();
    List<Double> gaps = new ArrayList<>();
    List<Double> afterWaking = new ArrayList<>();
    List<Double> terms = new ArrayList<>();
    FailoverResult result = new FailoverResult(kind);
    ClusterStatus cluster = nodes.status();
    warmUp(cluster, death);
    for (int round = 0; round < rounds; round++) {
      Active before = nodes.awaitQuorumInSync(cluster);
      Node victim = before.node();
      Node broker = cluster.brokers().get(round % cluster.brokers().size());
      String clusterId = api.clusterId(broker.clientUrl());
      String prefix = death.name() + "-" + round + "-";
      try (Pulse pulse = new Pulse("creator",
          number -> ledger.create(broker.clientUrl(), clusterId, prefix + number, CREATE_LIMIT))) {
        pulse.await(CREATIONS_AROUND, 0, WAIT_SECONDS);
        Api.pause(random.nextInt(MOST_DELAY_MS));
        Instant when = Instant.now(); // to be found in the nodes' logs
        long struckAt = System.nanoTime();
        nodes.strike(victim, death);
        if (death != Death.STOP) {
          nodes.awaitEnd(victim); // who was asked to end decides on for a moment
        }
        pulse.await(CREATIONS_AROUND, death == Death.STOP ? struckAt : System.nanoTime(), WAIT_SECONDS);
        gaps.add(pulse.timeline().longestGapMs(struckAt));
        if (death == Death.STOP) {
          long wokenAt = System.nanoTime();
          nodes.wake(victim);
          pulse.await(CREATIONS_AROUND, wokenAt, WAIT_SECONDS);
          Api.pause(MOST_DELAY_MS);
          afterWaking.add(pulse.timeline().longestGapMs(wokenAt));
        }
        result.add(pulse.timeline());
        System.err.printf("%s %d/%d, controller %d at %s: %.0f ms without an acknowledgement; %s%n", death.words(),
            round + 1, rounds, victim.id(), when, gaps.getLast(), pulse.timeline().problems());
      }
      if (death != Death.STOP) {
        nodes.restart(victim);
        cluster = nodes.status();
      }
      terms.add((double) (nodes.awaitQuorumInSync(cluster).term() - before.term()));
      ledger.verify(broker.clientUrl());
      ledger.deleteSettled(broker.clientUrl());
    }
    result.measured(new Gaps(kind, gaps), terms);
    if (!afterWaking.isEmpty()) {
      result.alsoMeasured(new Gaps("  when the stopped one woke up", afterWaking));
    }
    return result;
  }

  private void warmUp(ClusterStatus cluster, Death death) {
    nodes.awaitQuorumInSync(cluster);
    for (Node broker : cluster.brokers()) {
      String clusterId = api.clusterId(broker.clientUrl());
      String prefix = "warm-up-" + death.name() + "-" + broker.id() + "-";
      try (Pulse pulse = new Pulse("creator",
          number -> ledger.create(broker.clientUrl(), clusterId, prefix + number, CREATE_LIMIT))) {
        pulse.await(WARM_UP_CREATIONS, 0, WAIT_SECONDS);
      }
      ledger.verify(broker.clientUrl());
    }
    ledger.deleteSettled(cluster.brokers().getFirst().clientUrl());
  }
}
