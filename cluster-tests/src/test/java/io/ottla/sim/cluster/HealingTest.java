package io.ottla.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the simulation does not ask of a cluster, because no rule promises it. */
@ExtendWith(QuietLogs.class)
final class HealingTest {
  private static final long MS = 1000;

  @Test
  void f22NoAnswerIsOwedForAPartitionWhoseEveryDiskIsLost() {
    SimCluster cluster = withIdempotentProducers();
    cluster.scheduler().after((SimCluster.WARM_UP_MS + cluster.plan().faultMs() - 1) * MS, () -> cluster.brokers()
        .forEach(broker -> {
          broker.crash(true);
          broker.replaceDisk();
        }));

    cluster.run();

    assertThat(cluster.clients().unanswered()).isNotEmpty().allMatch(one -> cluster.truth().partition(one.partition())
        .filter(ClusterChecker::isLost).isPresent());
  }

  private static SimCluster withIdempotentProducers() {
    return LongStream.rangeClosed(1, 20).mapToObj(seed -> new SimCluster(seed, Production.AS_IT_IS, false))
        .filter(one -> one.plan().idempotentProducers() > 0 && one.plan().retentionBytes() < 0
            && one.plan().topicGapMs() == 0)
        .findFirst().orElseThrow();
  }
}
