package io.ottla.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whether replicas agree, as each broker reports its own. */
class PartitionsDescribeTest {
  @RegisterExtension
  private static final WireMockExtension FIRST = broker();
  @RegisterExtension
  private static final WireMockExtension SECOND = broker();
  @TempDir
  private Path home;

  private static WireMockExtension broker() {
    return WireMockExtension.newInstance().options(options().dynamicPort().bindAddress("127.0.0.1")).build();
  }

  private static String replica(int partition, long highWatermark, long end, String digest) {
    return "{\"topic\":\"orders\",\"partition\":" + partition + ",\"role\":\"FOLLOWER\",\"leaderEpoch\":4,"
        + "\"logStartOffset\":0,\"highWatermark\":" + highWatermark + ",\"durableOffset\":" + end + ",\"logEndOffset\":"
        + end + ",\"digest\":\"" + digest + "\"}";
  }

  private static void has(WireMockExtension server, int broker, String... replicas) {
    server.stubFor(get(urlPathEqualTo("/replica/v1/status")).withQueryParam("digest", equalTo("true"))
        .willReturn(okJson("{\"brokerId\":" + broker + ",\"replicas\":[" + String.join(",", replicas) + "]}")));
  }

  private Outcome describe(String... more) {
    List<String> all = new ArrayList<>(List.of("partitions", "describe", "orders", "--digests", "--broker",
        FIRST.baseUrl() + "," + SECOND.baseUrl()));
    all.addAll(List.of(more));
    return new Cli(home).run(all.toArray(String[]::new));
  }

  @Test
  void equalReplicasAreSaidToBe() {
    has(FIRST, 101, replica(0, 7, 7, "aa"), replica(1, 3, 3, "bb"));
    has(SECOND, 102, replica(0, 7, 7, "aa"), replica(1, 3, 3, "bb"));
    Outcome outcome = describe();
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.lines().getFirst()).isEqualTo("orders: replicas are equal");
    assertThat(outcome.lines().get(3)).matches("0 +101 +follower +4 +0 +7 +7 +7 +equal +aa");
    assertThat(outcome.lines()).hasSize(7);
  }

  @Test
  void differentContentsAtTheSamePlaceAreAFailure() throws IOException {
    has(FIRST, 101, replica(0, 7, 7, "aa"));
    has(SECOND, 102, replica(0, 7, 9, "ab"));
    assertThat(describe().exitCode()).isEqualTo(ExitCode.FAILED);
    Outcome outcome = describe("--json");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    var partition = Json.parse(outcome.out().getBytes(StandardCharsets.UTF_8)).path("partitions").path(0);
    assertThat(partition.path("replicas_are").asText()).isEqualTo("different");
    assertThat(partition.path("replicas").path(1).path("log_end_offset").asLong()).isEqualTo(9);
    assertThat(partition.path("replicas").path(1).path("digest").asText()).isEqualTo("ab");
  }

  @Test
  void replicasAtDifferentPlacesCannotBeCompared() {
    has(FIRST, 101, replica(0, 7, 8, "aa"));
    has(SECOND, 102, replica(0, 6, 6, "bb"));
    Outcome outcome = describe();
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.lines().getFirst()).contains("1 partitions whose replicas stand at different places");
  }

  @Test
  void brokersWithoutAnswerAreNamedAndNoneIsAFailure() {
    has(FIRST, 101, replica(0, 7, 7, "aa"));
    SECOND.stubFor(get(urlPathEqualTo("/replica/v1/status")).willReturn(aResponse().withStatus(404)));
    assertThat(describe().err()).contains("no answer from localhost:" + SECOND.getPort());
    has(FIRST, 101);
    assertThat(describe().exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    FIRST.stubFor(get(urlPathEqualTo("/replica/v1/status")).willReturn(aResponse().withStatus(500)));
    assertThat(describe().exitCode()).isEqualTo(ExitCode.UNREACHABLE);
  }
}
