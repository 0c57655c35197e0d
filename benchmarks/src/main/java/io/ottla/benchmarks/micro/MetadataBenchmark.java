package io.ottla.benchmarks.micro;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.Decision;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one change costs the controller among few and among very many partitions: a leader takes a replica out of the ISR, and back in. Judged,
 * encoded, appended, decoded, committed and applied; all but the quorum and the disk.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MetadataBenchmark {
  private static final String CLUSTER = "benchmark";
  private static final int BROKERS = 10;
  private static final int PARTITIONS_PER_TOPIC = 100;
  private static final long NOW_MS = 100_000;
  private static final int SESSION_MS = 3_000;

  /** Topics of a hundred partitions each. */
  @Param({"10", "1000"})
  public int topics;

  private ClusterControl control = control();
  private TopicIdPartition partition = new TopicIdPartition(new UUID(0, 0), 0);
  private long index;

  private static ClusterControl control() {
    TreeMap<String, String> configs = new TreeMap<>(
        Map.of(ClusterConfigs.MIN_INSYNC_REPLICAS, "2", ClusterConfigs.DURABILITY, "sync"));
    return new ClusterControl(ControlSettings.of(CLUSTER, configs, SESSION_MS), new SecureRandomSource());
  }

  /** Ten brokers, and the topics on them. */
  @Setup
  public void fill() {
    control = control();
    index = 0;
    control.activate(NOW_MS);
    duties();
    for (int broker = 1; broker <= BROKERS; broker++) {
      join(broker);
    }
    for (int topic = 0; topic < topics; topic++) {
      commit(control.createTopic(
          new CreateTopicCommand("topic-" + topic, PARTITIONS_PER_TOPIC, 3, null, new TreeMap<>(), false)));
      duties();
    }
    UUID id = image().topic("topic-" + topics / 2).orElseThrow().id();
    partition = new TopicIdPartition(id, PARTITIONS_PER_TOPIC / 2);
  }

  private void join(int broker) {
    commit(control.register(
        new RegisterBrokerCommand(CLUSTER, broker, new UUID(1, broker), List.of(new UUID(2, broker)),
            List.of(new Endpoint(Endpoint.INTERNAL, "broker", 9_000 + broker)), null, new TreeMap<>(), -1,
            RestartClass.CRASH_DURABLE, image().durability()),
        NOW_MS));
    commit(control.heartbeat(new HeartbeatCommand(broker, registration(broker).brokerEpoch(),
        control.committed().index(), false, false, List.of(), List.of()), NOW_MS));
    duties();
  }

  private MetadataImage image() {
    return control.speculative();
  }

  private BrokerRegistration registration(int broker) {
    return image().broker(broker).orElseThrow();
  }

  private void duties() {
    Optional<List<MetadataRecord>> duty = control.nextDuty(NOW_MS);
    while (duty.isPresent()) {
      commit(duty.get());
      duty = control.nextDuty(NOW_MS);
    }
  }

  private <R> Decision<R> commit(Decision<R> decision) {
    if (decision.value().isEmpty()) {
      throw new IllegalStateException(decision.toString());
    }
    if (decision.hasRecords()) {
      commit(decision.records());
    }
    return decision;
  }

  private void commit(List<MetadataRecord> records) {
    byte[] entry = MetadataJson.encode(records);
    index++;
    control.appended(index, 1, records, NOW_MS);
    control.applyCommitted(index, 1, MetadataJson.decode(entry));
  }

  /** One ISR change. */
  @Benchmark
  public int alterPartition() {
    PartitionState state = image().partition(partition.topicId(), partition.partition()).orElseThrow();
    List<Member> isr = new ArrayList<>();
    boolean shrink = state.isr().size() == state.replicas().size();
    for (int replica : state.replicas()) {
      if (!shrink || replica == state.leader() || isr.isEmpty()) {
        isr.add(new Member(replica, registration(replica).brokerEpoch()));
      }
    }
    Decision<List<Answer>> decision = commit(
        control.alterPartitions(new AlterPartitionCommand(state.leader(), registration(state.leader()).brokerEpoch(),
            List.of(new Proposal(partition, state.leaderEpoch(), state.partitionEpoch(), isr,
                state.leaderRecoveryState())))));
    Answer answer = decision.value().orElseThrow().getFirst();
    if (answer.error() != null) {
      throw new IllegalStateException(answer.toString());
    }
    return answer.partitionEpoch();
  }
}
