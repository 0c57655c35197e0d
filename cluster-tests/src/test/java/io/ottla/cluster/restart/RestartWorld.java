package io.ottla.cluster.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.replica.AppendDecision;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.random.RandomSource;
import io.ottla.common.record.BatchBuilder;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.Decision;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One controller whose entries commit at once, three brokers with logs on disks in memory, one partition on all of them. Nothing happens by
 * itself: the test lets brokers go and come, and the world brings metadata and replication to rest after each step. Everything that decides is
 * production code.
 */
final class RestartWorld implements BrokerStates {
  static final String CLUSTER = "cluster";
  static final long SESSION_MS = 3_000;
  private static final int SETTLE_ROUNDS = 30;
  private static final int QUIET_ROUNDS = 2;

  final Map<Integer, RestartNode> nodes = new TreeMap<>();
  final TopicIdPartition partition;
  private final boolean built;
  private final ClusterControl control;
  private final SplittableRandom random = new SplittableRandom(5);
  private final Map<Long, Long> acknowledged = new TreeMap<>();
  private long nowMs = 100_000;
  private long index;
  private long nextValue = 1;

  RestartWorld(int minIsr) {
    control = new ClusterControl(ControlSettings.of(CLUSTER,
        new TreeMap<>(Map.of(ClusterConfigs.MIN_INSYNC_REPLICAS, Integer.toString(minIsr), ClusterConfigs.DURABILITY,
            "sync")),
        SESSION_MS), new Random());
    control.activate(nowMs);
    duties();
    for (int id = 1; id <= 3; id++) {
      nodes.put(id, new RestartNode(id, this));
      comeUp(id);
    }
    UUID topic = run(control.createTopic(new CreateTopicCommand("t", null, null,
        new TreeMap<>(Map.of(0, List.of(1, 2, 3))), new TreeMap<>(), false))).topicId();
    partition = new TopicIdPartition(topic == null ? new UUID(0, 0) : topic, 0);
    built = true;
    settle();
  }

  private final class Random implements RandomSource {
    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
      return random.nextInt(bound);
    }
  }

  UUID nextUuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  // ---- the controller

  <R> R run(Decision<R> decision) {
    if (decision.hasRecords()) {
      append(decision.records());
    }
    return decision.value().orElseThrow(() -> new AssertionError(decision.result()));
  }

  private void append(List<MetadataRecord> records) {
    index++;
    control.appended(index, 1, records, nowMs);
    control.applyCommitted(index, 1, records);
  }

  private void duties() {
    for (Optional<List<MetadataRecord>> duty = control.nextDuty(nowMs); duty.isPresent(); duty = control
        .nextDuty(nowMs)) {
      append(duty.get());
    }
  }

  MetadataImage image() {
    return control.committed();
  }

  PartitionState state() {
    return image().partition(partition.topicId(), partition.partition()).orElseThrow();
  }

  long uncleanElections() {
    return control.uncleanElections();
  }

  /** Silence for longer than a session, of all but the brokers that are up. */
  private void passASession() {
    for (long left = SESSION_MS + 500; left > 0; left -= 100) {
      nowMs += 100;
      nodes.values().stream().filter(RestartNode::isUp)
          .forEach(node -> control.contact(node.id(), node.brokerEpoch(), nowMs));
      duties();
    }
  }

  long register(RegisterBrokerCommand command) {
    return run(control.register(command, nowMs)).brokerEpoch();
  }

  AlterPartitionCommand.Answer alter(AlterPartitionCommand command) {
    return run(control.alterPartitions(command)).getFirst();
  }

  // ---- brokers come and go

  void goDown(int id, Fate fate, long seed) {
    RestartNode node = node(id);
    if (fate == Fate.STOPPED) {
      for (boolean may = false; !may; settle()) {
        may = run(control.heartbeat(heartbeat(node, true), nowMs)).shouldShutdown();
      }
    }
    node.goDown(fate, seed);
    passASession();
    settle();
  }

  void comeUp(int id) {
    node(id).comeUp();
    settle();
  }

  private RestartNode node(int id) {
    RestartNode node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("no broker " + id);
    }
    return node;
  }

  private HeartbeatCommand heartbeat(RestartNode node, boolean wantShutdown) {
    return new HeartbeatCommand(node.id(), node.brokerEpoch(), image().index(), false, wantShutdown, List.of(),
        List.of());
  }

  /** Heartbeats, metadata, replication and ISR changes until nothing changes any more. */
  private void settle() {
    String before = "";
    int quiet = 0;
    for (int round = 0; quiet < QUIET_ROUNDS; round++) {
      assertThat(round).as("it must come to rest").isLessThan(SETTLE_ROUNDS);
      settleOnce();
      String now = fingerprint();
      quiet = now.equals(before) ? quiet + 1 : 0;
      before = now;
    }
  }

  private String fingerprint() {
    StringBuilder print = new StringBuilder().append(index);
    nodes.values().forEach(node -> print.append(node));
    return print.toString();
  }

  private void settleOnce() {
    nowMs += 100;
    for (RestartNode node : nodes.values()) {
      if (node.isUp()) {
        control.contact(node.id(), node.brokerEpoch(), nowMs);
        if (!image().broker(node.id()).map(BrokerRegistration::inControlledShutdown).orElse(false)) {
          run(control.heartbeat(heartbeat(node, false), nowMs));
        }
      }
    }
    duties();
    if (built) {
      nodes.values().stream().filter(RestartNode::isUp).forEach(node -> node.apply(nowMs));
      replicate();
    }
  }

  private void replicate() {
    RestartNode leading = leading();
    LeaderReplica leader = leading == null ? null : leading.leader();
    if (leading == null || leader == null) {
      return;
    }
    leading.force();
    for (RestartNode node : nodes.values()) {
      if (node.isUp() && node != leading) {
        node.fetchFrom(leading, leader, nowMs);
      }
    }
    leader.propose(this, nowMs).ifPresent(proposal -> leading.propose(leader, proposal));
  }

  @Override
  public long brokerEpoch(int brokerId) {
    return image().broker(brokerId).map(BrokerRegistration::brokerEpoch).orElse(UNKNOWN_EPOCH);
  }

  @Override
  public boolean active(int brokerId) {
    return image().isActive(brokerId);
  }

  // ---- the client

  /** The broker that leads and serves. */
  @Nullable
  RestartNode leading() {
    return nodes.values().stream().filter(node -> node.isUp() && node.leader() != null).findFirst().orElse(null);
  }

  /** Writes a record and waits for all acks; whether it was acknowledged. */
  boolean produce() {
    RestartNode node = leading();
    LeaderReplica leader = node == null ? null : node.leader();
    if (node == null || leader == null) {
      return false;
    }
    long value = nextValue++;
    return switch (leader.append(batch(value), -1)) {
      case AppendDecision.Refused(ErrorCode code, String _) -> {
        assertThat(code).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        yield false;
      }
      case AppendDecision.Appended(long base, long end, int _) -> {
        settle();
        LeaderReplica still = node.leader();
        boolean committed = still != null && still.leaderEpoch() == leader.leaderEpoch() && node.highWatermark() >= end;
        if (committed) {
          acknowledged.put(base, value);
        }
        yield committed;
      }
      case AppendDecision.Duplicate _ -> throw new AssertionError("every record is written once");
    };
  }

  /** Writes a record that stays with the leader: nobody hears of it. */
  void produceUnacknowledged() {
    RestartNode node = leading();
    LeaderReplica leader = node == null ? null : node.leader();
    if (leader != null) {
      leader.append(batch(-1), 1);
    }
  }

  private static ByteBuffer batch(long value) {
    BatchBuilder batch = new BatchBuilder(200);
    batch.add(1_000, null, ByteBuffer.allocate(Long.BYTES).putLong(value).array(), List.of());
    return batch.build();
  }

  /** I34: whoever leads has every record that was ever acknowledged, where it was. */
  void checkNothingIsLost() {
    RestartNode node = leading();
    if (node != null) {
      PartitionLog log = node.log();
      acknowledged.forEach((offset, value) -> assertThat(valueAt(log, offset)).as("offset " + offset)
          .isEqualTo(value));
    }
  }

  private static long valueAt(PartitionLog log, long offset) {
    if (offset < log.logStartOffset() || offset >= log.logEndOffset()) {
      return 0;
    }
    ByteBuffer batch = log.verified(log.read(offset, 1, log.logEndOffset()));
    // One record in each batch: its value comes last, but for the count of headers.
    return batch.getLong(batch.limit() - 1 - Long.BYTES);
  }
}
