package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.RecordBatch;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsRequest.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that move between real brokers under writes, and a broker that is emptied and let go (M32, M33). */
class MoveTest {
  @TempDir
  private Path root;

  @Test
  void whatWasAcknowledgedMovesAlongAndNothingIsLeftBehind() throws Exception {
    try (InProcessCluster cluster = new InProcessCluster(root)) {
      TopicIdPartition partition = createTopic(cluster);
      Set<Long> acknowledged = new TreeSet<>();
      produce(cluster, partition, acknowledged, 100);

      assertThat(cluster.broker(101).maintenance()
          .reassignPartitions(new ReassignPartitionsRequest(List.of(new Target("t", 0, List.of(103, 102)))))
          .answers()).allMatch(answer -> answer.error() == null);
      produce(cluster, partition, acknowledged, 100);
      Waiting.until("the move is complete everywhere", InProcessCluster.PATIENCE,
          () -> cluster.brokerIds().stream().allMatch(id -> state(cluster, partition, id).replicas()
              .equals(List.of(103, 102))));
      produce(cluster, partition, acknowledged, 100);
      Waiting.until("the old replica is deleted", InProcessCluster.PATIENCE,
          () -> cluster.status(101).replicas().isEmpty() && directories("broker-101").isEmpty());
      assertThat(read(cluster, partition)).containsAll(acknowledged);

      cluster.broker(101).maintenance().decommissionBroker(new DecommissionBrokerRequest(102, false));
      Waiting.until("broker 102 is empty", InProcessCluster.PATIENCE,
          () -> cluster.status(102).replicas().isEmpty() && state(cluster, partition, 101).replicas()
              .equals(List.of(103, 101)));
      produce(cluster, partition, acknowledged, 100);
      cluster.stopBroker(102);
      Waiting.until("broker 102 is unregistered", InProcessCluster.PATIENCE,
          () -> cluster.broker(101).view().image().broker(102).isEmpty());
      produce(cluster, partition, acknowledged, 20);
      assertThat(read(cluster, partition)).containsAll(acknowledged);
      assertThat(cluster.failures()).isEmpty();
    }
  }

  /** Directories of the topic's partitions; one that vanishes while it is looked at is gone. */
  private List<String> directories(String broker) {
    try (Stream<Path> files = Files.list(root.resolve(broker))) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("t-")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TopicIdPartition createTopic(InProcessCluster cluster) {
    CreateTopicResponse created = cluster.broker(101).controllers().createTopic(
        new CreateTopicRequest("t", null, null, Map.of(0, List.of(101, 102)), Map.of(), false));
    return new TopicIdPartition(Objects.requireNonNull(created.topicId()), 0);
  }

  private static PartitionState state(InProcessCluster cluster, TopicIdPartition partition, int askedBroker) {
    return cluster.broker(askedBroker).view().image().partition(partition.topicId(), partition.partition())
        .orElseThrow();
  }

  private static void produce(InProcessCluster cluster, TopicIdPartition partition, Set<Long> acknowledged,
      int count) {
    for (int i = 0; i < count; i++) {
      acknowledged.add(Waiting.until("a record is acknowledged", InProcessCluster.PATIENCE,
          () -> append(cluster, partition), () -> "failures " + cluster.failures()));
    }
  }

  /** Whatever is not acknowledged may be in the log as well. */
  private static @Nullable Long append(InProcessCluster cluster, TopicIdPartition partition) {
    for (int id : List.of(101, 103, 102)) {
      BatchBuilder builder = new BatchBuilder(256);
      builder.add(System.currentTimeMillis(), null, "value".getBytes(StandardCharsets.UTF_8), List.of());
      try {
        if (cluster.broker(id).partitions().append(partition, builder.build(), -1, 20_000)
            .get(30, TimeUnit.SECONDS) instanceof AppendOutcome.Ok ok) {
          return ok.baseOffset();
        }
      } catch (Exception e) {
        throw new AssertionError("an append was never answered", e);
      }
    }
    return null;
  }

  private static Set<Long> read(InProcessCluster cluster, TopicIdPartition partition) throws Exception {
    Set<Long> found = new TreeSet<>();
    long offset = 0;
    while (true) {
      ReadOutcome outcome = cluster.broker(state(cluster, partition, 101).leader()).partitions()
          .read(partition, offset, 1 << 20, 1, 0).get(10, TimeUnit.SECONDS);
      assertThat(outcome).isInstanceOf(ReadOutcome.Ok.class);
      ReadOutcome.Ok ok = (ReadOutcome.Ok) outcome;
      if (ok.batches().remaining() == 0) {
        return found;
      }
      for (RecordBatch batch : RecordBatches.verified(ok.batches())) {
        found.add(batch.baseOffset());
        offset = batch.nextOffset();
      }
    }
  }
}
