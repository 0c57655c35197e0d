package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsRequest.Change;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsRequest.Target;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes of topics, partitions and brokers through the API: what is asked of the controllers, what is answered, and what is refused. */
class MaintenanceApiTest {
  private static final String CLUSTER = "/v3/clusters/c1";
  private static final String ORDERS = CLUSTER + "/topics/orders";
  private static final String J = "application/json";

  private FakeCluster cluster = ApiServer.freshCluster();

  @BeforeEach
  void empty() {
    cluster = ApiServer.freshCluster();
  }

  private static HttpResponse<String> delete(String path) throws Exception {
    return ApiServer.send(HttpRequest.newBuilder(ApiServer.uri(path)).DELETE().build());
  }

  private static HttpResponse<String> post(String path) throws Exception {
    return ApiServer
        .send(HttpRequest.newBuilder(ApiServer.uri(path)).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  private static JsonNode json(HttpResponse<String> response, int status) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return new ObjectMapper().readTree(response.body());
  }

  @Test
  void aTopicGrows() throws Exception {
    JsonNode topic = json(ApiServer.send("PATCH", ORDERS, J, "{\"partitions_count\":10}"), 200);
    assertThat(topic.path("kind").asText()).isEqualTo("KafkaTopic");
    assertThat(topic.path("partitions_count").asInt()).isEqualTo(10);
    assertThat(topic.path("replication_factor").asInt()).isEqualTo(3);
    assertThat(cluster.changes).containsExactly(new GrowTopicRequest("orders", 10, false));
  }

  @Test
  void aSettingIsStoredAndReset() throws Exception {
    HttpResponse<String> stored = ApiServer.send("PUT", ORDERS + "/configs/compression.type", J,
        "{\"value\":\"gzip\"}");
    assertThat(stored.statusCode()).isEqualTo(204);
    assertThat(stored.body()).isEmpty();
    assertThat(delete(ORDERS + "/configs/compression.type").statusCode()).isEqualTo(204);
    assertThat(cluster.changes).containsExactly(
        new AlterTopicConfigsRequest("orders", List.of(new Change("compression.type", "gzip")), false),
        new AlterTopicConfigsRequest("orders", List.of(new Change("compression.type", null)), false));
  }

  @Test
  void severalSettingsAreChangedAtOnce() throws Exception {
    assertThat(ApiServer.post(ORDERS + "/configs:alter", J, """
        {"data":[{"name":"retention.ms","value":"1000"},{"name":"cleanup.policy","operation":"delete"},
        {"name":"segment.bytes","value":"2048","operation":"SET"}],"validate_only":true}""").statusCode())
        .isEqualTo(204);
    assertThat(cluster.changes).containsExactly(new AlterTopicConfigsRequest("orders",
        List.of(new Change("retention.ms", "1000"), new Change("cleanup.policy", null),
            new Change("segment.bytes", "2048")),
        true));
  }

  @Test
  void movesAreListedWithWhatTheyWaitFor() throws Exception {
    JsonNode one = json(ApiServer.get(CLUSTER + "/topics/__internal/partitions/0/reassignment"), 200);
    assertThat(one.path("kind").asText()).isEqualTo("KafkaReassignment");
    assertThat(one.path("adding_replicas").toString()).isEqualTo("[1]");
    assertThat(one.path("removing_replicas").toString()).isEqualTo("[3]");
    assertThat(one.path("target_replicas").toString()).isEqualTo("[1]");
    assertThat(one.path("status").asText()).isEqualTo("Brokers [1] are catching up.");
    assertThat(one.path("metadata").path("self").asText())
        .endsWith("/v3/clusters/c1/topics/__internal/partitions/0/reassignment");
    JsonNode all = json(ApiServer.get(CLUSTER + "/topics/-/partitions/-/reassignment"), 200);
    assertThat(all.path("kind").asText()).isEqualTo("KafkaReassignmentList");
    assertThat(all.path("data")).containsExactly(one);
    assertThat(json(ApiServer.get(CLUSTER + "/topics/__internal/partitions/-/reassignment"), 200).path("data"))
        .containsExactly(one);
    assertThat(json(ApiServer.get(ORDERS + "/partitions/-/reassignment"), 200).path("data")).isEmpty();
  }

  @Test
  void aPartitionIsMovedAndLeftWhereItWas() throws Exception {
    JsonNode moving = json(ApiServer.post(CLUSTER + "/topics/__internal/partitions/0/reassignment", J,
        "{\"replicas\":[1]}"), 202);
    assertThat(moving.path("target_replicas").toString()).isEqualTo("[1]");
    JsonNode done = json(ApiServer.post(ORDERS + "/partitions/0/reassignment", J, "{\"replicas\":[1,2,3]}"), 200);
    assertThat(done.path("status").asText()).isEqualTo("Complete.");
    assertThat(delete(ORDERS + "/partitions/0/reassignment").statusCode()).isEqualTo(204);
    assertThat(cluster.changes).containsExactly(
        new ReassignPartitionsRequest(List.of(new Target("__internal", 0, List.of(1)))),
        new ReassignPartitionsRequest(List.of(new Target("orders", 0, List.of(1, 2, 3)))),
        new ReassignPartitionsRequest(List.of(new Target("orders", 0, null))));
  }

  @Test
  void manyPartitionsAreMovedAndEachIsAnswered() throws Exception {
    String path = CLUSTER + "/topics/-/partitions/-/reassignment";
    String body = "{\"reassignments\":[{\"topic_name\":\"orders\",\"partition_id\":0,\"replicas\":[3,2]},"
        + "{\"topic_name\":\"gone\",\"partition_id\":7,\"replicas\":null}]}";
    JsonNode taken = json(ApiServer.post(path, J, body), 207);
    assertThat(taken.path("failures")).isEmpty();
    assertThat(taken.path("successes").toString())
        .isEqualTo("[{\"topic_name\":\"orders\",\"partition_id\":0},{\"topic_name\":\"gone\",\"partition_id\":7}]");
    assertThat(cluster.changes).containsExactly(new ReassignPartitionsRequest(
        List.of(new Target("orders", 0, List.of(3, 2)), new Target("gone", 7, null))));
    cluster.refusal = ErrorCode.UNKNOWN_PARTITION;
    JsonNode refused = json(ApiServer.post(path, J, body), 207);
    assertThat(refused.path("successes")).isEmpty();
    assertThat(refused.path("failures").path(1).toString()).isEqualTo(
        "{\"topic_name\":\"gone\",\"partition_id\":7,\"error_code\":40402,\"message\":\"Not now.\"}");
  }

  @Test
  void leadersAreElectedEverywhereInATopicOrInOnePartition() throws Exception {
    String expected = "{\"elected\":[{\"topic_name\":\"orders\",\"partition_id\":0,\"leader_id\":2,"
        + "\"is_unclean\":false}],\"failures\":[]}";
    assertThat(post(CLUSTER + "/topics/-/partitions/-/leader:elect").body()).isEqualTo(expected);
    assertThat(post(ORDERS + "/partitions/-/leader:elect").body()).isEqualTo(expected);
    JsonNode unclean = json(ApiServer.post(ORDERS + "/partitions/1/leader:elect", J,
        "{\"election_type\":\"unclean\"}"), 200);
    assertThat(unclean.path("elected").path(0).path("is_unclean").asBoolean()).isTrue();
    assertThat(cluster.changes).containsExactly(
        new ElectLeadersRequest(ElectLeadersRequest.Type.PREFERRED, null, null),
        new ElectLeadersRequest(ElectLeadersRequest.Type.PREFERRED, "orders", null),
        new ElectLeadersRequest(ElectLeadersRequest.Type.UNCLEAN, "orders", 1));
  }

  @Test
  void anElectionThatCannotBeHeldIsListedOrRefused() throws Exception {
    cluster.refusal = ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
    JsonNode all = json(post(ORDERS + "/partitions/-/leader:elect"), 200);
    assertThat(all.path("failures").path(0).path("error_code").asInt()).isEqualTo(40901);
    JsonNode one = json(post(ORDERS + "/partitions/0/leader:elect"), 409);
    assertThat(one.path("error_code").asInt()).isEqualTo(40901);
    assertThat(one.path("message").asText()).isEqualTo("Not now.");
  }

  @Test
  void brokersAreListedWithTheirState() throws Exception {
    JsonNode all = json(ApiServer.get(CLUSTER + "/brokers/-/status"), 200);
    assertThat(all.path("data")).hasSize(4);
    JsonNode first = all.path("data").path(0);
    assertThat(first.path("state").asText()).isEqualTo("ACTIVE");
    assertThat(first.path("decommission").isNull()).isTrue();
    assertThat(first.path("replicas").asInt()).isEqualTo(3);
    assertThat(first.path("leaders").asInt()).isEqualTo(1);
    JsonNode fourth = json(ApiServer.get(CLUSTER + "/brokers/4/status"), 200);
    assertThat(fourth).isEqualTo(all.path("data").path(3));
    assertThat(fourth.path("state").asText()).isEqualTo("FENCED");
    assertThat(fourth.path("decommission").asText()).isEqualTo("DRAINED");
  }

  @Test
  void aBrokerIsDecommissionedKeptAndForgotten() throws Exception {
    JsonNode begun = json(post(CLUSTER + "/brokers/1/decommission"), 202);
    assertThat(begun.path("kind").asText()).isEqualTo("KafkaBrokerDecommission");
    assertThat(begun.path("replicas_left").asInt()).isEqualTo(3);
    assertThat(json(ApiServer.get(CLUSTER + "/brokers/4/decommission"), 200).path("message").asText())
        .isEqualTo("Broker 4 holds nothing and is about to be unregistered.");
    assertThat(delete(CLUSTER + "/brokers/4/decommission").statusCode()).isEqualTo(204);
    assertThat(delete(CLUSTER + "/brokers/4").statusCode()).isEqualTo(204);
    assertThat(cluster.changes).containsExactly("decommission 1", "keep 4", "unregister 4");
  }

  // ---- what is refused

  static Stream<Arguments> badBodies() {
    String patch = "PATCH " + ORDERS;
    String put = "PUT " + ORDERS + "/configs/retention.ms";
    String alter = "POST " + ORDERS + "/configs:alter";
    String move = "POST " + ORDERS + "/partitions/0/reassignment";
    String moves = "POST " + CLUSTER + "/topics/-/partitions/-/reassignment";
    String elect = "POST " + ORDERS + "/partitions/0/leader:elect";
    return Stream.of(
        Arguments.of(patch, "", 422, 42206), Arguments.of(patch, "null", 422, 42206),
        Arguments.of(patch, "{}", 400, 400), Arguments.of(patch, "{\"partitions_count\":null}", 400, 400),
        Arguments.of(patch, "{\"partitions_count\":\"7\"}", 400, 400),
        Arguments.of(patch, "{\"partitions\":7}", 400, 400), Arguments.of(patch, "[]", 400, 400),
        Arguments.of(put, "", 422, 42206), Arguments.of(put, "{}", 400, 400),
        Arguments.of(put, "{\"value\":null}", 400, 400), Arguments.of(put, "{\"value\":1}", 400, 400),
        Arguments.of(put, "{\"valeu\":\"1\"}", 400, 400),
        Arguments.of(alter, "", 422, 42206), Arguments.of(alter, "{}", 422, 422),
        Arguments.of(alter, "{\"data\":[]}", 422, 422), Arguments.of(alter, "{\"data\":{}}", 400, 400),
        Arguments.of(alter, "{\"data\":[1]}", 400, 400), Arguments.of(alter, "{\"data\":[{}]}", 400, 400),
        Arguments.of(alter, "{\"data\":[{\"name\":\"retention.ms\"}]}", 400, 400),
        Arguments.of(alter, "{\"data\":[{\"name\":\"retention.ms\",\"operation\":\"APPEND\"}]}", 400, 400),
        Arguments.of(alter, "{\"data\":[{\"name\":\"nope\",\"value\":\"1\"}]}", 404, 404),
        Arguments.of(alter, "{\"data\":[{\"name\":\"retention.ms\",\"value\":\"1\"},"
            + "{\"name\":\"retention.ms\",\"value\":\"2\"}]}", 400, 400),
        Arguments.of(alter, "{\"data\":[{\"name\":\"retention.ms\",\"value\":\"1\"}],\"more\":1}", 400, 400),
        Arguments.of(move, "", 422, 42206), Arguments.of(move, "{}", 400, 400),
        Arguments.of(move, "{\"replicas\":null}", 400, 400), Arguments.of(move, "{\"replicas\":[\"1\"]}", 400, 400),
        Arguments.of(move, "{\"replica\":[1]}", 400, 400),
        Arguments.of(moves, "", 422, 42206), Arguments.of(moves, "{}", 422, 422),
        Arguments.of(moves, "{\"reassignments\":[]}", 422, 422), Arguments.of(moves, "{\"reassignments\":1}", 400, 400),
        Arguments.of(moves, "{\"reassignments\":[1]}", 400, 400),
        Arguments.of(moves, "{\"reassignments\":[{\"topic_name\":\"orders\",\"partition_id\":0}]}", 400, 400),
        Arguments.of(moves, "{\"reassignments\":[{\"topic_name\":\"orders\",\"replicas\":[1]}]}", 400, 400),
        Arguments.of(moves, "{\"reassignments\":[{\"partition_id\":0,\"replicas\":[1]}]}", 400, 400),
        Arguments.of(moves, "{\"reassignments\":[{\"topic\":\"orders\"}]}", 400, 400),
        Arguments.of(elect, "{\"election_type\":\"ANY\"}", 400, 400),
        Arguments.of(elect, "{\"election_type\":null}", 400, 400), Arguments.of(elect, "{\"type\":\"X\"}", 400, 400),
        Arguments.of(elect, "{", 400, 400));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void aBadBodyIsRefusedAndNothingIsChanged(String call, String body, int status, int code) throws Exception {
    String[] parts = call.split(" ");
    assertRefused(ApiServer.send(parts[0], parts[1], J, body), status, code);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"PATCH,/topics/orders", "PUT,/topics/orders/configs/retention.ms", "POST,/topics/orders/configs:alter",
      "POST,/topics/orders/partitions/0/reassignment", "POST,/topics/-/partitions/-/reassignment",
      "POST,/topics/-/partitions/-/leader:elect"})
  void anotherContentTypeIsRefused(String method, String path) throws Exception {
    assertRefused(ApiServer.send(method, CLUSTER + path, "text/plain", "{}"), 415, 415);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"PATCH|/topics/nope|{\"partitions_count\":3}|40403",
      "PUT|/topics/nope/configs/retention.ms|{\"value\":\"1\"}|40403",
      "PUT|/topics/orders/configs/nope|{\"value\":\"1\"}|404", "DELETE|/topics/orders/configs/nope||404",
      "DELETE|/topics/nope/configs/retention.ms||40403",
      "POST|/topics/nope/configs:alter|{\"data\":[{\"name\":\"retention.ms\",\"value\":\"1\"}]}|40403",
      "GET|/topics/nope/partitions/-/reassignment||40403", "GET|/topics/nope/partitions/0/reassignment||40403",
      "GET|/topics/orders/partitions/0/reassignment||404", "GET|/topics/orders/partitions/9/reassignment||40402",
      "GET|/topics/orders/partitions/x/reassignment||404",
      "POST|/topics/nope/partitions/0/reassignment|{\"replicas\":[1]}|40403",
      "POST|/topics/orders/partitions/9/reassignment|{\"replicas\":[1]}|40402",
      "DELETE|/topics/orders/partitions/9/reassignment||40402", "DELETE|/topics/nope/partitions/0/reassignment||40403",
      "POST|/topics/nope/partitions/-/leader:elect||40403", "POST|/topics/nope/partitions/0/leader:elect||40403",
      "POST|/topics/orders/partitions/9/leader:elect||40402", "POST|/topics/orders/partitions/x/leader:elect||404",
      "GET|/brokers/9/status||404", "GET|/brokers/x/status||404", "GET|/brokers/1/decommission||404",
      "GET|/brokers/9/decommission||404", "POST|/brokers/9/decommission||404", "DELETE|/brokers/1/decommission||404",
      "DELETE|/brokers/9||404"})
  void whatIsNotThereIsNotFound(String method, String path, String body, int code) throws Exception {
    assertRefused(ApiServer.send(method, CLUSTER + path, J, body == null ? "" : body), 404, code);
    assertRefused(ApiServer.send(method, "/v3/clusters/other" + path, J, body == null ? "" : body), 404, 404);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"INVALID_PARTITIONS,400,40002", "INVALID_CONFIG,400,40002", "UNKNOWN_TOPIC,404,40403",
      "CONTROLLER_NOT_AVAILABLE,503,50302", "INDETERMINATE,503,50003", "BROKER_IN_USE,409,40901",
      "INVALID_REPLICATION_FACTOR,400,40002"})
  void whatTheControllersRefuseIsPassedOn(ErrorCode refusal, int status, int code) throws Exception {
    cluster.failure = new OttlaException(refusal, "This is why.");
    assertRefused(ApiServer.send("PATCH", ORDERS, J, "{\"partitions_count\":3}"), status, code);
    assertRefused(delete(ORDERS + "/configs/retention.ms"), status, code);
    assertRefused(post(CLUSTER + "/topics/-/partitions/-/leader:elect"), status, code);
    assertRefused(post(CLUSTER + "/brokers/1/decommission"), status, code);
    assertRefused(delete(CLUSTER + "/brokers/1"), status, code);
  }

  @ParameterizedTest
  @CsvSource({"INVALID_REPLICA_ASSIGNMENT,400,40002", "WOULD_LOSE_DATA,409,40901", "NO_REASSIGNMENT,404,404",
      "BUSY,503,50302"})
  void aRefusedMoveOfOnePartitionIsTheAnswer(ErrorCode refusal, int status, int code) throws Exception {
    cluster.refusal = refusal;
    assertRefused(ApiServer.post(ORDERS + "/partitions/0/reassignment", J, "{\"replicas\":[1]}"), status, code);
    assertRefused(delete(ORDERS + "/partitions/0/reassignment"), status, code);
  }

  private static void assertRefused(HttpResponse<String> response, int status, int code) throws Exception {
    JsonNode error = json(response, status);
    assertThat(error.path("error_code").asInt()).as(response.body()).isEqualTo(code);
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(response.headers().firstValue("Content-Type")).hasValue(J);
  }
}
