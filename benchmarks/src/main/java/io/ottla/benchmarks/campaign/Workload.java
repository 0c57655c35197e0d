package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.campaign.ClientCalls.Message;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Clients at work until they are stopped, each a process of its own in the history: producers of values that exist once, readers at any offset
 * of any broker, consumers that read everything in order, and askers for the end. Their choices follow from the seed; their pace does not.
 */
final class Workload implements AutoCloseable {
  /** The topics everything goes to, with their numbers of partitions. */
  static final Map<String, Integer> TOPICS = Map.of("orders", 6, "audit", 2);
  private static final int MOST_RECORDS = 4;
  private static final int READ_BYTES = 32 * 1024;
  private static final int POLL_MS = 400;
  private static final long JOIN_MS = 60_000;

  private final CampaignCluster cluster;
  private final ClientCalls calls;
  private final long seed;
  private final Map<String, AtomicLong> ends = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile Predicate<CampaignNode> reachable = _ -> true;
  private volatile boolean stopping;
  private volatile boolean producing = true;
  private volatile @Nullable Throwable failure;

  /** One client: what it does again and again. */
  private interface Client {
    void act(Random random);
  }

  Workload(CampaignCluster cluster, ClientCalls calls, long seed) {
    this.cluster = cluster;
    this.calls = calls;
    this.seed = seed;
  }

  /** Clients ask only brokers for which this holds; at first all. */
  void reach(Predicate<CampaignNode> brokers) {
    reachable = brokers;
  }

  /** Starts the clients. */
  void start(int producers, int readers, int consumers, @Nullable TopicChurn churn) {
    for (int i = 0; i < producers; i++) {
      String name = "producer-" + i;
      String topic = i % 4 == 3 ? "audit" : "orders";
      AtomicLong number = new AtomicLong();
      start(name, random -> produce(name, topic, number, random));
    }
    for (int i = 0; i < readers; i++) {
      String name = "reader-" + i;
      start(name, random -> readSomewhere(name, random));
    }
    for (int i = 0; i < consumers; i++) {
      String name = "consumer-" + i;
      Map<String, Long> positions = new ConcurrentHashMap<>();
      start(name, random -> poll(name, positions, random));
    }
    start("asker", random -> {
      TopicPick pick = pick(random);
      calls.end("asker", broker(random), pick.topic(), pick.partition());
      Api.pause(random.nextInt(100));
    });
    if (churn != null) {
      start("churn", random -> {
        churn.round(random, () -> broker(random));
        Api.pause(random.nextInt(1_500));
      });
    }
  }

  private void start(String name, Client client) {
    Random random = new Random(seed ^ name.hashCode());
    threads.add(Thread.ofPlatform().name(name).start(() -> {
      try {
        while (!stopping) {
          client.act(random);
        }
      } catch (RuntimeException e) {
        failure = e;
        stopping = true;
      }
    }));
  }

  /** A partition of a topic. */
  private record TopicPick(String topic, int partition) {
    String key() {
      return topic + "-" + partition;
    }
  }

  private static TopicPick pick(Random random) {
    String topic = random.nextInt(4) == 0 ? "audit" : "orders";
    return new TopicPick(topic, random.nextInt(TOPICS.getOrDefault(topic, 1)));
  }

  private CampaignNode broker(Random random) {
    List<CampaignNode> brokers = cluster.brokers().stream().filter(reachable).toList();
    return CampaignCluster.any(brokers, random);
  }

  private void produce(String name, String topic, AtomicLong number, Random random) {
    if (!producing) {
      Api.pause(50);
      return;
    }
    List<Message> messages = new ArrayList<>();
    for (int i = random.nextInt(4) == 0 ? MOST_RECORDS : 1; i > 0; i--) {
      messages.add(new Message(name + "." + random.nextInt(3), name + "#" + number.incrementAndGet()));
    }
    List<Event.Produce> told = calls.produce(name, broker(random), topic, messages);
    told.stream().filter(one -> one.outcome() == Outcome.OK)
        .forEach(one -> end(topic + "-" + one.partition()).accumulateAndGet(one.offset() + 1, Math::max));
    boolean refused = told.getFirst().outcome() == Outcome.FAIL;
    Api.pause(refused ? 100 + random.nextInt(100) : random.nextInt(20));
  }

  private AtomicLong end(String partition) {
    return ends.computeIfAbsent(partition, _ -> new AtomicLong());
  }

  private void readSomewhere(String name, Random random) {
    TopicPick pick = pick(random);
    long known = end(pick.key()).get();
    long from = switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1, 2 -> known;
      default -> known == 0 ? 0 : random.nextLong(known);
    };
    calls.read(name, Event.Reader.RAW, broker(random), pick.topic(), pick.partition(), from, random.nextInt(POLL_MS),
        READ_BYTES);
    Api.pause(random.nextInt(150));
  }

  private void poll(String name, Map<String, Long> positions, Random random) {
    TopicPick pick = pick(random);
    long from = positions.getOrDefault(pick.key(), 0L);
    ClientCalls.ReadEnd read = calls.read(name, Event.Reader.POLL, broker(random), pick.topic(), pick.partition(),
        from, random.nextInt(POLL_MS), READ_BYTES);
    if (read.outcome() == Outcome.OK) {
      positions.put(pick.key(), read.next());
      end(pick.key()).accumulateAndGet(read.next(), Math::max);
    } else {
      Api.pause(50 + random.nextInt(100));
    }
    Api.pause(random.nextInt(30));
  }

  /** Ends producing; the others go on. */
  void stopProducing() {
    producing = false;
  }

  /** The failure of a client that is a failure of the campaign itself. */
  void check() {
    Throwable thrown = failure;
    if (thrown != null) {
      throw new BenchmarkFailure("a client failed", thrown);
    }
  }

  /** Ends all clients; returns when each has noted its last call. */
  @Override
  public void close() {
    stopping = true;
    try {
      for (Thread thread : threads) {
        thread.join(JOIN_MS);
        if (thread.isAlive()) {
          throw new BenchmarkFailure(thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }
}
