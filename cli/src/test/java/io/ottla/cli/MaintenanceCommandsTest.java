package io.ottla.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.patch;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Commands that change topics, partitions and brokers: what they ask for, what they say, and how they exit. */
class MaintenanceCommandsTest {
  private static final String TOPIC = "/v3/clusters/c1/topics/t";
  private static final String MOVES = "/v3/clusters/c1/topics/-/partitions/-/reassignment";
  private static final String BROKERS = "/v3/clusters/c1/brokers";
  private static final String MOVING = "{\"data\":[{\"topic_name\":\"t\",\"partition_id\":0,\"adding_replicas\":[4],"
      + "\"removing_replicas\":[3],\"target_replicas\":[1,2,4],\"status\":\"Brokers [4] are catching up.\"}]}";

  @RegisterExtension
  private static final WireMockExtension SERVER = WireMockExtension.newInstance()
      .options(options().dynamicPort().bindAddress("127.0.0.1")).build();
  @TempDir
  private Path home;

  @BeforeEach
  void cluster() {
    SERVER.stubFor(any(anyUrl()).atPriority(10)
        .willReturn(jsonResponse("{\"error_code\":40403,\"message\":\"not here\"}", 404)));
    SERVER.stubFor(get(urlPathEqualTo("/v3/clusters")).willReturn(okJson("{\"data\":[{\"cluster_id\":\"c1\"}]}")));
  }

  private Outcome run(String... arguments) {
    return run(new Cli(home), arguments);
  }

  private static Outcome run(Cli cli, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", SERVER.baseUrl()));
    return cli.run(all.toArray(String[]::new));
  }

  private static void answers(MappingBuilder call, ResponseDefinitionBuilder answer) {
    SERVER.stubFor(call.willReturn(answer));
  }

  private static ResponseDefinitionBuilder refused(int status, int code, String message) {
    return jsonResponse("{\"error_code\":" + code + ",\"message\":\"" + message + "\"}", status);
  }

  private static JsonNode json(Outcome outcome) throws IOException {
    return Json.parse(outcome.out().getBytes(StandardCharsets.UTF_8));
  }

  // ---- topics

  @Test
  void settingsAndPartitionsOfATopicAreChanged() {
    answers(post(urlPathEqualTo(TOPIC + "/configs:alter")).withRequestBody(equalToJson(
        "{\"data\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"b\",\"operation\":\"DELETE\"}],\"validate_only\":false}")),
        noContent());
    answers(patch(urlPathEqualTo(TOPIC)).withRequestBody(equalToJson("{\"partitions_count\":12}")), okJson("{}"));
    Outcome outcome = run("topics", "alter", "t", "--config", "a=1", "--reset", "b", "--partitions", "12");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualTo("changed t: a=1, b back to its default, 12 partitions\n");
  }

  @Test
  void aDryRunOnlyChecks() throws IOException {
    answers(post(urlPathEqualTo(TOPIC + "/configs:alter")).withRequestBody(equalToJson(
        "{\"data\":[{\"name\":\"a\",\"value\":\"1\"}],\"validate_only\":true}")), noContent());
    Outcome outcome = run("topics", "alter", "t", "--config", "a=1", "--dry-run", "--json");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(json(outcome).path("dryRun").asBoolean()).isTrue();
  }

  @Test
  void refusedSettingsFailWithTheServersWords() {
    answers(post(urlPathEqualTo(TOPIC + "/configs:alter")), refused(400, 40002, "expected an integer"));
    Outcome bad = run("topics", "alter", "t", "--config", "a=x");
    assertThat(bad.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(bad.err()).contains("expected an integer").contains("40002");
    answers(post(urlPathEqualTo(TOPIC + "/configs:alter")), refused(404, 404, "Config a cannot be found."));
    Outcome unknown = run("topics", "alter", "t", "--config", "a=x");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(unknown.err()).contains("Config a cannot be found.").contains("ottla topics config t");
  }

  @Test
  void partitionsThatAreRefusedAfterTheSettingsArePartlyDone() {
    answers(post(urlPathEqualTo(TOPIC + "/configs:alter")), noContent());
    answers(patch(urlPathEqualTo(TOPIC)), refused(400, 40002, "has 12 partitions"));
    assertThat(run("topics", "alter", "t", "--config", "a=1", "--partitions", "3").exitCode())
        .isEqualTo(ExitCode.PARTLY_DONE);
    assertThat(run("topics", "alter", "t", "--partitions", "3").exitCode()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void nothingToChangeIsAUsageError() {
    assertThat(run("topics", "alter", "t").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("topics", "alter", "t", "--partitions", "3", "--dry-run").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aChangeWhoseAnswerIsLostIsUnknown() {
    answers(patch(urlPathEqualTo(TOPIC)), aResponse().withFault(Fault.EMPTY_RESPONSE));
    assertThat(run("topics", "alter", "t", "--partitions", "3").exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void settingsAreShownWithTheirSource() throws IOException {
    answers(get(urlPathEqualTo(TOPIC + "/configs")), okJson("{\"data\":["
        + "{\"name\":\"a\",\"value\":\"1\",\"source\":\"DYNAMIC_TOPIC_CONFIG\"},"
        + "{\"name\":\"b\",\"value\":\"2\",\"source\":\"DEFAULT_CONFIG\"},"
        + "{\"name\":\"c\",\"value\":\"3\",\"source\":\"DYNAMIC_DEFAULT_BROKER_CONFIG\"}]}"));
    assertThat(run("topics", "config", "t").lines()).containsExactly("SETTING  VALUE  FROM", "a        1      topic",
        "b        2      default", "c        3      cluster");
    assertThat(run("topics", "config", "t", "--changed").lines()).hasSize(2);
    assertThat(json(run("topics", "config", "t", "--json", "--changed")).toString())
        .isEqualTo("[{\"name\":\"a\",\"value\":\"1\",\"from\":\"topic\"}]");
    assertThat(run("topics", "config", "u").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  // ---- partitions

  @Test
  void partitionsAreMovedAndWaitedFor() {
    answers(post(urlPathEqualTo(MOVES)).withRequestBody(equalToJson(
        "{\"reassignments\":[{\"topic_name\":\"t\",\"partition_id\":0,\"replicas\":[1,2,4]}]}")),
        jsonResponse("{\"successes\":[{\"topic_name\":\"t\",\"partition_id\":0}],\"failures\":[]}", 207));
    SERVER.stubFor(get(urlPathEqualTo(MOVES)).inScenario("move").whenScenarioStateIs(Scenario.STARTED)
        .willReturn(okJson(MOVING)).willSetStateTo("again"));
    SERVER.stubFor(get(urlPathEqualTo(MOVES)).inScenario("move").whenScenarioStateIs("again")
        .willReturn(okJson(MOVING)).willSetStateTo("done"));
    SERVER.stubFor(get(urlPathEqualTo(MOVES)).inScenario("move").whenScenarioStateIs("done")
        .willReturn(okJson("{\"data\":[]}")));
    Outcome outcome = run(new Cli(home).onTerminal(), "partitions", "reassign", "t:0=1,2,4", "--wait");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualTo("1 partitions moved\n");
    assertThat(outcome.err()).contains("0 of 1 moved; t:0: Brokers [4] are catching up.");
  }

  @Test
  void aPlanOfKafkasToolsIsRead() throws IOException {
    Path plan = Files.writeString(home.resolve("plan.json"),
        "{\"version\":1,\"partitions\":[{\"topic\":\"t\",\"partition\":7,\"replicas\":[2,1],\"log_dirs\":[\"any\",\"any\"]}]}");
    answers(post(urlPathEqualTo(MOVES)).withRequestBody(equalToJson(
        "{\"reassignments\":[{\"topic_name\":\"t\",\"partition_id\":7,\"replicas\":[2,1]}]}")),
        jsonResponse("{\"successes\":[{\"topic_name\":\"t\",\"partition_id\":7}],\"failures\":[]}", 207));
    assertThat(run("partitions", "reassign", "--plan", plan.toString()).exitCode()).isEqualTo(ExitCode.OK);
    Files.writeString(plan, "{\"partitions\":[{\"topic\":\"t\"}]}");
    assertThat(run("partitions", "reassign", "--plan", plan.toString()).exitCode()).isEqualTo(ExitCode.USAGE);
    Outcome missing = run("partitions", "reassign", "--plan", home.resolve("none").toString());
    assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(missing.err()).contains("none");
  }

  @Test
  void refusedMovesAreSaidOneByOne() {
    String failure = "{\"topic_name\":\"t\",\"partition_id\":1,\"error_code\":40002,\"message\":\"Broker 9 is not there.\"}";
    answers(post(urlPathEqualTo(MOVES)), jsonResponse("{\"successes\":[{\"topic_name\":\"t\",\"partition_id\":0}],"
        + "\"failures\":[" + failure + "]}", 207));
    Outcome partly = run("partitions", "reassign", "t:0=1", "t:1=9");
    assertThat(partly.exitCode()).isEqualTo(ExitCode.PARTLY_DONE);
    assertThat(partly.err()).contains("t:1: Broker 9 is not there. (error_code 40002)");
    answers(post(urlPathEqualTo(MOVES)), jsonResponse("{\"successes\":[],\"failures\":[" + failure + "]}", 207));
    assertThat(run("partitions", "reassign", "t:1=9").exitCode()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void movesThatMakeNoSenseAreUsageErrors() {
    for (String move : new String[] {"t", "t:0", "t=1", ":0=1", "t:x=1", "t:-1=1", "t:0=", "t:0=a", "t:0=1,"}) {
      assertThat(run("partitions", "reassign", move).exitCode()).as(move).isEqualTo(ExitCode.USAGE);
    }
    assertThat(run("partitions", "reassign").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("partitions", "cancel").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("partitions", "cancel", "t:0", "--all").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void movesAreListed() throws IOException {
    answers(get(urlPathEqualTo(MOVES)), okJson(MOVING));
    assertThat(run("partitions", "reassignments").lines()).containsExactly(
        "PARTITION  TARGET  ADDING  REMOVING  STATUS",
        "t:0        1,2,4   4       3         Brokers [4] are catching up.");
    answers(get(urlPathEqualTo(TOPIC + "/partitions/-/reassignment")), okJson("{\"data\":[]}"));
    assertThat(json(run("partitions", "reassignments", "t", "--json"))).isEmpty();
    assertThat(run("partitions", "reassignments", "u").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void movesAreCancelledByNameOrAll() {
    answers(post(urlPathEqualTo(MOVES)).withRequestBody(equalToJson(
        "{\"reassignments\":[{\"topic_name\":\"t\",\"partition_id\":0,\"replicas\":null}]}")),
        jsonResponse("{\"successes\":[{\"topic_name\":\"t\",\"partition_id\":0}],\"failures\":[]}", 207));
    answers(get(urlPathEqualTo(MOVES)), okJson(MOVING));
    assertThat(run("partitions", "cancel", "t:0").out()).isEqualTo("1 partitions stay where they were\n");
    assertThat(run("partitions", "cancel", "--all").exitCode()).isEqualTo(ExitCode.OK);
    answers(get(urlPathEqualTo(MOVES)), okJson("{\"data\":[]}"));
    assertThat(run("partitions", "cancel", "--all").err()).contains("no partition is moving");
  }

  @Test
  void preferredLeadersAreElected() {
    answers(post(urlPathEqualTo("/v3/clusters/c1/topics/-/partitions/-/leader:elect"))
        .withRequestBody(equalToJson("{\"election_type\":\"PREFERRED\"}")),
        okJson("{\"elected\":[{\"topic_name\":\"t\",\"partition_id\":3,\"leader_id\":1,\"is_unclean\":false}],"
            + "\"failures\":[]}"));
    assertThat(run("partitions", "elect").out()).isEqualTo("t:3 is led by 1\n");
    answers(post(urlPathEqualTo(TOPIC + "/partitions/3/leader:elect")), refused(409, 40901, "not in sync yet"));
    Outcome conflict = run("partitions", "elect", "t:3");
    assertThat(conflict.exitCode()).isEqualTo(ExitCode.CONFLICT);
    assertThat(conflict.err()).contains("not in sync yet");
    answers(post(urlPathEqualTo(TOPIC + "/partitions/-/leader:elect")), okJson("{\"elected\":[],\"failures\":[]}"));
    assertThat(run("partitions", "elect", "t").err()).contains("as it should be");
  }

  @Test
  void anUncleanElectionNamesItsTopicAndAsksFirst() {
    answers(post(urlPathEqualTo(TOPIC + "/partitions/-/leader:elect"))
        .withRequestBody(equalToJson("{\"election_type\":\"UNCLEAN\"}")),
        okJson("{\"elected\":[{\"topic_name\":\"t\",\"partition_id\":0,\"leader_id\":2,\"is_unclean\":true}],"
            + "\"failures\":[]}"));
    assertThat(run("partitions", "elect", "--unclean", "--yes").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("partitions", "elect", "t", "--unclean").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run(new Cli(home).onTerminal().input("no\n"), "partitions", "elect", "t", "--unclean").exitCode())
        .isEqualTo(ExitCode.FAILED);
    SERVER.verify(0, postRequestedFor(urlPathEqualTo(TOPIC + "/partitions/-/leader:elect")));
    Outcome typed = run(new Cli(home).onTerminal().input("t\n"), "partitions", "elect", "t", "--unclean");
    assertThat(typed.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(typed.out()).isEqualTo("t:0 is led by 2, records may be lost\n");
    assertThat(run("partitions", "elect", "t", "--unclean", "--yes").exitCode()).isEqualTo(ExitCode.OK);
  }

  // ---- brokers

  @Test
  void brokersAreListed() {
    answers(get(urlPathEqualTo(BROKERS + "/-/status")), okJson("{\"data\":["
        + "{\"broker_id\":1,\"host\":\"h\",\"port\":8081,\"rack\":null,\"state\":\"ACTIVE\",\"decommission\":null,"
        + "\"replicas\":6,\"leaders\":2},"
        + "{\"broker_id\":2,\"host\":\"h\",\"port\":8082,\"rack\":\"b\",\"state\":\"FENCED\","
        + "\"decommission\":\"DRAINING\",\"replicas\":3,\"leaders\":0}]}"));
    assertThat(run("brokers", "list").lines()).containsExactly(
        "ID  ADDRESS  RACK  STATE             LEADERS  REPLICAS", "1   h:8081   -     active            2        6",
        "2   h:8082   b     fenced, draining  0        3");
  }

  private static String draining(int left, String blocked) {
    return "{\"broker_id\":3,\"state\":\"" + (left == 0 ? "DRAINED" : "DRAINING") + "\",\"replicas_left\":" + left
        + ",\"replicas_moving\":" + left + ",\"blocked\":[" + blocked + "],\"message\":\""
        + (left == 0 ? "stop its process" : left + " replicas are to move") + "\"}";
  }

  @Test
  void aBrokerIsDecommissionedAndWaitedFor() {
    answers(post(urlPathEqualTo(BROKERS + "/3/decommission")), jsonResponse(draining(4, ""), 202));
    String path = BROKERS + "/3/decommission";
    SERVER.stubFor(get(urlPathEqualTo(path)).inScenario("drain").whenScenarioStateIs(Scenario.STARTED)
        .willReturn(okJson(draining(4, ""))).willSetStateTo("blocked"));
    SERVER.stubFor(get(urlPathEqualTo(path)).inScenario("drain").whenScenarioStateIs("blocked")
        .willReturn(okJson(draining(1, "{\"topic_name\":\"t\",\"partition_id\":5,\"reason\":\"start broker 2\"}")))
        .willSetStateTo("done"));
    SERVER.stubFor(get(urlPathEqualTo(path)).inScenario("drain").whenScenarioStateIs("done")
        .willReturn(okJson(draining(0, ""))));
    Outcome outcome = run(new Cli(home).onTerminal(), "brokers", "decommission", "3", "--wait");
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualTo("stop its process\n");
    assertThat(outcome.err()).contains("3 of 4 replicas moved").contains("t:5 is blocked: start broker 2");
  }

  @Test
  void withoutWaitingTheStateIsShown() throws IOException {
    answers(post(urlPathEqualTo(BROKERS + "/3/decommission")), jsonResponse(draining(4, ""), 202));
    assertThat(run("brokers", "decommission", "3").out()).isEqualTo("4 replicas are to move\n");
    assertThat(json(run("brokers", "decommission", "3", "--json")).path("replicas_left").asInt()).isEqualTo(4);
  }

  @Test
  void aBrokerThatIsUnregisteredMeanwhileIsDone() throws IOException {
    answers(post(urlPathEqualTo(BROKERS + "/3/decommission")), jsonResponse(draining(4, ""), 202));
    Outcome outcome = run("brokers", "decommission", "3", "--wait", "--json");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(json(outcome).path("state").asText()).isEqualTo("UNREGISTERED");
  }

  @Test
  void aBrokerThatCannotGoIsRefusedWithWhatIsMissing() {
    answers(post(urlPathEqualTo(BROKERS + "/3/decommission")), refused(400, 40002, "add a broker"));
    Outcome outcome = run("brokers", "decommission", "3", "--wait");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("add a broker");
    Outcome unknown = run("brokers", "decommission", "9");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(unknown.err()).contains("ottla brokers list");
  }

  @Test
  void aBrokerMayStayAfterAll() {
    answers(delete(urlPathEqualTo(BROKERS + "/3/decommission")), noContent());
    assertThat(run("brokers", "decommission", "3", "--cancel").out()).isEqualTo("broker 3 stays\n");
    assertThat(run("brokers", "decommission", "3", "--cancel", "--wait").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("brokers", "decommission", "4", "--cancel").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void aBrokerThatIsGoneIsForgotten() {
    answers(delete(urlPathEqualTo(BROKERS + "/3")), noContent());
    assertThat(run("brokers", "unregister", "3").exitCode()).isEqualTo(ExitCode.OK);
    answers(delete(urlPathEqualTo(BROKERS + "/3")), refused(409, 40901, "decommission it, then stop it"));
    Outcome inUse = run("brokers", "unregister", "3");
    assertThat(inUse.exitCode()).isEqualTo(ExitCode.CONFLICT);
    assertThat(inUse.err()).contains("decommission it");
  }
}
