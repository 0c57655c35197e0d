package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.gateway.Acks;
import io.ottla.broker.gateway.ClusterRecordGateway;
import io.ottla.broker.gateway.GatewayLimits;
import io.ottla.broker.gateway.ProduceCommand;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.broker.gateway.RecordResult;
import io.ottla.broker.log.PartitionLog;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.FetchRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two brokers with real logs and threads, whose leadership of one partition moves to and fro while clients write through one of them, over calls
 * that lose requests, lose answers, and deliver again later. Clients that wait see neither a failure nor a duplicate (P37, I34, I36, I38, F27).
 */
class FailoverTest {
  private static final int CLIENTS = 8;
  private static final int RECORDS = 60;
  private static final int RECORDS_PER_LEADERSHIP = 20;

  @TempDir
  private Path root;
  private final MetadataLog log = MetadataLog.withBrokers(2);
  private final UUID topic = log.create("t", 1, 1, 2);
  private final TopicIdPartition partition = new TopicIdPartition(topic, 0);
  private final Map<Integer, TestHost> hosts = new HashMap<>();
  private final Map<Integer, MetadataImage> applied = new HashMap<>();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private int leader = 1;

  private CompletableFuture<LeaderFetchCalls.Reply> fetch(Endpoint from, FetchRequest request) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        FetchReply reply = host(from.port() - 9_000).manager.fetch(request);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        reply.writePayload(payload);
        return new LeaderFetchCalls.Reply(reply.header(), ByteBuffer.wrap(payload.toByteArray()));
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }, Thread::startVirtualThread);
  }

  private TestHost host(int id) {
    return Objects.requireNonNull(hosts.get(id));
  }

  private void start(int id, long brokerEpoch) throws Exception {
    hosts.put(id,
        new TestHost(root.resolve("" + id), id, brokerEpoch, (from, request, timeout) -> fetch(from, request)));
  }

  /** Both learn of new metadata, one after the other. */
  private synchronized void learn(int... order) {
    for (int id : order) {
      MetadataImage before = applied.getOrDefault(id, MetadataImage.EMPTY);
      host(id).manager.onDelta(MetadataDelta.between(before, log.image()));
      applied.put(id, log.image());
    }
  }

  private synchronized void moveLeadership() {
    leader = 3 - leader;
    log.change(topic, 0, List.of(1, 2), leader);
    if (leader == 1) {
      learn(2, 1);
    } else {
      learn(1, 2);
    }
  }

  /** What the broker that clients talk to knows: broker 1. */
  private final class View implements BrokerView {
    @Override
    public int brokerId() {
      return 1;
    }

    @Override
    public long brokerEpoch() {
      return 1;
    }

    @Override
    public String clusterId() {
      return MetadataLog.CLUSTER;
    }

    @Override
    public MetadataImage image() {
      synchronized (FailoverTest.this) {
        return Objects.requireNonNull(applied.get(1));
      }
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      Thread.yield();
      return image().index() >= index;
    }
  }

  /** Calls to a broker that go wrong in every way. */
  private final class Unreliable implements PartitionService {
    private final int id;
    private final Random random;

    Unreliable(int id) {
      this.id = id;
      this.random = new Random(id);
    }

    @Override
    public CompletableFuture<AppendOutcome> append(TopicIdPartition asked, ByteBuffer batch, int acks, long timeoutMs) {
      AppendOutcome lost = new AppendOutcome.Failed(ErrorCode.INDETERMINATE, "connection reset");
      ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
      int fate;
      synchronized (random) {
        fate = random.nextInt(10);
      }
      if (fate == 0) {
        return CompletableFuture.completedFuture(lost);
      }
      CompletableFuture<AppendOutcome> answer = host(id).manager.append(asked, batch, acks, timeoutMs);
      return switch (fate) {
        case 1 -> CompletableFuture.completedFuture(lost);
        case 2 -> answer.thenApplyAsync(outcome -> {
          // What the network kept arrives once more, at whoever this is by now.
          host(id).manager.append(asked, copy, acks, timeoutMs);
          repeated.incrementAndGet();
          return lost;
        }, Thread::startVirtualThread);
        default -> answer;
      };
    }

    @Override
    public CompletableFuture<ReadOutcome> read(TopicIdPartition asked, long offset, int maxBytes, int minBytes,
        long maxWaitMs) {
      return host(id).manager.read(asked, offset, maxBytes, minBytes, maxWaitMs);
    }

    @Override
    public OffsetsOutcome offsets(TopicIdPartition asked) {
      return host(id).manager.offsets(asked);
    }
  }

  private static List<String> values(PartitionLog from) {
    ByteBuffer all = from.read(0, Integer.MAX_VALUE, Long.MAX_VALUE).readFully();
    List<String> values = new ArrayList<>();
    for (Record record : RecordBatches.records(all, 0, Long.MAX_VALUE)) {
      values.add(new String(Objects.requireNonNull(record.value()), StandardCharsets.UTF_8));
    }
    return values;
  }

  private List<Long> write(ClusterRecordGateway gateway, int client) {
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = (client + ":" + i).getBytes(StandardCharsets.UTF_8);
      RecordResult result = gateway.produce(new ProduceCommand("t",
          List.of(new ProducerRecord(0, null, null, value, List.of())), Acks.ALL, 60_000)).getFirst();
      assertThat(result).isInstanceOf(RecordResult.Written.class);
      offsets.add(((RecordResult.Written) result).offset());
      if (written.incrementAndGet() % RECORDS_PER_LEADERSHIP == 0) {
        moveLeadership();
      }
    }
    return offsets;
  }

  @Test
  void clientsThatWaitSeeNeitherFailuresNorDuplicates() throws Exception {
    start(1, 1);
    start(2, 3);
    try {
      learn(1, 2);
      AtomicLong ids = new AtomicLong();
      ClusterRecordGateway gateway = new ClusterRecordGateway(new View(), new Unreliable(1), peer -> new Unreliable(2),
          MonotonicClock.system(), System::currentTimeMillis, new GatewayLimits(2, 100_000, 10_000_000, 5_000),
          () -> OptionalLong.of(ids.getAndIncrement()));
      List<Future<List<Long>>> clients = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int c = 0; c < CLIENTS; c++) {
          int client = c;
          clients.add(threads.submit(() -> write(gateway, client)));
        }
      }
      PartitionLog one = host(1).store.log(partition).orElseThrow();
      PartitionLog two = host(2).store.log(partition).orElseThrow();
      await().until(() -> one.logEndOffset() == two.logEndOffset() && values(one).equals(values(two)));
      List<String> values = values(one);
      assertThat(values).hasSize(CLIENTS * RECORDS).doesNotHaveDuplicates();
      for (int c = 0; c < CLIENTS; c++) {
        List<Long> offsets = clients.get(c).get();
        assertThat(offsets).as("in the order in which a client had them acknowledged").isSorted();
        for (int i = 0; i < RECORDS; i++) {
          assertThat(values.get((int) (long) offsets.get(i))).isEqualTo(c + ":" + i);
        }
      }
      assertThat(one.producers().entries()).isEqualTo(two.producers().entries());
      assertThat(repeated).as("batches came again").hasPositiveValue();
      assertThat(log.image().partition(topic, 0).orElseThrow().leaderEpoch())
          .isEqualTo(CLIENTS * RECORDS / RECORDS_PER_LEADERSHIP);
      assertThat(host(1).failures).isEmpty();
      assertThat(host(2).failures).isEmpty();
    } finally {
      hosts.values().forEach(TestHost::close);
    }
  }
}
