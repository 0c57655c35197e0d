package io.ottla.cluster;

import io.ottla.cluster.BrokerApi.KeyedValue;
import io.ottla.cluster.history.Write;
import io.ottla.cluster.history.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writers that produce keyed records through all brokers and note what they were told. Each key belongs to one writer, which sends the key's
 * next record only after the answer to the one before. Refused records are tried again, at another broker; unknown ones never.
 */
final class KeyedWorkload implements AutoCloseable {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);
  private static final int KEYS_PER_WRITER = 12;
  private static final int MOST_RECORDS_PER_REQUEST = 4;
  private static final int MOST_REFUSALS_IN_A_ROW = 3_000;

  private final List<BrokerApi> brokers;
  private final String topic;
  private final String run;
  private final ConcurrentLinkedQueue<Write> history = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final ExecutorService threads;
  private final List<Future<?>> writers = new ArrayList<>();
  private volatile boolean stopping;

  private KeyedWorkload(List<BrokerApi> brokers, String topic, String run, int writerCount) {
    this.brokers = List.copyOf(brokers);
    this.topic = topic;
    this.run = run;
    this.threads = Executors.newFixedThreadPool(writerCount);
  }

  /**
   * Starts the writers.
   *
   * @param run part of every key, so that two runs never share one
   */
  static KeyedWorkload start(List<BrokerApi> brokers, String topic, String run, int writers, long seed) {
    KeyedWorkload workload = new KeyedWorkload(brokers, topic, run, writers);
    for (int i = 0; i < writers; i++) {
      Writer writer = workload.new Writer(i, new Random(seed * 1_000 + i));
      workload.writers.add(workload.threads.submit(writer::run));
    }
    return workload;
  }

  long acknowledged() {
    return acknowledged.get();
  }

  /** Waits until that many more records are acknowledged than are now. */
  void awaitMore(long records, Duration limit) {
    long goal = acknowledged() + records;
    awaitTotal(goal, limit);
  }

  /** Waits until that many records are acknowledged. */
  void awaitTotal(long goal, Duration limit) {
    Waiting.until(goal + " acknowledged records", limit, () -> {
      failIfAWriterFailed();
      return acknowledged() >= goal ? Boolean.TRUE : null;
    }, () -> acknowledged() + " acknowledged of " + history.size() + " attempts, last " + lastAttempts());
  }

  private String lastAttempts() {
    List<Write> all = new ArrayList<>(history);
    return all.subList(Math.max(0, all.size() - 5), all.size()).toString();
  }

  private void failIfAWriterFailed() {
    for (Future<?> writer : writers) {
      if (writer.state() == Future.State.FAILED) {
        throw new AssertionError("a writer failed", writer.exceptionNow());
      }
    }
  }

  /** Lets every writer finish its current records and returns all attempts. */
  List<Write> stop() {
    stopping = true;
    threads.shutdown();
    try {
      if (!threads.awaitTermination(120, TimeUnit.SECONDS)) {
        throw new AssertionError("writers did not finish");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    failIfAWriterFailed();
    return List.copyOf(history);
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdownNow();
  }

  /** One writer with its keys. */
  private final class Writer {
    private final List<String> keys = new ArrayList<>();
    private final long[] sequences = new long[KEYS_PER_WRITER];
    private final Random random;
    private int broker;

    Writer(int number, Random random) {
      this.random = random;
      this.broker = number;
      for (int k = 0; k < KEYS_PER_WRITER; k++) {
        keys.add(run + "-" + number + "-" + k);
      }
    }

    void run() {
      List<Integer> choice = new ArrayList<>();
      for (int k = 0; k < KEYS_PER_WRITER; k++) {
        choice.add(k);
      }
      while (!stopping) {
        Collections.shuffle(choice, random);
        List<Numbered> batch = new ArrayList<>();
        for (int k : choice.subList(0, 1 + random.nextInt(MOST_RECORDS_PER_REQUEST))) {
          long sequence = sequences[k]++;
          batch.add(new Numbered(sequence, new KeyedValue(keys.get(k), value(keys.get(k), sequence))));
        }
        writeUntilAnswered(batch);
      }
    }

    private String value(String key, long sequence) {
      return "{\"id\":\"" + key + "#" + sequence + "\",\"number\":" + sequence + ",\"note\":\""
          + "x".repeat(random.nextInt(120)) + "\"}";
    }

    private void writeUntilAnswered(List<Numbered> records) {
      List<Numbered> open = records;
      for (int refusals = 0; !open.isEmpty(); refusals++) {
        if (refusals > MOST_REFUSALS_IN_A_ROW) {
          throw new AssertionError("refused " + refusals + " times in a row: " + open);
        }
        if (refusals > 0) {
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
          broker++;
          Waiting.pause(20 + random.nextInt(20));
        }
        open = attempt(open);
      }
    }

    /** Returns the records that were refused. */
    private List<Numbered> attempt(List<Numbered> records) {
      BrokerApi api = brokers.get(Math.floorMod(broker, brokers.size()));
      long sentAt = System.nanoTime();
      List<WriteOutcome> outcomes = api.produce(topic, records.stream().map(Numbered::record).toList(), REQUEST_LIMIT);
      long answeredAt = System.nanoTime();
      List<Numbered> refused = new ArrayList<>();
      for (int i = 0; i < records.size(); i++) {
        Numbered one = records.get(i);
        history.add(new Write(one.record().key(), one.sequence(), one.record().value(), sentAt, answeredAt,
            outcomes.get(i)));
        switch (outcomes.get(i)) {
          case WriteOutcome.Acknowledged place -> acknowledged.incrementAndGet();
          case WriteOutcome.Refused no -> refused.add(one);
          case WriteOutcome.Unknown maybe -> broker++;
        }
      }
      if (refused.isEmpty() && random.nextInt(8) == 0) {
        broker++;
      }
      return refused;
    }
  }

  /** A record and its position among those of its key. */
  private record Numbered(long sequence, KeyedValue record) {}
}
