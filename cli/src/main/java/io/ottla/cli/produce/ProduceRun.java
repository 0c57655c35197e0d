package io.ottla.cli.produce;

import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.produce.Tally.Counts;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import io.ottla.cli.terminal.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of {@code produce}: a thread reads lines, lanes send them, this thread draws progress and sums up. */
public final class ProduceRun {
  private static final long REDRAW_MS = 50;
  private static final Duration FINISH_AFTER_INTERRUPT = Duration.ofSeconds(10);
  private final Console console;
  private final Request request;
  private final Tally tally = new Tally();
  private final Producer producer;
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile @Nullable String inputProblem;

  /**
   * What the user asked for.
   *
   * @param acks         {@code all}, {@code 1} or {@code 0}
   * @param keyField     dotted path, empty for none
   * @param keySeparator for text lines, empty for none
   * @param printOffsets whether each acknowledged line's place goes to standard output
   */
  public record Request(String topic, InputFormat format, String keyField, boolean textKeys, String keySeparator,
      boolean keepPartitions, @Nullable Integer partition, String acks, int inFlight, int batchRecords, int batchBytes,
      Duration retryFor, boolean retryUnknown, boolean skipRejected, boolean printOffsets, boolean json) {}

  /** @param partitions how many partitions the topic has */
  public ProduceRun(Console console, ClusterClient client, Request request, int partitions) {
    this.console = console;
    this.request = request;
    // With one partition there is one order, and everything must keep it.
    int lanes = request.partition() != null || partitions == 1 ? 1 : request.inFlight();
    Producer.Options options = new Producer.Options(lanes, request.batchRecords(), request.batchBytes(),
        request.retryFor(), request.retryUnknown(), request.skipRejected());
    this.producer = new Producer(new ProduceClient(client, request.topic(), request.acks()), options, tally,
        this::acknowledged);
  }

  /** Runs to the end of the input, or to the first failure that stops it; returns the exit status. */
  public int run() throws InterruptedException {
    long startNs = System.nanoTime();
    Thread hook = Thread.ofPlatform().unstarted(this::finishAfterInterrupt);
    Runtime.getRuntime().addShutdownHook(hook);
    Thread reader = Thread.ofPlatform().daemon().name("reader").start(this::read);
    Progress progress = new Progress(console, startNs / 1_000_000);
    while (reader.isAlive() && !producer.failed()) {
      reader.join(REDRAW_MS);
      progress.update(System.nanoTime() / 1_000_000, () -> line(startNs));
    }
    producer.close();
    progress.clear();
    int exitCode = sumUp(startNs);
    console.flush();
    finished.countDown();
    removeHook(hook);
    return exitCode;
  }

  /** Ctrl-C: what was read is still sent and the summary printed, before the process ends. */
  private void finishAfterInterrupt() {
    producer.stopReading();
    inputProblem = "interrupted";
    try {
      if (!finished.await(FINISH_AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS)) {
        console.say("ottla: gave up waiting; every line through " + tally.counts().durableThrough() + " is settled");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook has waited for this.
    }
  }

  private void read() {
    try {
      readLines(new LineReader(console.in()));
    } catch (IOException e) {
      inputProblem = "cannot read the input: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readLines(LineReader lines) throws IOException, InterruptedException {
    LineFormat format = null;
    for (byte[] text = lines.next(); text != null; text = lines.next()) {
      if (format == null)
        format = chooseFormat(text);
      if (text.length == 0 && format.skipsEmptyLines())
        continue;
      try {
        if (!producer.put(placed(format.parse(lines.lineNumber(), text))))
          return;
      } catch (BadLine e) {
        tally.rejected(lines.lineNumber(), "" + e.getMessage());
        if (request.skipRejected())
          continue;
        inputProblem = "line " + lines.lineNumber() + " cannot be sent: " + e.getMessage();
        return;
      }
    }
  }

  private InputRecord placed(InputRecord input) {
    Integer partition = request.partition();
    return partition == null ? input
        : new InputRecord(input.line(), input.key(), input.value(), partition, input.timestamp(), input.headers());
  }

  private LineFormat chooseFormat(byte[] firstLine) {
    return switch (request.format()) {
      case TEXT -> new TextLines(request.keySeparator());
      case JSON -> jsonLines();
      case RECORD -> new RecordLines(request.keepPartitions());
      case AUTO -> {
        boolean json = !request.keyField().isEmpty() || (request.keySeparator().isEmpty() && looksLikeJson(firstLine));
        yield json ? jsonLines() : new TextLines(request.keySeparator());
      }
    };
  }

  private LineFormat jsonLines() {
    return new JsonLines(request.keyField(), request.textKeys() ? JsonLines.KeyBytes.TEXT : JsonLines.KeyBytes.JSON);
  }

  private static boolean looksLikeJson(byte[] line) {
    try {
      return JsonLines.json(line).isContainerNode();
    } catch (BadLine e) {
      return false;
    }
  }

  private void acknowledged(InputRecord input, Delivery.Entry entry) {
    if (!request.printOffsets())
      return;
    String line = "{\"line\":" + input.line() + ",\"partition\":" + entry.partition() + ",\"offset\":" + entry.offset()
        + "}";
    synchronized (this) {
      console.print(line);
    }
  }

  private String line(long startNs) {
    Counts counts = tally.counts();
    double seconds = (System.nanoTime() - startNs) / 1e9;
    return String.format(Locale.ROOT, "%,d records, %s, %,.0f/s%s", counts.acknowledged(), size(counts.bytes()),
        counts.acknowledged() / seconds, producer.retrying() ? ", retrying" : "");
  }

  private int sumUp(long startNs) {
    Counts counts = tally.counts();
    double seconds = (System.nanoTime() - startNs) / 1e9;
    int exitCode = exitCode(counts);
    counts.problems().forEach(problem -> console.say("ottla: " + problem));
    String problem = inputProblem;
    if (problem != null)
      console.say("ottla: " + problem);
    if (request.json()) {
      console.print(Json.compact(Json.object().put("topic", request.topic()).put("acknowledged", counts.acknowledged())
          .put("rejected", counts.rejected()).put("unknown", counts.unknown()).put("notWritten", counts.notWritten())
          .put("settledThroughLine", counts.durableThrough()).put("seconds", seconds)));
    } else {
      console.say(String.format(Locale.ROOT, "%,d records acknowledged in %.1f s (%,.0f/s)%s", counts.acknowledged(),
          seconds, counts.acknowledged() / seconds, counts.complete() && problem == null ? ""
              : "; every line through " + counts.durableThrough() + " is settled"));
    }
    if (exitCode == ExitCode.UNKNOWN_OUTCOME) {
      console.say(
          "       whether the rest was written is unknown; --retry-unknown sends it again (records may then appear twice)");
    }
    return exitCode;
  }

  private int exitCode(Counts counts) {
    int code = producer.exitCode();
    if (code != ExitCode.OK)
      return code;
    if (inputProblem != null)
      return ExitCode.FAILED;
    return counts.rejected() > 0 ? ExitCode.PARTLY_DONE : ExitCode.OK;
  }

  private static String size(long bytes) {
    return bytes < 10 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }

  /** Fails unless the request makes sense on its own. */
  public static void check(Request request) {
    if (!request.keyField().isEmpty() && !request.keySeparator().isEmpty()) {
      throw new CommandFailure(ExitCode.USAGE,
          "--key-field is for JSON lines, --key-separator for text lines: choose one");
    }
    if (request.inFlight() < 1 || request.batchRecords() < 1 || request.batchBytes() < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--in-flight, --batch and --batch-bytes must be at least 1");
    }
  }
}
