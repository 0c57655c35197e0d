package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cluster.RepositoryHistory.Line;
import io.ottla.cluster.history.StoredRecord;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** This repository's own history goes in through {@code ottla produce} and through curl, and comes back complete, in order per key. */
class RealInputIT {
  private static final int PARTITIONS = 6;
  private static final int REPLICAS = 3;
  private static final int AT_LEAST = 10_000;
  private static final int CURL_BATCH = 500;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 3);

  @TempDir
  Path directory;

  private final List<Line> input = RepositoryHistory.of(ClusterHarness.projectRoot(), AT_LEAST);

  @Test
  void theHistoryOfThisRepositoryComesBackCompleteAndInOrderPerKey() throws IOException, InterruptedException {
    assertThat(input).hasSizeGreaterThanOrEqualTo(AT_LEAST);
    createTopic("history-cli");
    createTopic("history-curl");

    produceWithOttla("history-cli");
    produceWithCurl("history-curl");

    Map<String, Integer> placedByOttla = check("history-cli");
    Map<String, Integer> placedByCurl = check("history-curl");
    assertThat(placedByOttla).as("partition by key").isEqualTo(placedByCurl);
    assertThat(placedByCurl.values()).as("partitions used").contains(0, 1, 2, 3, 4, 5);
  }

  private void createTopic(String topic) {
    Node broker = cluster.brokers().getFirst();
    CreateOutcome created = cluster.api(broker).createTopic(topic, PARTITIONS, REPLICAS, Duration.ofSeconds(20));
    assertThat(created.kind()).as(created.detail()).isEqualTo(CreateOutcome.Kind.ACKNOWLEDGED);
    cluster.brokers().forEach(one -> cluster.awaitHealthy(one, topic, PARTITIONS, REPLICAS, LIMIT));
  }

  private void produceWithOttla(String topic) throws IOException, InterruptedException {
    Path file = Files.write(directory.resolve("history.ndjson"), input.stream().map(Line::json).toList());
    Path jar = ClusterHarness.projectRoot().resolve("cli/target/cli-0.1.0-SNAPSHOT-exec.jar");
    String servers = String.join(",", cluster.brokers().stream().map(Node::clientUrl).toList());
    String summary = run(new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-jar",
        jar.toString(), "produce", topic, "--server", servers, "--key-field", "file", "--json")
        .redirectInput(file.toFile()));
    System.out.println("[RealInput] ottla produce of " + input.size() + " records: " + summary.strip());
  }

  private void produceWithCurl(String topic) throws IOException, InterruptedException {
    for (int from = 0; from < input.size(); from += CURL_BATCH) {
      List<Line> batch = input.subList(from, Math.min(input.size(), from + CURL_BATCH));
      Path body = Files.writeString(directory.resolve("body.json"), body(batch));
      String broker = cluster.brokers().get(from / CURL_BATCH % cluster.brokers().size()).clientUrl();
      String answer = run(new ProcessBuilder("curl", "--silent", "--show-error", "--fail-with-body", "--header",
          "Content-Type: application/vnd.kafka.json.v2+json", "--data-binary", "@" + body,
          broker + "/topics/" + topic));
      JsonNode offsets = WireJson.mapper().readTree(answer).path("offsets");
      assertThat(offsets).hasSize(batch.size())
          .allSatisfy(entry -> assertThat(entry.path("error_code").isNull()).as("%s", entry).isTrue());
    }
  }

  private static String body(List<Line> batch) throws IOException {
    ObjectNode body = WireJson.mapper().createObjectNode();
    ArrayNode records = body.putArray("records");
    for (Line line : batch) {
      records.addObject().put("key", line.key()).set("value", WireJson.mapper().readTree(line.json()));
    }
    return body.toString();
  }

  private static String run(ProcessBuilder command) throws IOException, InterruptedException {
    Process process = command.redirectError(Redirect.INHERIT).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("exit code of %s, output: %s", command.command(), output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns the partition of each key. */
  private Map<String, Integer> check(String topic) {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    input.forEach(line -> expected.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(line.json()));
    Map<String, List<String>> actual = new HashMap<>();
    Map<String, Integer> placement = new HashMap<>();
    cluster.api(cluster.brokers().getLast()).readAll(topic, PARTITIONS, LIMIT).values().forEach(records -> {
      for (StoredRecord stored : records) {
        actual.computeIfAbsent(stored.key(), key -> new ArrayList<>()).add(stored.value());
        assertThat(placement.putIfAbsent(stored.key(), stored.partition())).isIn(null, stored.partition());
      }
    });
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((key, values) -> assertThat(actual.get(key)).as("records of %s", key).isEqualTo(values));
    return placement;
  }
}
