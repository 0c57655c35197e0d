package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProduceOrderTest {
  @TempDir
  private Path home;

  private static byte[] decoded(JsonNode field) {
    return Base64.getDecoder().decode(field.asText());
  }

  private static String text(JsonNode field) {
    return new String(decoded(field), StandardCharsets.UTF_8);
  }

  private Outcome produce(FakeBroker broker, String input, String... more) {
    List<String> arguments = new ArrayList<>(List.of("produce", "t", "--server", broker.url()));
    arguments.addAll(List.of(more));
    return new Cli(home).input(input).run(arguments.toArray(String[]::new));
  }

  @Test
  void everyKeyKeepsItsOrderThoughManyBatchesAreInFlight() throws IOException {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    Map<String, List<Integer>> sent = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String user = "u" + random.nextInt(200);
      sent.computeIfAbsent("\"" + user + "\"", key -> new ArrayList<>()).add(i);
      lines.add("{\"user\":{\"id\":\"" + user + "\"},\"n\":" + i + "}");
    }
    try (FakeBroker broker = new FakeBroker(6)) {
      Outcome outcome = produce(broker, String.join("\n", lines) + "\n", "--key-field", "user.id", "--batch", "50");
      assertThat(outcome.exitCode()).isZero();
      assertThat(broker.faults()).isEmpty();
      Map<String, List<Integer>> stored = new HashMap<>();
      for (JsonNode entry : broker.everything()) {
        stored.computeIfAbsent(text(entry.path("key")), key -> new ArrayList<>())
            .add(Json.parse(decoded(entry.path("value"))).path("n").asInt());
      }
      assertThat(stored).isEqualTo(sent);
      assertThat(broker.requests()).isLessThan(lines.size());
      assertThat(outcome.err()).contains("20,000 records acknowledged");
    }
  }

  @Test
  void aTopicOfOnePartitionKeepsTheOrderOfTheInput() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      lines.add("line " + i);
    }
    try (FakeBroker broker = new FakeBroker(1)) {
      assertThat(produce(broker, String.join("\n", lines)).exitCode()).isZero();
      assertThat(broker.partition(0).stream().map(entry -> text(entry.path("value")))).isEqualTo(lines);
    }
  }

  @Test
  void jsonIsStoredToTheDigit() throws IOException {
    String line = "{\"big\": 123456789012345678901234567890, \"exact\": 1.10, \"e\":1E400}";
    try (FakeBroker broker = new FakeBroker(1)) {
      assertThat(produce(broker, line + "\n\n").exitCode()).isZero();
      assertThat(broker.partition(0).stream().map(entry -> text(entry.path("value")))).containsExactly(line);
    }
  }

  @Test
  void keysAreTheFieldsJsonTextUnlessTextIsWanted() throws IOException {
    try (FakeBroker broker = new FakeBroker(1)) {
      produce(broker, "{\"k\":\"a\"}\n{\"k\":7}\n{\"k\":null}\n", "--key-field", "k");
      produce(broker, "{\"k\":\"a\"}\n", "--key-field", "k", "--text-keys");
      List<JsonNode> stored = broker.partition(0);
      assertThat(text(stored.get(0).path("key"))).isEqualTo("\"a\"");
      assertThat(text(stored.get(1).path("key"))).isEqualTo("7");
      assertThat(stored.get(2).has("key")).isFalse();
      assertThat(text(stored.get(3).path("key"))).isEqualTo("a");
    }
  }

  @Test
  void textLinesSplitAtTheSeparator() throws IOException {
    try (FakeBroker broker = new FakeBroker(1)) {
      assertThat(produce(broker, "k1=v=1\r\nk2=\n", "--key-separator", "=").exitCode()).isZero();
      assertThat(broker.partition(0).stream().map(entry -> text(entry.path("key")) + "/" + text(entry.path("value"))))
          .containsExactly("k1/v=1", "k2/");
    }
  }

  @Test
  void aLineThatIsNotJsonStopsTheRunAndIsNamed() throws IOException {
    try (FakeBroker broker = new FakeBroker(1)) {
      Outcome outcome = produce(broker, "{\"n\":1}\nnot json\n{\"n\":3}\n");
      assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(outcome.err()).contains("line 2");
      assertThat(broker.partition(0)).hasSize(1);
    }
  }

  @Test
  void badLinesAreSkippedWhenAskedTo() throws IOException {
    try (FakeBroker broker = new FakeBroker(1)) {
      Outcome outcome = produce(broker, "{\"n\":1}\nnot json\n{\"n\":3}\n", "--skip-rejected");
      assertThat(outcome.exitCode()).isEqualTo(ExitCode.PARTLY_DONE);
      assertThat(broker.partition(0)).hasSize(2);
    }
  }

  @Test
  void offsetsArePrintedForEachLine() throws IOException {
    try (FakeBroker broker = new FakeBroker(1)) {
      assertThat(produce(broker, "a\nb\n", "--print-offsets").lines())
          .containsExactly("{\"line\":1,\"partition\":0,\"offset\":0}", "{\"line\":2,\"partition\":0,\"offset\":1}");
    }
  }

  @Test
  void whatConsumePrintsIsProducedUnchanged() throws IOException {
    try (FakeBroker first = new FakeBroker(3); FakeBroker second = new FakeBroker(3)) {
      produce(first, "k1\tplain text\nk2\t{\"json\": 1.0, \"a\":[ 1 ]}\n5\t \"s\" \n\"j\"\t-1.50\nk3\tnull\nk4\t\n",
          "--key-separator", "\t");
      Outcome printed = new Cli(home).run("consume", "t", "--from-beginning", "--server", first.url());
      assertThat(printed.exitCode()).isZero();
      assertThat(produce(second, printed.out(), "--input", "record", "--keep-partitions").exitCode()).isZero();
      assertThat(contents(second)).isEqualTo(contents(first)).hasSize(6);
    }
  }

  private static Map<String, String> contents(FakeBroker broker) {
    return broker.everything().stream().collect(Collectors
        .toMap(entry -> entry.path("partition") + " " + text(entry.path("key")), entry -> text(entry.path("value"))));
  }

  @Test
  void consumeStopsAtMaxInTotal() throws IOException {
    try (FakeBroker broker = new FakeBroker(3)) {
      produce(broker, "x\n".repeat(1000));
      Outcome outcome = new Cli(home).run("consume", "t", "--from-beginning", "--max", "123", "--server", broker.url());
      assertThat(outcome.lines()).hasSize(123);
    }
  }

  @Test
  void consumeReadsEveryPartitionToTheEnd() throws IOException {
    try (FakeBroker broker = new FakeBroker(4)) {
      StringBuilder input = new StringBuilder();
      for (int i = 0; i < 1000; i++) {
        input.append("key").append(i).append(':').append(i).append('\n');
      }
      produce(broker, input.toString(), "--key-separator", ":");
      Outcome outcome = new Cli(home).run("consume", "t", "--from-beginning", "--values", "--server", broker.url());
      assertThat(outcome.lines().stream().map(Integer::valueOf).sorted()).hasSize(1000).startsWith(0, 1).endsWith(999);
    }
  }

  @Test
  void anOffsetNeedsAPartition() {
    assertThat(new Cli(home).run("consume", "t", "--offset", "3", "--server", "127.0.0.1:9").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }
}
