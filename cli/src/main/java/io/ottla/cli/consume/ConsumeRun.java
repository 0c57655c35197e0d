package io.ottla.cli.consume;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.Reply;
import io.ottla.cli.client.ServerUnreachable;
import io.ottla.cli.client.Topics;
import io.ottla.cli.client.Topics.Offsets;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code consume}: a virtual thread per partition fetches pages and prints them whole, so that every partition is in order.
 * Reading changes nothing, so a page that did not come is simply asked for again.
 */
public final class ConsumeRun {
  private static final String BINARY = "application/vnd.kafka.binary.v2+json";
  private static final int PAGE_BYTES = 1 << 20;
  private static final long POLL_MS = 10_000;
  private static final Duration MARGIN = Duration.ofSeconds(10);
  private static final long RETRY_PAUSE_MS = 300;
  private static final int GONE = 410;
  private final Console console;
  private final ClusterClient client;
  private final Topics topics;
  private final Request request;
  private final AtomicLong left;
  private final AtomicLong printed = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicReference<@Nullable CommandFailure> failure = new AtomicReference<>();
  private final AtomicBoolean printedWhy = new AtomicBoolean();
  private final Object output = new Object();

  /**
   * What the user asked for.
   *
   * @param offset where to start in every partition, or null: at the beginning or at the end
   * @param max    most records in total; negative for no limit
   * @param values print values only, raw
   */
  public record Request(String topic, List<Integer> partitions, boolean fromBeginning, @Nullable Long offset,
      boolean follow, long max, boolean values) {}

  public ConsumeRun(Console console, ClusterClient client, Request request) {
    this.console = console;
    this.client = client;
    this.topics = new Topics(client);
    this.request = request;
    this.left = new AtomicLong(request.max() < 0 ? Long.MAX_VALUE : request.max());
  }

  /** Where one partition's reading starts, and where it ends when it does not follow. */
  private record Span(int partition, long start, long end) {}

  /** Reads until the ends noted at the start, the limit, or for ever; returns the exit status. */
  public int run() throws InterruptedException {
    List<Span> spans = request.partitions().stream().map(this::span).toList();
    CountDownLatch done = new CountDownLatch(spans.size());
    for (Span span : spans) {
      Thread.ofVirtual().name("partition-" + span.partition()).start(() -> {
        try {
          read(span);
        } catch (CommandFailure e) {
          failure.compareAndSet(null, e);
          stopAll();
        } finally {
          done.countDown();
        }
      });
    }
    // A long poll that nobody waits for any more need not be waited for either.
    while (done.getCount() > 0 && !stopped.get()) {
      done.await(20, java.util.concurrent.TimeUnit.MILLISECONDS);
    }
    CommandFailure failed = failure.get();
    if (failed != null)
      throw failed;
    console.flush();
    return ExitCode.OK;
  }

  public long printed() {
    return printed.get();
  }

  private Span span(int partition) {
    Offsets offsets = topics.offsets(request.topic(), partition);
    Long asked = request.offset();
    long start = asked != null ? asked : request.fromBeginning() ? offsets.beginning() : offsets.end();
    return new Span(partition, start, request.follow() ? Long.MAX_VALUE : offsets.end());
  }

  private void read(Span span) {
    long next = span.start();
    while (next < span.end() && !stopped.get()) {
      next = page(span, next);
    }
  }

  /** Fetches and prints one page; returns the offset to go on at. */
  private long page(Span span, long offset) {
    long wait = request.follow() ? POLL_MS : 1000;
    String path = "/topics/" + ClusterClient.segment(request.topic()) + "/partitions/" + span.partition()
        + "/records?offset=" + offset + "&timeout=" + wait + "&max_bytes=" + PAGE_BYTES;
    Reply reply;
    try {
      reply = client.read(path, BINARY, MARGIN.plusMillis(wait));
    } catch (ServerUnreachable e) {
      if (!request.follow())
        throw e;
      pause("waiting for a broker: " + e.text());
      return offset;
    }
    if (reply.status() == GONE)
      return trimmed(span, offset);
    if (reply.status() == 503 || reply.status() == 429) {
      pause("waiting for partition " + span.partition() + ": " + reply.errorMessage());
      return offset;
    }
    return print(span, offset, ClusterClient.checked(reply));
  }

  private long trimmed(Span span, long offset) {
    long beginning = topics.offsets(request.topic(), span.partition()).beginning();
    console.say("partition " + span.partition() + ": offsets " + offset + " to " + (beginning - 1)
        + " are removed already, going on at " + beginning);
    return Math.max(offset + 1, beginning);
  }

  private long print(Span span, long offset, Reply reply) {
    long next = offset;
    synchronized (output) {
      for (JsonNode entry : reply.json()) {
        next = entry.path("offset").asLong() + 1;
        if (next > span.end() || !take())
          break;
        print(entry);
      }
      if (console.outputClosed())
        stopAll();
    }
    return reply.headers().firstValueAsLong("Next-Offset").orElse(next);
  }

  /** Whether one more record may be printed. */
  private boolean take() {
    if (stopped.get())
      return false;
    long before = left.getAndDecrement();
    if (before <= 1)
      stopAll();
    return before > 0;
  }

  private void print(JsonNode entry) {
    if (request.values()) {
      byte[] value = java.util.Base64.getDecoder().decode(entry.path("value").asText(""));
      console.out().write(value, 0, value.length);
      console.out().write('\n');
    } else {
      console.print(RecordLine.of(entry));
    }
    printed.incrementAndGet();
  }

  private void pause(String why) {
    if (printedWhy.compareAndSet(false, true))
      console.say(why);
    try {
      Thread.sleep(RETRY_PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopAll() {
    stopped.set(true);
  }
}
