package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.common.wire.ReplicaStatusResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers against a real quorum, all in one JVM: replication, hand-over on an orderly stop, and the way back into the ISR. */
class InProcessClusterTest {
  private static final int TIMEOUT_MS = 20_000;

  @TempDir
  Path root;

  /** P8, P18, I33: what is acknowledged is on every replica, byte for byte. */
  @Test
  void replicatesWhatItAcknowledgesAndSurvivesAnOrderlyRestartOfALeader() throws Exception {
    try (InProcessCluster cluster = new InProcessCluster(root)) {
      TopicIdPartition partition = createTopic(cluster, "orders");
      Map<Long, String> acknowledged = new TreeMap<>();
      produce(cluster, partition, acknowledged, 0, 200);
      awaitEqualReplicas(cluster, partition, 200);

      int leader = leader(cluster, partition, 101);
      cluster.stopBroker(leader);
      int other = leader == 101 ? 102 : 101;
      Waiting.until("another broker leads", InProcessCluster.PATIENCE, () -> {
        int now = leader(cluster, partition, other);
        return now > 0 && now != leader;
      });
      produce(cluster, partition, acknowledged, 200, 300);

      cluster.startBroker(leader);
      cluster.awaitRunning(leader);
      Waiting.until("the ISR is full again", InProcessCluster.PATIENCE,
          () -> state(cluster, partition, other).isr().size() == 3);
      produce(cluster, partition, acknowledged, 300, 320);
      awaitEqualReplicas(cluster, partition, 320);
      assertThat(readAll(cluster, partition)).isEqualTo(acknowledged);
      assertThat(cluster.failures()).isEmpty();
    }
  }

  /** P40, P41: what goes on the leader goes everywhere, and the runtime's loops do it. */
  @Test
  void retentionDeletedRecordsAndCompactionReachEveryReplica() throws Exception {
    try (InProcessCluster cluster = new InProcessCluster(root)) {
      long now = System.currentTimeMillis();
      TopicIdPartition deleted = createTopic(cluster, "deleted", Map.of());
      TopicIdPartition aged = createTopic(cluster, "aged",
          Map.of("retention.ms", "3600000", "segment.bytes", "1024"));
      TopicIdPartition compacted = createTopic(cluster, "compacted", Map.of("cleanup.policy", "compact",
          "segment.bytes", "1024", "compression.type", "zstd", "file.delete.delay.ms", "0"));
      for (int i = 0; i < 60; i++) {
        appendAtLeader(cluster, deleted, now + i, null, "value-" + i);
        appendAtLeader(cluster, aged, i < 40 ? now - 7_200_000 : now, null, "value-" + i);
        appendAtLeader(cluster, compacted, now, "key-" + i % 3, "value-" + i + " of some length".repeat(5));
      }
      PartitionService leader = cluster.broker(leader(cluster, deleted, 101)).partitions();
      ReadOutcome found = leader.read(deleted, ForwardReadRequest.AT_TIMESTAMP + now + 30, 1, 0, 0).get(10,
          TimeUnit.SECONDS);
      assertThat(found).isInstanceOfSatisfying(ReadOutcome.Ok.class, ok -> assertThat(ok.startOffset()).isEqualTo(30));
      assertThat(cluster.deleteRecords(leader(cluster, deleted, 101), deleted, 25)).isEqualTo(25);

      Waiting.until("all logs start later", InProcessCluster.PATIENCE, () -> cluster.brokerIds().stream()
          .flatMap(id -> cluster.status(id).replicas().stream())
          .allMatch(replica -> switch (replica.topic()) {
            case "deleted" -> replica.logStartOffset() == 25;
            case "aged" -> replica.logStartOffset() > 20 && replica.logStartOffset() <= 40;
            default -> replica.logStartOffset() == 0;
          }));
      awaitEqualReplicas(cluster, deleted, 60);
      awaitEqualReplicas(cluster, aged, 60);
      Waiting.until("the log is cleaned", InProcessCluster.PATIENCE,
          () -> readAll(cluster, compacted).size() < 30);
      Map<Long, String> left = readAll(cluster, compacted);
      for (long offset = 57; offset < 60; offset++) {
        assertThat(left.get(offset)).startsWith("value-" + offset);
      }
      assertThat(cluster.failures()).isEmpty();
    }
  }

  private static void appendAtLeader(InProcessCluster cluster, TopicIdPartition partition, long timestamp,
      @Nullable String key, String value) {
    Waiting.until("a record is acknowledged", InProcessCluster.PATIENCE, () -> {
      for (int id : cluster.brokerIds()) {
        if (append(cluster.broker(id).partitions(), partition, timestamp, key, value) instanceof AppendOutcome.Ok ok) {
          return ok.baseOffset();
        }
      }
      return null;
    }, () -> "failures " + cluster.failures());
  }

  private static TopicIdPartition createTopic(InProcessCluster cluster, String name) throws InterruptedException {
    return createTopic(cluster, name, Map.of());
  }

  private static TopicIdPartition createTopic(InProcessCluster cluster, String name, Map<String, String> configs)
      throws InterruptedException {
    CreateTopicResponse created = cluster.broker(101).controllers()
        .createTopic(new CreateTopicRequest(name, 1, 3, null, configs, false));
    for (int id : cluster.brokerIds()) {
      assertThat(cluster.broker(id).view().awaitIndex(created.metadataIndex(), Duration.ofSeconds(30))).isTrue();
    }
    return new TopicIdPartition(Objects.requireNonNull(created.topicId()), 0);
  }

  private static PartitionState state(InProcessCluster cluster, TopicIdPartition partition, int askedBroker) {
    BrokerView view = cluster.broker(askedBroker).view();
    return view.image().partition(partition.topicId(), partition.partition()).orElseThrow();
  }

  private static int leader(InProcessCluster cluster, TopicIdPartition partition, int askedBroker) {
    return state(cluster, partition, askedBroker).leader();
  }

  /** One record per batch, each tried at whoever leads until it is acknowledged; only refusals that prove nothing was written are retried. */
  private static void produce(InProcessCluster cluster, TopicIdPartition partition, Map<Long, String> acknowledged,
      int from, int to) {
    for (int i = from; i < to; i++) {
      String value = "value-" + i;
      long offset = Waiting.until("record " + i + " is acknowledged", InProcessCluster.PATIENCE,
          () -> tryAppend(cluster, partition, value), () -> "failures " + cluster.failures());
      assertThat(acknowledged.put(offset, value)).as("offset %d given twice", offset).isNull();
    }
  }

  private static @Nullable Long tryAppend(InProcessCluster cluster, TopicIdPartition partition,
      String value) {
    for (int id : cluster.brokerIds()) {
      AppendOutcome outcome = append(cluster.broker(id).partitions(), partition, value);
      switch (outcome) {
        case AppendOutcome.Ok ok -> {
          return ok.baseOffset();
        }
        case AppendOutcome.Failed failed -> assertThat(failed.code()).isIn(ErrorCode.NOT_LEADER,
            ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.LEADER_NOT_AVAILABLE);
      }
    }
    return null;
  }

  private static AppendOutcome append(PartitionService partitions, TopicIdPartition partition, String value) {
    return append(partitions, partition, System.currentTimeMillis(), null, value);
  }

  private static AppendOutcome append(PartitionService partitions, TopicIdPartition partition, long timestamp,
      @Nullable String key, String value) {
    BatchBuilder builder = new BatchBuilder(256);
    builder.add(timestamp, key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8), List.of());
    try {
      return partitions.append(partition, builder.build(), -1, TIMEOUT_MS).get(TIMEOUT_MS + 10_000,
          TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw new AssertionError("an append was never answered", e);
    }
  }

  private static void awaitEqualReplicas(InProcessCluster cluster, TopicIdPartition partition, long end) {
    Waiting.until("all replicas end at " + end + " and are equal", InProcessCluster.PATIENCE, () -> {
      Set<String> digests = new HashSet<>();
      Set<Long> ends = new HashSet<>();
      for (int id : cluster.brokerIds()) {
        for (ReplicaStatusResponse.Replica replica : cluster.status(id).replicas()) {
          if (replica.topicId().equals(partition.topicId())) {
            digests.add(replica.digest());
            ends.add(replica.logEndOffset());
            ends.add(replica.highWatermark());
            ends.add(replica.durableOffset());
          }
        }
      }
      return digests.size() == 1 && ends.equals(Set.of(end));
    });
  }

  private static Map<Long, String> readAll(InProcessCluster cluster, TopicIdPartition partition) {
    PartitionService leader = cluster.broker(leader(cluster, partition, 101)).partitions();
    Map<Long, String> found = new TreeMap<>();
    long offset = 0;
    while (true) {
      ReadOutcome outcome = leader.read(partition, offset, 4_096, 1, 0).join();
      assertThat(outcome).isInstanceOf(ReadOutcome.Ok.class);
      ReadOutcome.Ok ok = (ReadOutcome.Ok) outcome;
      ByteBuffer batches = ok.batches();
      if (!batches.hasRemaining()) {
        return found;
      }
      List<Record> records = new ArrayList<>(RecordBatches.records(batches, offset, ok.highWatermark()));
      records.forEach(one -> found.put(one.offset(),
          new String(Objects.requireNonNull(one.value()), StandardCharsets.UTF_8)));
      offset = RecordBatches.verified(batches).getLast().nextOffset();
    }
  }
}
