package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One controller with its log as a list: every decision is appended and committed at once, unless a test holds commits back. Replays every
 * entry, through its stored bytes, into a second image, which must stay equal.
 */
final class TestCluster {
  static final String CLUSTER = "test-cluster";
  static final long SESSION_MS = 3_000;

  final ControlSettings settings;
  final List<List<MetadataRecord>> log = new ArrayList<>();
  ClusterControl control;
  long nowMs = 100_000;
  boolean holdCommits;
  private MetadataImage replayed = MetadataImage.EMPTY;
  private int incarnations;
  private int committedEntries;

  TestCluster() {
    this(Map.of(ClusterConfigs.MIN_INSYNC_REPLICAS, "2", ClusterConfigs.DURABILITY, "sync"));
  }

  TestCluster(Map<String, String> configs) {
    this(configs, Piece.MAX_RECORDS);
  }

  TestCluster(Map<String, String> configs, int pieceRecords) {
    this.settings = ControlSettings.of(CLUSTER, new TreeMap<>(configs), SESSION_MS);
    this.control = new ClusterControl(settings, new SeededSource(1), pieceRecords);
    control.activate(nowMs);
    duties();
  }

  /** A cluster with unfenced brokers 1 to n. */
  static TestCluster withBrokers(int count) {
    TestCluster cluster = new TestCluster();
    for (int id = 1; id <= count; id++) {
      cluster.join(id);
    }
    return cluster;
  }

  MetadataImage image() {
    return control.speculative();
  }

  <R> Decision<R> run(Decision<R> decision) {
    if (decision.hasRecords()) {
      append(decision.records());
    }
    return decision;
  }

  void append(List<MetadataRecord> records) {
    log.add(records);
    control.appended(log.size(), 1, records, nowMs);
    if (!holdCommits) {
      commitAll();
    }
  }

  void commitAll() {
    while (committedEntries < log.size()) {
      List<MetadataRecord> records = log.get(committedEntries);
      committedEntries++;
      control.applyCommitted(committedEntries, 1, records);
      replayed = MetadataDelta.apply(replayed, committedEntries, 1, MetadataJson.decode(MetadataJson.encode(records)));
    }
  }

  /** What a standby that replayed the stored log has. */
  MetadataImage replayed() {
    return replayed;
  }

  /** Runs all due duties; returns how many there were. */
  int duties() {
    int count = 0;
    Optional<List<MetadataRecord>> duty = control.nextDuty(nowMs);
    while (duty.isPresent()) {
      append(duty.get());
      count++;
      assertThat(count).as("duties must come to an end").isLessThan(1_000);
      duty = control.nextDuty(nowMs);
    }
    return count;
  }

  /** Lets time pass in ticks, as the event loop does, while some brokers go on with their heartbeats. */
  void pass(long ms, int... alive) {
    long until = nowMs + ms;
    while (nowMs < until) {
      nowMs = Math.min(until, nowMs + 100);
      for (int id : alive) {
        control.contact(id, broker(id).brokerEpoch(), nowMs);
      }
      duties();
    }
  }

  static UUID directory(int brokerId) {
    return new UUID(77, brokerId);
  }

  RegisterBrokerCommand registration(int brokerId) {
    long previous = image().broker(brokerId).map(BrokerRegistration::brokerEpoch).orElse(-1L);
    return registration(brokerId, previous, RestartClass.CRASH_DURABLE, directory(brokerId));
  }

  RegisterBrokerCommand registration(int brokerId, long previousEpoch, RestartClass restartClass, UUID directory) {
    return registration(brokerId, previousEpoch, restartClass, directory, null);
  }

  RegisterBrokerCommand registration(int brokerId, long previousEpoch, RestartClass restartClass, UUID directory,
      @Nullable String rack) {
    incarnations++;
    return new RegisterBrokerCommand(CLUSTER, brokerId, new UUID(55, incarnations), List.of(directory),
        List.of(new Endpoint(Endpoint.INTERNAL, "h" + brokerId, 9_000 + brokerId)), rack, new TreeMap<>(),
        previousEpoch, restartClass, image().durability());
  }

  long register(RegisterBrokerCommand command) {
    Decision<RegisterBrokerCommand.Registered> decision = run(control.register(command, nowMs));
    return decision.value().orElseThrow(() -> new AssertionError(decision.result())).brokerEpoch();
  }

  /** Registers and unfences a broker; its old session, if any, must be over. */
  void join(int brokerId) {
    register(registration(brokerId));
    beat(brokerId);
    duties();
  }

  Decision<HeartbeatCommand.Beat> beat(int brokerId) {
    return run(control.heartbeat(heartbeat(brokerId), nowMs));
  }

  HeartbeatCommand heartbeat(int brokerId) {
    return new HeartbeatCommand(brokerId, broker(brokerId).brokerEpoch(), control.committed().index(), false, false,
        List.of(), List.of());
  }

  HeartbeatCommand shutdownWish(int brokerId) {
    return new HeartbeatCommand(brokerId, broker(brokerId).brokerEpoch(), control.committed().index(), false, true,
        List.of(), List.of());
  }

  BrokerRegistration broker(int brokerId) {
    return image().broker(brokerId).orElseThrow();
  }

  /** Fences a broker by silence, all others staying alive. */
  void kill(int brokerId) {
    int[] others = image().brokers().values().stream()
        .filter(broker -> !broker.fenced() && broker.brokerId() != brokerId).mapToInt(BrokerRegistration::brokerId)
        .toArray();
    pass(SESSION_MS + 200, others);
  }

  UUID topic(String name, List<List<Integer>> assignments) {
    TreeMap<Integer, List<Integer>> byNumber = new TreeMap<>();
    assignments.forEach(replicas -> byNumber.put(byNumber.size(), replicas));
    Decision<CreateTopicCommand.Created> decision = run(
        control.createTopic(new CreateTopicCommand(name, null, null, byNumber, new TreeMap<>(), false)));
    UUID id = decision.value().orElseThrow(() -> new AssertionError(decision.result())).topicId();
    return id == null ? new UUID(0, 0) : id;
  }

  PartitionState partition(UUID topicId, int number) {
    return image().partition(topicId, number).orElseThrow();
  }

  /** The leader proposes an ISR under everybody's current epochs. */
  Answer alter(UUID topicId, int number, Integer... isr) {
    PartitionState state = partition(topicId, number);
    List<Member> members = List.of(isr).stream().map(id -> new Member(id, broker(id).brokerEpoch())).toList();
    return alter(state.leader(), new Proposal(new TopicIdPartition(topicId, number), state.leaderEpoch(),
        state.partitionEpoch(), members, LeaderRecoveryState.RECOVERED));
  }

  Answer alter(int sender, Proposal proposal) {
    Decision<List<Answer>> decision = run(
        control.alterPartitions(new AlterPartitionCommand(sender, broker(sender).brokerEpoch(), List.of(proposal))));
    return decision.value().orElseThrow(() -> new AssertionError(decision.result())).getFirst();
  }
}
