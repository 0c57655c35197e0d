package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.Topics;
import io.ottla.cli.produce.InputFormat;
import io.ottla.cli.produce.ProduceRun;
import io.ottla.cli.produce.ProduceRun.Request;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla produce}. */
@Command(name = "produce", description = "Write standard input to a topic, one record a line: JSON when the first line is a JSON object or array, else text. Records with the same key stay in order.", footer = {
    "", "Examples:", "  printf 'one\\ntwo\\n' | ottla produce demo",
    "  ottla produce orders --key-field customer.id < orders.ndjson",
    "  ottla consume orders --from-beginning | ottla produce copy --input record", "",
    "A record that was certainly not written is tried again. When the answer is lost, the run stops with",
    "exit code 7 and says which lines are in doubt; --retry-unknown sends those again instead."})
final class ProduceCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = "--input", paramLabel = "FORMAT", defaultValue = "auto", description = "auto, text, json, or record (what consume prints).")
  private InputFormat format = InputFormat.AUTO;
  @Option(names = "--key-field", paramLabel = "FIELD", defaultValue = "", description = "The field whose value is the key, e.g. user.id; its JSON text, as curl sends it.")
  private String keyField = "";
  @Option(names = "--text-keys", description = "With --key-field: a string key without its quotes.")
  private boolean textKeys;
  @Option(names = "--key-separator", paramLabel = "TEXT", defaultValue = "", description = "Text lines are KEY TEXT VALUE, split at the first TEXT.")
  private String keySeparator = "";
  @Option(names = {"-p", "--partition"}, paramLabel = "N", description = "Everything to this partition.")
  private @Nullable Integer partition;
  @Option(names = "--keep-partitions", description = "With --input record: to the partitions the records name.")
  private boolean keepPartitions;
  @Option(names = "--acks", paramLabel = "all|1|0", defaultValue = "all", description = "Who must have a record before it counts (default: ${DEFAULT-VALUE}).")
  private String acks = "all";
  @Option(names = "--in-flight", paramLabel = "N", defaultValue = "8", description = "Batches on their way at once (default: ${DEFAULT-VALUE}).")
  private int inFlight;
  @Option(names = "--batch", paramLabel = "RECORDS", defaultValue = "500", description = "Most records of one request (default: ${DEFAULT-VALUE}).")
  private int batchRecords;
  @Option(names = "--batch-bytes", paramLabel = "BYTES", defaultValue = "524288", description = "Most bytes of one request (default: ${DEFAULT-VALUE}).")
  private int batchBytes;
  @Option(names = "--retry-for", paramLabel = "SECONDS", defaultValue = "60", description = "How long to try again what was certainly not written (default: ${DEFAULT-VALUE}).")
  private int retrySeconds;
  @Option(names = "--retry-unknown", description = "Send again what may have been written: nothing is lost, records may appear twice.")
  private boolean retryUnknown;
  @Option(names = "--skip-rejected", description = "Go on after a bad line or a refused record; exit code 8 at the end.")
  private boolean skipRejected;
  @Option(names = "--print-offsets", description = "Print {line, partition, offset} for each acknowledged record.")
  private boolean printOffsets;
  @Option(names = "--json", description = "Print the summary as JSON.")
  private boolean json;

  ProduceCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Request request = new Request(topic, format, keyField, textKeys, keySeparator, keepPartitions, partition, acks,
        inFlight, batchRecords, batchBytes, Duration.ofSeconds(retrySeconds), retryUnknown, skipRejected, printOffsets,
        json);
    ProduceRun.check(request);
    ClusterClient client = server.client(context);
    JsonNode described = new Topics(client).describe(topic);
    return new ProduceRun(context.console(), client, request, described.path("partitions").size()).run();
  }
}
