package io.ottla.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Slow, broken, refusing and lying servers, and what each means to a script. */
class ServerAnswersTest {
  private static final String WRITTEN = "{\"offsets\":[{\"partition\":0,\"offset\":0,\"error_code\":null,\"error\":null}]}";
  private static final ResponseDefinitionBuilder LOST = aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER);
  /** Seconds: the first attempt of a cold JVM alone may take one. */
  private static final String SEVERAL_ATTEMPTS = "3";
  @RegisterExtension
  private static final WireMockExtension SERVER = WireMockExtension.newInstance()
      .options(options().dynamicPort().bindAddress("127.0.0.1")).build();
  @TempDir
  private Path home;

  @BeforeEach
  void topicOfOnePartition() {
    SERVER.stubFor(get(urlPathEqualTo("/topics/t"))
        .willReturn(okJson("{\"name\":\"t\",\"partitions\":[{\"partition\":0,\"leader\":1}]}")));
    SERVER.stubFor(get(urlPathEqualTo("/v3/clusters")).willReturn(okJson("{\"data\":[{\"cluster_id\":\"c1\"}]}")));
  }

  private Outcome run(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", SERVER.baseUrl()));
    return new Cli(home).input(input).run(all.toArray(String[]::new));
  }

  private static void produceAnswers(ResponseDefinitionBuilder answer) {
    SERVER.stubFor(post(urlPathEqualTo("/topics/t")).willReturn(answer));
  }

  private static ResponseDefinitionBuilder error(int status, int code) {
    return aResponse().withStatus(status).withBody("{\"error_code\":" + code + ",\"message\":\"because\"}");
  }

  private static int produceRequests() {
    return SERVER.findAll(postRequestedFor(urlPathEqualTo("/topics/t"))).size();
  }

  @Test
  void produceTriesAgainWhatWasCertainlyNotWritten() {
    SERVER.stubFor(post(urlPathEqualTo("/topics/t")).inScenario("busy").whenScenarioStateIs(Scenario.STARTED)
        .willReturn(error(503, 50302)).willSetStateTo("free"));
    SERVER.stubFor(
        post(urlPathEqualTo("/topics/t")).inScenario("busy").whenScenarioStateIs("free").willReturn(okJson(WRITTEN)));
    assertThat(run("a\n", "produce", "t").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(produceRequests()).isEqualTo(2);
  }

  @Test
  void produceGivesUpWhenNothingIsEverTaken() {
    produceAnswers(error(503, 50302));
    Outcome outcome = run("a\n", "produce", "t", "--retry-for", "1");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(outcome.err()).contains("line 1 not written");
    assertThat(produceRequests()).isGreaterThan(2);
  }

  @Test
  void produceDoesNotRepeatWhatMayHaveBeenWritten() {
    produceAnswers(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
    Outcome outcome = run("a\n", "produce", "t");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(outcome.err()).contains("line 1 may or may not be written").contains("--retry-unknown");
    assertThat(produceRequests()).isEqualTo(1);
  }

  @Test
  void produceRepeatsItWhenDuplicatesAreAccepted() {
    SERVER.stubFor(post(urlPathEqualTo("/topics/t")).inScenario("reset").whenScenarioStateIs(Scenario.STARTED)
        .willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)).willSetStateTo("well"));
    SERVER.stubFor(
        post(urlPathEqualTo("/topics/t")).inScenario("reset").whenScenarioStateIs("well").willReturn(okJson(WRITTEN)));
    assertThat(run("a\n", "produce", "t", "--retry-unknown").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void anAnswerThatComesTooLateIsUnknown() {
    produceAnswers(okJson(WRITTEN).withFixedDelay(10_000));
    Outcome outcome = run("a\n", "produce", "t", "--timeout", "1");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void aTimeoutThatTheServerReportsIsUnknownToo() {
    produceAnswers(
        okJson("{\"offsets\":[{\"partition\":null,\"offset\":null,\"error_code\":50003,\"error\":\"timed out\"}]}"));
    assertThat(run("a\n", "produce", "t").exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(produceRequests()).isEqualTo(1);
  }

  @Test
  void anAnswerForFewerRecordsThanSentIsUnknown() {
    produceAnswers(okJson("{\"offsets\":[]}"));
    assertThat(run("a\n", "produce", "t").exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void anAnswerThatIsNotJsonIsUnknown() {
    produceAnswers(aResponse().withStatus(200).withBody("<html>a proxy says hello</html>"));
    assertThat(run("a\n", "produce", "t").exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void onlyTheRefusedRecordsOfABatchAreSentAgain() throws IOException {
    String second = "{\"offsets\":[{\"partition\":0,\"offset\":7,\"error_code\":null},{\"partition\":null,\"offset\":null,\"error_code\":50302,\"error\":\"no leader\"}]}";
    SERVER.stubFor(post(urlPathEqualTo("/topics/t")).withRequestBody(containing("YQ==")).willReturn(okJson(second)));
    SERVER.stubFor(post(urlPathEqualTo("/topics/t"))
        .withRequestBody(equalToJson("{\"records\":[{\"value\":\"Yg==\"}]}")).atPriority(1)
        .willReturn(okJson(WRITTEN)));
    Outcome outcome = run("a\nb\n", "produce", "t", "--json");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(Json.parse(outcome.out().getBytes(StandardCharsets.UTF_8)).path("acknowledged").asInt()).isEqualTo(2);
  }

  @Test
  void aRejectedRecordStopsTheRunUnlessSkipped() {
    produceAnswers(
        okJson("{\"offsets\":[{\"partition\":null,\"offset\":null,\"error_code\":413,\"error\":\"too large\"}]}"));
    assertThat(run("a\n", "produce", "t").exitCode()).isEqualTo(ExitCode.FAILED);
    Outcome skipping = run("a\n", "produce", "t", "--skip-rejected");
    assertThat(skipping.exitCode()).isEqualTo(ExitCode.PARTLY_DONE);
    assertThat(skipping.err()).contains("line 1 rejected: too large (error_code 413)");
  }

  @Test
  void anotherServerOfTheListIsAskedWhenOneIsDown() {
    produceAnswers(okJson(WRITTEN));
    Outcome outcome = new Cli(home).input("a\n").run("produce", "t", "--server", "127.0.0.1:9," + SERVER.baseUrl());
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void producingToATopicThatIsNotThereIsNotFound() {
    SERVER.stubFor(get(urlPathEqualTo("/topics/t")).willReturn(error(404, 40403)));
    Outcome outcome = run("a\n", "produce", "t");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(outcome.err()).contains("ottla topics create t");
  }

  @Test
  void creatingATopicThatExistsIsAConflictOrFine() {
    SERVER.stubFor(post(urlPathEqualTo("/v3/clusters/c1/topics")).willReturn(error(400, 40002)));
    assertThat(run("", "topics", "create", "t").exitCode()).isEqualTo(ExitCode.CONFLICT);
    assertThat(run("", "topics", "create", "t", "--if-not-exists").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void creatingATopicThatIsRefusedFailsWithTheServersWords() {
    SERVER.stubFor(post(urlPathEqualTo("/v3/clusters/c1/topics")).willReturn(error(400, 40002)));
    SERVER.stubFor(get(urlPathEqualTo("/topics/n")).willReturn(error(404, 40403)));
    Outcome outcome = run("", "topics", "create", "n", "--rf", "9");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("because").contains("40002");
  }

  @Test
  void creatingATopicSendsWhatWasAsked() {
    SERVER.stubFor(post(urlPathEqualTo("/v3/clusters/c1/topics")).withRequestBody(equalToJson(
        "{\"topic_name\":\"n\",\"partitions_count\":6,\"replication_factor\":3,\"configs\":[{\"name\":\"a\",\"value\":\"b\"}]}"))
        .willReturn(aResponse().withStatus(201)
            .withBody("{\"topic_name\":\"n\",\"partitions_count\":6,\"replication_factor\":3}")));
    Outcome outcome = run("", "topics", "create", "n", "--partitions", "6", "--rf", "3", "--config", "a=b");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualTo("created n: 6 partitions, replication factor 3\n");
  }

  @Test
  void aChangeWhoseAnswerIsLostIsUnknown() {
    SERVER.stubFor(
        delete(urlPathMatching("/v3/clusters/c1/topics/.*")).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
    assertThat(run("", "topics", "delete", "t", "--yes").exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void deletingATopicThatIsNotThereIsNotFound() {
    SERVER.stubFor(delete(urlPathMatching("/v3/clusters/c1/topics/.*")).willReturn(error(404, 40403)));
    assertThat(run("", "topics", "delete", "t", "--yes").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void noRightsIsDenied() {
    SERVER.stubFor(get(urlPathEqualTo("/v3/clusters")).willReturn(error(403, 40301)));
    assertThat(run("", "topics", "list").exitCode()).isEqualTo(ExitCode.DENIED);
  }

  @Test
  void describeShowsHealthFirst() {
    SERVER.stubFor(get(urlPathEqualTo("/topics/t")).willReturn(okJson("""
        {"name":"t","configs":{"cleanup.policy":"delete"},"partitions":[{"partition":0,"leader":101,"replicas":[
        {"broker":101,"leader":true,"in_sync":true},{"broker":102,"leader":false,"in_sync":false}]}]}""")));
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/offsets"))
        .willReturn(okJson("{\"beginning_offset\":3,\"end_offset\":9}")));
    Outcome outcome = run("", "topics", "describe", "t");
    assertThat(outcome.lines().getFirst()).isEqualTo("t: 0 partitions without leader, 1 with replicas out of sync");
    assertThat(outcome.lines()).anyMatch(line -> line.matches("0 +101 +101,102 +101 +3 +9"));
    assertThat(outcome.out()).contains("cleanup.policy");
  }

  @Test
  void quorumStatusNamesTheLeaderOfTheHighestTerm() {
    SERVER.stubFor(get(urlPathEqualTo("/raft/v1/status")).willReturn(okJson(
        "{\"nodeId\":2,\"role\":\"LEADER\",\"term\":5,\"leaderId\":2,\"commitIndex\":10,\"appliedIndex\":10}")));
    Outcome outcome = new Cli(home).run("quorum", "status", "--controller", SERVER.baseUrl() + ",127.0.0.1:9");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.lines().getFirst()).isEqualTo("leader 2, term 5");
    assertThat(outcome.out()).contains("connection refused");
  }

  /** As in a container, where no local cluster is. */
  @Test
  void environmentNamesTheControllers() {
    SERVER.stubFor(get(urlPathEqualTo("/raft/v1/status")).willReturn(okJson(
        "{\"nodeId\":2,\"role\":\"LEADER\",\"term\":5,\"leaderId\":2,\"commitIndex\":10,\"appliedIndex\":10}")));
    Map<String, String> environment = Map.of("OTTLA_CONTROLLERS", "127.0.0.1:9, localhost:" + SERVER.getPort());
    assertThat(new Cli(home).environment(environment).run("quorum", "status").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(new Cli(home).environment(Map.of("OTTLA_CONTROLLERS", "")).run("quorum", "status").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void quorumStatusSaysThatAChangeOfTheVotersIsNotCommitted() {
    String status = "{\"nodeId\":2,\"directoryId\":\"d2\",\"role\":\"LEADER\",\"term\":5,\"commitIndex\":10,"
        + "\"votersIndex\":%d,\"voters\":[{\"nodeId\":2,\"directoryId\":\"d2\",\"host\":\"h\",\"port\":1}]}";
    SERVER.stubFor(get(urlPathEqualTo("/raft/v1/status")).willReturn(okJson(status.formatted(11))));
    assertThat(new Cli(home).run("quorum", "status", "--controller", SERVER.baseUrl()).err())
        .contains("not committed yet");
    SERVER.stubFor(get(urlPathEqualTo("/raft/v1/status")).willReturn(okJson(status.formatted(10))));
    assertThat(new Cli(home).run("quorum", "status", "--controller", SERVER.baseUrl()).err()).isEmpty();
  }

  @Test
  void quorumWithoutLeaderIsUnreachable() {
    SERVER.stubFor(
        get(urlPathEqualTo("/raft/v1/status")).willReturn(okJson("{\"nodeId\":2,\"role\":\"CANDIDATE\",\"term\":5}")));
    assertThat(new Cli(home).run("quorum", "status", "--controller", SERVER.baseUrl()).exitCode())
        .isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void changeOfVotersGoesToTheControllerThatIsActive() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/remove"))
        .withRequestBody(equalToJson("{\"nodeId\":3,\"directoryId\":\"00000000-0000-0001-0000-000000000002\"}"))
        .willReturn(okJson("{\"index\":9,\"voters\":[{\"nodeId\":1,\"directoryId\":\"d1\"}]}")));
    Outcome outcome = new Cli(home).run("quorum", "remove-voter", "3", "--directory",
        "00000000-0000-0001-0000-000000000002", "--controller", "127.0.0.1:9," + SERVER.baseUrl());
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.lines().getFirst()).isEqualTo("voters: 1 (directory d1)");
  }

  @Test
  void refusedChangeOfVotersFailsWithTheControllersReason() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/remove")).willReturn(jsonResponse(
        "{\"code\":\"INVALID_REQUEST\",\"message\":\"3 is no voter, or the only one\"}", 400)));
    Outcome outcome = new Cli(home).run("quorum", "remove-voter", "3", "--controller", SERVER.baseUrl());
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("no voter, or the only one");
  }

  @Test
  void addVoterWaitsUntilTheObserverHasCaughtUp() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("catch up").whenScenarioStateIs("Started")
        .willReturn(jsonResponse("{\"code\":\"BUSY\",\"message\":\"not caught up\"}", 503))
        .willSetStateTo("caught up"));
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("catch up").whenScenarioStateIs("caught up")
        .willReturn(okJson("{\"index\":9,\"voters\":[{\"nodeId\":4,\"directoryId\":\"d4\"}]}")));
    assertThat(new Cli(home).run("quorum", "add-voter", "4", "--controller", SERVER.baseUrl()).exitCode())
        .isEqualTo(ExitCode.OK);
  }

  /** As right after its start: until then the directory that it had is all that is known of it. */
  @Test
  void addVoterWaitsForTheDirectoryThatReplacesAnother() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("appears").whenScenarioStateIs("Started")
        .willReturn(
            jsonResponse("{\"code\":\"INVALID_REQUEST\",\"message\":\"controller 4 is a voter already, with directory"
                + " d4; no other directory of it has shown itself to this leader\"}", 400))
        .willSetStateTo("there"));
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("appears").whenScenarioStateIs("there")
        .willReturn(okJson("{\"index\":9,\"voters\":[{\"nodeId\":4,\"directoryId\":\"d5\"}]}")));
    assertThat(new Cli(home).run("quorum", "add-voter", "4", "--controller", SERVER.baseUrl()).exitCode())
        .isEqualTo(ExitCode.OK);
  }

  /** Under the same node id the old directory may vote, and the one that replaces it may not. */
  @Test
  void addVoterDoesNotTakeTheOldDirectoryForTheOneMeant() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("lost").whenScenarioStateIs("Started")
        .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)).willSetStateTo("lost"));
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("lost").whenScenarioStateIs("lost")
        .willReturn(jsonResponse(
            "{\"code\":\"INVALID_REQUEST\",\"message\":\"controller 4 is a voter already, with directory d4\"}",
            400)));
    Outcome unclear = new Cli(home).run("quorum", "add-voter", "4", "--controller", SERVER.baseUrl());
    assertThat(unclear.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(unclear.err()).contains("d4").contains("quorum status");

    SERVER.resetScenarios();
    assertThat(new Cli(home).run("quorum", "add-voter", "4", "--directory", "00000000-0000-0000-0000-000000000004",
        "--controller", SERVER.baseUrl()).exitCode()).isEqualTo(ExitCode.OK);
  }

  private Outcome addVoter(String... more) {
    List<String> all = new ArrayList<>(List.of("quorum", "add-voter", "4", "--controller", SERVER.baseUrl()));
    all.addAll(List.of(more));
    return new Cli(home).run(all.toArray(String[]::new));
  }

  /** The first request is answered by the one, all that follow by the other. */
  private static void addVoterAnswers(ResponseDefinitionBuilder first, ResponseDefinitionBuilder others) {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).willReturn(others));
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/voters/add")).inScenario("first").whenScenarioStateIs("Started")
        .willReturn(first).willSetStateTo("others"));
  }

  private static ResponseDefinitionBuilder refused(String code, String message, int status) {
    return jsonResponse("{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}", status);
  }

  @Test
  void addVoterThatGetsNoAnswerInTheEndIsUnknownWhateverWasAnsweredBefore() {
    addVoterAnswers(refused("BUSY", "not caught up", 503), LOST);
    Outcome outcome = addVoter("--timeout", SEVERAL_ATTEMPTS);
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(outcome.err()).doesNotContain("not caught up");
  }

  /** The request whose answer was lost may have made it a voter; what is refused is the one that repeats it. */
  @Test
  void addVoterThatIsRefusedAfterALostAnswerIsUnknown() {
    for (ResponseDefinitionBuilder refusal : List.of(refused("BUSY", "not committed yet", 503),
        refused("INVALID_REQUEST", "no majority answers now", 400),
        refused("NOT_CONTROLLER", "not the active one", 503))) {
      SERVER.resetAll();
      addVoterAnswers(LOST, refusal);
      Outcome outcome = addVoter("--timeout", SEVERAL_ATTEMPTS, "--directory", "00000000-0000-0000-0000-000000000004");
      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
      assertThat(outcome.err()).contains("An answer was lost before").contains("quorum status");
    }
  }

  @Test
  void addVoterThatWasNeverTakenFailsWithTheControllersReason() {
    ResponseDefinitionBuilder busy = refused("BUSY", "not caught up", 503);
    addVoterAnswers(busy, busy);
    Outcome outcome = addVoter("--timeout", "1");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("not caught up");
  }

  @Test
  void addVoterGoesOnAfterALostAnswer() {
    addVoterAnswers(LOST, okJson("{\"index\":9,\"voters\":[{\"nodeId\":4,\"directoryId\":\"d4\"}]}"));
    assertThat(addVoter().exitCode()).isEqualTo(ExitCode.OK);
  }

  /** Each is asked once: a lost answer is told at once, and a refusal is the whole story. */
  @Test
  void removalOrHandOverWhoseAnswerIsLostIsUnknown() {
    for (String path : List.of("/raft/v1/voters/remove", "/raft/v1/transfer")) {
      SERVER.stubFor(post(urlPathEqualTo(path)).willReturn(LOST));
    }
    String at = SERVER.baseUrl();
    assertThat(new Cli(home).run("quorum", "remove-voter", "3", "--controller", at).exitCode())
        .isEqualTo(ExitCode.UNKNOWN_OUTCOME);
    assertThat(new Cli(home).run("quorum", "transfer", "--to", "3", "--controller", at).exitCode())
        .isEqualTo(ExitCode.UNKNOWN_OUTCOME);
  }

  @Test
  void noActiveControllerIsUnreachable() {
    SERVER.stubFor(post(urlPathEqualTo("/raft/v1/transfer")).willReturn(
        jsonResponse("{\"code\":\"NOT_CONTROLLER\",\"message\":\"not the active one\"}", 503)));
    assertThat(new Cli(home).run("quorum", "transfer", "--controller", SERVER.baseUrl()).exitCode())
        .isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void metadataDumpPagesUpToTheCommitIndex() {
    SERVER.stubFor(get(urlPathEqualTo("/cluster/v1/metadata")).withQueryParam("fromIndex", equalTo("1"))
        .willReturn(okJson(
            "{\"commitIndex\":3,\"entries\":[{\"index\":1,\"term\":1,\"records\":[]},{\"index\":2,\"term\":1,\"records\":[]}]}")));
    SERVER.stubFor(get(urlPathEqualTo("/cluster/v1/metadata")).withQueryParam("fromIndex", equalTo("3"))
        .willReturn(okJson(
            "{\"commitIndex\":4,\"entries\":[{\"index\":3,\"term\":2,\"records\":[]},{\"index\":4,\"term\":2,\"records\":[]}]}")));
    Outcome outcome = new Cli(home).run("metadata", "dump", "--controller", SERVER.baseUrl());
    assertThat(outcome.lines()).hasSize(3).last().isEqualTo("{\"index\":3,\"term\":2,\"records\":[]}");
  }

  @Test
  void metadataDumpBeginsWithTheSnapshotThatReplacedTheLogsBeginning() {
    SERVER.stubFor(get(urlPathEqualTo("/cluster/v1/metadata")).withQueryParam("fromIndex", equalTo("1"))
        .willReturn(okJson("{\"commitIndex\":7,\"logStartIndex\":5,\"entries\":[]}")));
    SERVER.stubFor(get(urlPathEqualTo("/cluster/v1/snapshot")).willReturn(
        aResponse().withStatus(200).withHeader("Ottla-Snapshot-Index", "6").withBody("{\"type\":\"Topic\"}\n")));
    SERVER.stubFor(get(urlPathEqualTo("/cluster/v1/metadata")).withQueryParam("fromIndex", equalTo("7"))
        .willReturn(okJson(
            "{\"commitIndex\":7,\"logStartIndex\":5,\"entries\":[{\"index\":7,\"term\":2,\"records\":[]}]}")));
    Outcome outcome = new Cli(home).run("metadata", "dump", "--controller", SERVER.baseUrl());
    assertThat(outcome.lines()).containsExactly("{\"type\":\"Topic\"}", "{\"index\":7,\"term\":2,\"records\":[]}");
  }

  @Test
  void consumeWaitsForALeaderInsteadOfFailing() {
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/offsets"))
        .willReturn(okJson("{\"beginning_offset\":0,\"end_offset\":1}")));
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/records")).inScenario("election")
        .whenScenarioStateIs(Scenario.STARTED)
        .willReturn(error(503, 50302)).willSetStateTo("elected"));
    SERVER.stubFor(
        get(urlPathEqualTo("/topics/t/partitions/0/records")).inScenario("election").whenScenarioStateIs("elected")
            .willReturn(okJson("[{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"key\":null,\"value\":\"gA==\"}]")));
    Outcome outcome = run("", "consume", "t", "--from-beginning");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualTo(
        "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"key\":null,\"value\":\"gA==\",\"value_encoding\":\"base64\"}\n");
  }

  @Test
  void consumeGoesOnBehindTrimmedOffsets() {
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/offsets"))
        .willReturn(okJson("{\"beginning_offset\":5,\"end_offset\":6}")));
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/records")).willReturn(error(410, 41001)));
    SERVER.stubFor(get(urlPathEqualTo("/topics/t/partitions/0/records")).withQueryParam("offset", equalTo("5"))
        .willReturn(okJson("[{\"topic\":\"t\",\"partition\":0,\"offset\":5,\"key\":null,\"value\":\"MQ==\"}]")));
    Outcome outcome = run("", "consume", "t", "--partition", "0", "--offset", "2");
    assertThat(outcome.lines())
        .containsExactly("{\"topic\":\"t\",\"partition\":0,\"offset\":5,\"key\":null,\"value\":1}");
    assertThat(outcome.err()).contains("offsets 2 to 4 are removed already");
  }
}
