package io.ottla.benchmarks.failover;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.ClusterStatus.Node;
import io.ottla.benchmarks.Machine;
import io.ottla.benchmarks.pulse.Pulse.Meaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code failover}: strikes the active controller, then the leader of a partition, again and again, measures what clients notice, and
 * compares what they were told with what is there.
 */
@Command(name = "failover", mixinStandardHelpOptions = true, description = {
    "Strike leaders and measure the gaps between acknowledgements that a client of a surviving broker sees.",
    "Topics have one partition; each is looked at after its own and the next failover, and then deleted."})
public final class FailoverCommand implements Callable<Integer> {
  /** What can be struck, and how. */
  enum Kind {
    CONTROLLER_KILL, CONTROLLER_STOP, CONTROLLER_TERM, LEADER_KILL, LEADER_TERM
  }

  @Option(names = "--ottla", required = true, paramLabel = "FILE", description = "The launcher.")
  private Path ottla = Path.of("");
  @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "Directory of the running cluster.")
  private Path dataDir = Path.of("");
  @Option(names = "--kills", defaultValue = "50", description = "Rounds of each kind (default: ${DEFAULT-VALUE}).")
  private int kills;
  @Option(names = "--kinds", split = ",", defaultValue = "CONTROLLER_KILL,CONTROLLER_STOP,CONTROLLER_TERM,LEADER_KILL,LEADER_TERM", description = "Which kinds: ${COMPLETION-CANDIDATES} (default: all).")
  private List<Kind> kinds = List.of();
  @Option(names = "--seed", defaultValue = "1", description = "Seed of the moments of death (default: ${DEFAULT-VALUE}).")
  private long seed;
  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results there as JSON.")
  private @Nullable Path jsonFile;

  @Override
  public Integer call() throws IOException {
    try (Api api = new Api()) {
      Nodes nodes = new Nodes(ottla, dataDir, api);
      TopicLedger ledger = new TopicLedger(api, 1);
      List<FailoverResult> results = new ArrayList<>();
      for (Kind kind : kinds) {
        FailoverResult result = measure(kind, nodes, api, ledger);
        System.out.print(result.lines());
        results.add(result);
      }
      for (Node broker : nodes.status().brokers()) {
        ledger.verify(broker.clientUrl());
      }
      System.out.printf("topics: %,d acknowledged, %,d refused, %,d unknown of which %,d exist; %,d deleted again.%n"
          + "On every broker all acknowledged ones exist or were deleted, no refused or deleted one, none half.%n",
          ledger.total(Meaning.ACKNOWLEDGED), ledger.total(Meaning.REFUSED), ledger.total(Meaning.UNKNOWN),
          ledger.unknownFound(), ledger.deletedCount());
      if (jsonFile != null) {
        Files.writeString(jsonFile, json(results, ledger) + "\n");
      }
    }
    return 0;
  }

  private FailoverResult measure(Kind kind, Nodes nodes, Api api, TopicLedger ledger) {
    ControllerDeaths controllers = new ControllerDeaths(nodes, api, ledger, new Random(seed));
    return switch (kind) {
      case CONTROLLER_KILL -> controllers.measure(Death.KILL, kills);
      case CONTROLLER_STOP -> controllers.measure(Death.STOP, kills);
      case CONTROLLER_TERM -> controllers.measure(Death.TERM, kills);
      case LEADER_KILL -> new LeaderDeaths(nodes, api, new Random(seed), Death.KILL).measure(kills);
      case LEADER_TERM -> new LeaderDeaths(nodes, api, new Random(seed), Death.TERM).measure(kills);
    };
  }

  private String json(List<FailoverResult> results, TopicLedger ledger) {
    ObjectNode root = new ObjectMapper().createObjectNode().put("cpu", Machine.cpuModel()).put("cores",
        Runtime.getRuntime().availableProcessors()).put("load_at_the_end", Machine.loadAverage()).put("seed", seed);
    ArrayNode list = root.putArray("results");
    results.forEach(result -> result.writeTo(list.addObject()));
    root.putObject("topics").put("acknowledged", ledger.total(Meaning.ACKNOWLEDGED))
        .put("refused", ledger.total(Meaning.REFUSED)).put("unknown", ledger.total(Meaning.UNKNOWN))
        .put("unknown_existing", ledger.unknownFound()).put("deleted", ledger.deletedCount()).put("verified", true);
    return root.toPrettyString();
  }
}
