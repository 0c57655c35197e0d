package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.boot.BrokerNode;
import io.ottla.broker.gateway.Acks;
import io.ottla.broker.gateway.ClusterRecordGateway;
import io.ottla.broker.gateway.GatewayLimits;
import io.ottla.broker.gateway.ProduceCommand;
import io.ottla.broker.gateway.ProducerIdBlocks;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.broker.gateway.ReadCommand;
import io.ottla.broker.gateway.ReadResult;
import io.ottla.broker.gateway.RecordResult;
import io.ottla.broker.http.outbound.PeerPartitionServices;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.Record;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.CreateTopicRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients write through a broker that stays while the partition's leader leaves and comes back: they see latency, and no record is there twice (P36
 * to P38, I34, I36). Producer ids come from a real quorum, batches go over real sockets.
 */
class InvisibleFailoverTest {
  private static final int GATEWAY = 103;
  private static final int CLIENTS = 4;
  private static final int PRODUCE_TIMEOUT_MS = 120_000;

  @TempDir
  private Path root;

  @Test
  void clientsThatWaitSeeNeitherFailuresNorDuplicates() throws Exception {
    try (InProcessCluster cluster = new InProcessCluster(root)) {
      BrokerNode node = cluster.broker(GATEWAY);
      node.controllers()
          .createTopic(new CreateTopicRequest("t", null, null, Map.of(0, List.of(101, 102, 103)), Map.of(),
              false));
      Waiting.until("the topic is known", InProcessCluster.PATIENCE, () -> node.view().image().topic("t").isPresent());
      try (PeerPartitionServices peers = new PeerPartitionServices(GATEWAY, node.view()::clusterId, 2,
          NodeFaults.OFF)) {
        ClusterRecordGateway gateway = new ClusterRecordGateway(node.view(), node.partitions(), peers,
            MonotonicClock.system(), System::currentTimeMillis, GatewayLimits.standard(1 << 20),
            new ProducerIdBlocks(node.controllers(), node.view(), MonotonicClock.system()));
        Map<Long, String> acknowledged = new ConcurrentSkipListMap<>();
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<Integer>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int c = 0; c < CLIENTS; c++) {
            int client = c;
            clients.add(threads.submit(() -> write(gateway, client, acknowledged, enough)));
          }
          for (int leader : List.of(101, 102)) {
            leave(cluster, leader, acknowledged);
          }
          enough.set(true);
        }
        for (Future<Integer> client : clients) {
          assertThat(client.get()).isPositive();
        }
        assertThat(read(gateway)).as("each once, where it was acknowledged").isEqualTo(acknowledged);
        assertThat(node.view().image().nextProducerId()).isEqualTo(1_000);
        assertThat(node.producers().remembered()).isPositive();
      }
      assertThat(cluster.failures()).isEmpty();
    }
  }

  /** A broker that leads stops, others take over, and it comes back. */
  private static void leave(InProcessCluster cluster, int id, Map<Long, String> acknowledged) {
    progress(cluster, acknowledged);
    cluster.stopBroker(id);
    progress(cluster, acknowledged);
    cluster.startBroker(id);
    cluster.awaitRunning(id);
    Waiting.until("the ISR is full again", InProcessCluster.PATIENCE, () -> state(cluster).isr().size() == 3);
    progress(cluster, acknowledged);
  }

  private static void progress(InProcessCluster cluster, Map<Long, String> acknowledged) {
    int before = acknowledged.size();
    Waiting.until("more is acknowledged; failures " + cluster.failures(), InProcessCluster.PATIENCE,
        () -> acknowledged.size() > before + 20);
  }

  private static PartitionState state(InProcessCluster cluster) {
    return cluster.broker(GATEWAY).view().image().topic("t").orElseThrow().partitions().getFirst();
  }

  private static int write(ClusterRecordGateway gateway, int client, Map<Long, String> acknowledged,
      AtomicBoolean enough) {
    int count = 0;
    while (!enough.get()) {
      String value = client + ":" + count;
      RecordResult result = gateway.produce(new ProduceCommand("t",
          List.of(new ProducerRecord(0, null, null, value.getBytes(StandardCharsets.UTF_8), List.of())), Acks.ALL,
          PRODUCE_TIMEOUT_MS)).getFirst();
      assertThat(result).isInstanceOf(RecordResult.Written.class);
      assertThat(acknowledged.put(((RecordResult.Written) result).offset(), value)).isNull();
      count++;
    }
    return count;
  }

  private static Map<Long, String> read(ClusterRecordGateway gateway) {
    Map<Long, String> found = new TreeMap<>();
    long offset = 0;
    while (true) {
      ReadResult result = gateway.read(new ReadCommand("t", 0, offset, 1 << 20, 1, 10_000, 0));
      if (result.records().isEmpty()) {
        return found;
      }
      for (Record one : result.records()) {
        found.put(one.offset(), new String(Objects.requireNonNull(one.value()), StandardCharsets.UTF_8));
      }
      offset = result.nextOffset();
    }
  }
}
