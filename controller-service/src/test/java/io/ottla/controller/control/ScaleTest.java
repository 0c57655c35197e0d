package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What 45,000 partitions cost, and that no entry grows beyond its limits (section 2.1, F25). */
class ScaleTest {
  private static final int TOPICS = 5;
  private static final int PARTITIONS = 9_000;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  @Test
  void manyPartitionsAreHandledWithinTheLimitsOfAnEntry() {
    TestCluster cluster = TestCluster.withBrokers(3);
    UUID last = new UUID(0, 0);
    for (int topic = 0; topic < TOPICS; topic++) {
      CreateTopicCommand command = CreateTopicCommand.of("t" + topic, PARTITIONS, 3, null, Map.of(), false);
      last = Objects.requireNonNull(
          cluster.run(cluster.control.createTopic(command)).value().orElseThrow().topicId());
    }
    checkThatIsrChangesAreCheap(cluster, last);
    checkThatABrokerIsFencedInSteps(cluster);
    checkThatItRegistersInSteps(cluster);
    assertThat(cluster.replayed().digest()).isEqualTo(cluster.control.committed().digest());
    assertThat(cluster.log.stream().mapToInt(List::size).max().orElseThrow())
        .isLessThanOrEqualTo(MetadataRecord.MAX_PER_ENTRY);
    assertThat(cluster.log.stream().mapToInt(records -> MetadataJson.encode(records).length).max().orElseThrow())
        .isLessThanOrEqualTo(MetadataRecord.MAX_ENTRY_BYTES);
  }

  /** A scan over all partitions takes milliseconds; a decision with its apply must not contain one. */
  private static void checkThatIsrChangesAreCheap(TestCluster cluster, UUID topic) {
    for (int warmUp = 0; warmUp < 2_000; warmUp++) {
      toggle(cluster, topic, warmUp);
    }
    long start = CPU.getCurrentThreadCpuTime();
    for (int number = 0; number < 2_000; number++) {
      toggle(cluster, topic, number);
    }
    double microsEach = (CPU.getCurrentThreadCpuTime() - start) / 1e3 / 2_000;
    assertThat(microsEach).as("CPU microseconds per ISR change, decided, applied, and replayed from bytes")
        .isLessThan(500);
  }

  private static void toggle(TestCluster cluster, UUID topic, int number) {
    PartitionState state = cluster.partition(topic, number);
    List<Integer> isr = state.isr().size() == 3 ? state.replicas().subList(0, 2) : state.replicas();
    assertThat(cluster.alter(topic, number, isr.toArray(Integer[]::new)).error()).isNull();
  }

  private static void checkThatABrokerIsFencedInSteps(TestCluster cluster) {
    int before = cluster.log.size();
    cluster.kill(2);
    assertThat(cluster.broker(2).fenced()).isTrue();
    assertThat(cluster.log.size() - before).isGreaterThan(TOPICS * PARTITIONS / MetadataRecord.MAX_PER_ENTRY);
    cluster.image().forEachPartition((topic, number, state) -> check(!state.isr().contains(2), state));
  }

  /** A restart right after a controller failover finds the broker unfenced and in every ISR. */
  private static void checkThatItRegistersInSteps(TestCluster cluster) {
    RegisterBrokerCommand command = cluster.registration(3);
    cluster.nowMs += TestCluster.SESSION_MS;
    int attempts = 1;
    while (cluster.run(cluster.control.register(command, cluster.nowMs)).error().filter(ErrorCode.BUSY::equals)
        .isPresent()) {
      attempts++;
      assertThat(attempts).isLessThan(20);
    }
    assertThat(attempts).isGreaterThan(TOPICS * PARTITIONS / MetadataRecord.MAX_PER_ENTRY);
    assertThat(cluster.broker(3).incarnationId()).isEqualTo(command.incarnationId());
    cluster.image().forEachPartition((topic, number, state) -> check(state.isr().equals(List.of(1)), state));
  }

  /** Cheaper than a fluent assertion, a hundred thousand times. */
  private static void check(boolean holds, PartitionState state) {
    if (!holds) {
      throw new AssertionError(state);
    }
  }
}
