package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything a client can get wrong: the documented status and number, a message, and no trace of the inside. */
class BadInputTest {
  private static final String V2 = "application/vnd.kafka.v2+json";
  private static final String J = "application/json";
  private static final String JSON = "application/vnd.kafka.json.v2+json";
  private static final String BINARY = "application/vnd.kafka.binary.v2+json";
  private static final String TEXT = "application/vnd.kafka.text.v2+json";
  private static final String TOPICS = "/v3/clusters/c1/topics";

  private FakeCluster cluster = ApiServer.freshCluster();

  @BeforeEach
  void empty() {
    cluster = ApiServer.freshCluster();
  }

  private static void assertRefused(HttpResponse<String> response, int status, int errorCode, String contentType)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValueSatisfying(
        type -> assertThat(type.replace(";charset=UTF-8", "")).isEqualTo(contentType));
    assertErrorBody(response.body(), errorCode);
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(response.headers().firstValue("Server")).isEmpty();
  }

  private static void assertErrorBody(String body, int errorCode) throws IOException {
    JsonNode error = new ObjectMapper().readTree(body);
    assertThat(error.path("error_code").intValue()).as(body).isEqualTo(errorCode);
    assertThat(error.path("message").isTextual()).isTrue();
    assertThat(error.path("message").textValue()).isNotBlank();
    assertThat(body)
        .doesNotContainPattern("java\\.|io\\.ottla|jackson|springframework|apache|Exception|\\bat [a-z]+\\.");
  }

  static Stream<Arguments> produceBodies() {
    String deep = "{\"records\":[{\"value\":" + "[".repeat(100) + "]".repeat(100) + "}]}";
    return Stream.of(
        Arguments.of("no body", JSON, "", 422, 422),
        Arguments.of("only white space", JSON, " \n", 422, 422),
        Arguments.of("an empty object", JSON, "{}", 422, 422),
        Arguments.of("records null", JSON, "{\"records\":null}", 422, 422),
        Arguments.of("no record", JSON, "{\"records\":[]}", 422, 422),
        Arguments.of("an array", JSON, "[{\"value\":1}]", 400, 400),
        Arguments.of("a string", JSON, "\"records\"", 400, 400),
        Arguments.of("null", JSON, "null", 400, 400),
        Arguments.of("records an object", JSON, "{\"records\":{\"value\":1}}", 400, 400),
        Arguments.of("a record a number", JSON, "{\"records\":[1]}", 400, 400),
        Arguments.of("a record null", JSON, "{\"records\":[null]}", 400, 400),
        Arguments.of("an unknown field", JSON, "{\"records\":[{\"value\":1}],\"more\":1}", 400, 400),
        Arguments.of("an unknown record field", JSON, "{\"records\":[{\"value\":1,\"more\":{\"a\":[1]}}]}", 400, 400),
        Arguments.of("only an unknown record field", JSON, "{\"records\":[{\"valeu\":1}]}", 422, 422),
        Arguments.of("a schema", JSON, "{\"value_schema\":\"{}\",\"records\":[{\"value\":1}]}", 422, 422),
        Arguments.of("a schema id", JSON, "{\"records\":[{\"value\":1}],\"key_schema_id\":1}", 422, 422),
        Arguments.of("cut off", JSON, "{\"records\":[{\"value\":1", 400, 400),
        Arguments.of("cut off after the record", JSON, "{\"records\":[{\"value\":1}", 400, 400),
        Arguments.of("cut off in a string", JSON, "{\"records\":[{\"value\":\"a", 400, 400),
        Arguments.of("single quotes", JSON, "{'records':[{'value':1}]}", 400, 400),
        Arguments.of("a comment", JSON, "{\"records\":[{\"value\":/**/1}]}", 400, 400),
        Arguments.of("a trailing comma", JSON, "{\"records\":[{\"value\":1},]}", 400, 400),
        Arguments.of("a leading zero", JSON, "{\"records\":[{\"value\":01}]}", 400, 400),
        Arguments.of("not a number", JSON, "{\"records\":[{\"value\":NaN}]}", 400, 400),
        Arguments.of("a wrong literal", JSON, "{\"records\":[{\"value\":nul}]}", 400, 400),
        Arguments.of("a bad escape", JSON, "{\"records\":[{\"value\":\"\\x\"}]}", 400, 400),
        Arguments.of("a raw control character", JSON, "{\"records\":[{\"value\":\"\u0001\"}]}", 400, 400),
        Arguments.of("more after the end", JSON, "{\"records\":[{\"value\":1}]} {}", 400, 400),
        Arguments.of("records twice", JSON, "{\"records\":[{\"value\":1}],\"records\":[{\"value\":2}]}", 400, 400),
        Arguments.of("value twice", JSON, "{\"records\":[{\"value\":1,\"value\":2}]}", 400, 400),
        Arguments.of("a name twice in a value", JSON, "{\"records\":[{\"value\":{\"a\":1,\"a\":2}}]}", 400, 400),
        Arguments.of("too deep", JSON, deep, 400, 400),
        Arguments.of("a number of 70 digits", JSON, "{\"records\":[{\"value\":" + "7".repeat(70) + "}]}", 400, 400),
        Arguments.of("a name of 300 characters", JSON, "{\"records\":[{\"value\":{\"" + "n".repeat(300) + "\":1}}]}",
            400, 400),
        Arguments.of("a partition as a string", JSON, "{\"records\":[{\"value\":1,\"partition\":\"0\"}]}", 400, 400),
        Arguments.of("a broken partition", JSON, "{\"records\":[{\"value\":1,\"partition\":0.5}]}", 400, 400),
        Arguments.of("a huge partition", JSON, "{\"records\":[{\"value\":1,\"partition\":99999999999}]}", 400, 400),
        Arguments.of("a timestamp as a string", JSON, "{\"records\":[{\"value\":1,\"timestamp\":\"now\"}]}", 400, 400),
        Arguments.of("a negative timestamp", JSON, "{\"records\":[{\"value\":1,\"timestamp\":-1}]}", 400, 400),
        Arguments.of("a huge timestamp", JSON, "{\"records\":[{\"value\":1,\"timestamp\":99999999999999999999}]}", 400,
            400),
        Arguments.of("headers an object", JSON, "{\"records\":[{\"value\":1,\"headers\":{}}]}", 400, 400),
        Arguments.of("a header a string", JSON, "{\"records\":[{\"value\":1,\"headers\":[\"a\"]}]}", 400, 400),
        Arguments.of("a header without key", JSON, "{\"records\":[{\"value\":1,\"headers\":[{\"value\":\"\"}]}]}", 400,
            400),
        Arguments.of("a header value not base64", JSON,
            "{\"records\":[{\"value\":1,\"headers\":[{\"key\":\"a\",\"value\":\"!\"}]}]}", 400, 400),
        Arguments.of("an unknown header field", JSON,
            "{\"records\":[{\"value\":1,\"headers\":[{\"key\":\"a\",\"more\":1}]}]}", 400, 400),
        Arguments.of("a value not base64", BINARY, "{\"records\":[{\"value\":\"not base64!\"}]}", 400, 400),
        Arguments.of("a binary value a number", BINARY, "{\"records\":[{\"value\":1}]}", 400, 400),
        Arguments.of("a key not base64", BINARY, "{\"records\":[{\"key\":\"=\",\"value\":\"\"}]}", 400, 400),
        Arguments.of("a text value a number", TEXT, "{\"records\":[{\"value\":1}]}", 422, 422),
        Arguments.of("a text key an object", TEXT, "{\"records\":[{\"key\":{},\"value\":\"\"}]}", 422, 422),
        Arguments.of("half of a character", TEXT, "{\"records\":[{\"value\":\"\\ud83d\"}]}", 400, 400),
        Arguments.of("too many records", JSON,
            "{\"records\":[" + "{\"value\":1},".repeat(ApiServer.MAX_RECORDS) + "{\"value\":1}]}", 413, 413),
        Arguments.of("a body too large", JSON,
            "{\"records\":[{\"value\":\"" + "x".repeat(ApiServer.MAX_BODY_BYTES) + "\"}]}", 413, 413));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("produceBodies")
  void aBadProduceBodyIsRefusedAndNothingIsWritten(String what, String contentType, String body, int status, int code)
      throws Exception {
    for (String path : new String[] {"/topics/orders", "/topics/orders/partitions/0"}) {
      assertRefused(ApiServer.post(path, contentType, body), status, code, V2);
    }
    assertThat(cluster.untouched()).isTrue();
  }

  @Test
  void theTextFormatSaysWhatIsWrong() throws Exception {
    assertThat(ApiServer.post("/topics/orders", TEXT, "{\"records\":[{\"value\":1}]}").body())
        .contains("Because the embedded format is 'text', the value must be a string");
    assertThat(ApiServer.post("/topics/orders", TEXT, "{\"records\":[{\"key\":1}]}").body())
        .contains("Because the embedded format is 'text', the key must be a string");
  }

  @Test
  void aBodyThatIsNotUtf8IsRefused() throws Exception {
    byte[] latin1 = "{\"records\":[{\"value\":\"\u00e9\"}]}".getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(ApiServer.send(HttpRequest.newBuilder(ApiServer.uri("/topics/orders")).header("Content-Type", JSON)
        .POST(BodyPublishers.ofByteArray(latin1)).build()), 400, 400, V2);
    byte[] utf16 = "{\"records\":[{\"value\":1}]}".getBytes(StandardCharsets.UTF_16BE);
    assertRefused(ApiServer.send(HttpRequest.newBuilder(ApiServer.uri("/topics/orders")).header("Content-Type", JSON)
        .POST(BodyPublishers.ofByteArray(utf16)).build()), 400, 400, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @Test
  void aChunkedBodyIsRefusedWhenItGrowsTooLarge() throws Exception {
    byte[] body = new byte[ApiServer.MAX_BODY_BYTES + 1];
    assertRefused(ApiServer.send(HttpRequest.newBuilder(ApiServer.uri("/topics/orders")).header("Content-Type", JSON)
        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))).build()), 413, 413, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', nullValues = "-", value = {"-", "text/plain", "application/x-www-form-urlencoded",
      "application/vnd.kafka.avro.v2+json", "application/vnd.kafka.v2+json", "application/octet-stream", "nonsense",
      "multipart/form-data; boundary=x", "application/json; charset=iso-8859-1"})
  void anUnknownContentTypeIsRefused(String contentType) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(ApiServer.uri("/topics/orders"))
        .POST(BodyPublishers.ofString("{\"records\":[{\"value\":1}]}"));
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    assertRefused(ApiServer.send(request.build()), 415, 415, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"async=maybe", "async=", "acks=2", "acks=", "acks=ALL", "timeout=0", "timeout=-1", "timeout=x",
      "timeout="})
  void aBadProduceParameterIsRefused(String query) throws Exception {
    assertRefused(ApiServer.post("/topics/orders?" + query, JSON, "{\"records\":[{\"value\":1}]}"), 400, 400, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"offset=x", "offset=", "offset=1.5", "offset=--1", "timeout=-1", "timeout=x", "timeout=1.5",
      "max_bytes=0", "max_bytes=-5", "max_bytes=x", "min_bytes=0", "max_records=0", "max_records=x", "timestamp=",
      "timestamp=-1", "timestamp=x", "timestamp=2026-01-01", "timestamp=9223372036854775807", "offset=1&timestamp=1"})
  void aBadReadParameterIsRefused(String query) throws Exception {
    assertRefused(ApiServer.get("/topics/orders/partitions/0/records?" + query, JSON), 400, 400, JSON);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
      "/topics/nope, 40403", "/topics/nope/partitions, 40401", "/topics/nope/partitions/0, 40401",
      "/topics/nope/partitions/0/offsets, 40401", "/topics/orders/partitions/2, 40402",
      "/topics/orders/partitions/-1, 40402", "/topics/orders/partitions/2/offsets, 40402",
      "/topics/orders/partitions/x, 404", "/topics/orders/partitions/99999999999, 404",
      "/topics/orders/partitions/x/offsets, 404", "/topics/orders/partitions/x/records, 404", "/nowhere, 404",
      "/topics/orders/nothing, 404", "/topics/orders/partitions/0/nothing, 404", "/consumers/g, 404",
      "/index.html, 404", "/favicon.ico, 404", "/actuator, 404", "/error, 404", "/raft/v1/vote, 404",
      "/cluster/v1/metadata, 404", "/replica/v1/status, 404"})
  void whatIsNotThereIsNotFound(String path, int code) throws Exception {
    assertRefused(ApiServer.get(path), 404, code, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
      "/v3, 404", "/v3/nothing, 404", "/kafka/v3/nothing, 404", "/v3/clusters/other, 404",
      "/v3/clusters/other/topics, 404", "/v3/clusters/other/topics/orders/partitions/0, 404",
      "/v3/clusters/c1/brokers/9, 404", "/v3/clusters/c1/brokers/x, 404", "/v3/clusters/c1/topics/nope, 40403",
      "/v3/clusters/c1/topics/nope/configs, 40403", "/v3/clusters/c1/topics/orders/configs/nope, 404",
      "/v3/clusters/c1/topics/nope/partitions, 40403", "/v3/clusters/c1/topics/nope/partitions/0, 40403",
      "/v3/clusters/c1/topics/orders/partitions/2, 40402", "/v3/clusters/c1/topics/orders/partitions/-1, 40402",
      "/v3/clusters/c1/topics/orders/partitions/x, 404", "/v3/clusters/c1/topics/orders/partitions/2/offset, 40402",
      "/v3/clusters/c1/topics/orders/partitions/0/replicas/4, 404",
      "/v3/clusters/c1/topics/orders/partitions/0/replicas/x, 404", "/v3/clusters/c1/consumer-groups, 404",
      "/v3/clusters/c1/acls, 404"})
  void whatIsNotThereAsAResourceIsNotFound(String path, int code) throws Exception {
    assertRefused(ApiServer.get(path), 404, code, J);
    assertThat(cluster.untouched()).isTrue();
  }

  @Test
  void producingToWhatIsNotThereIsNotFound() throws Exception {
    String body = "{\"records\":[{\"value\":1}]}";
    assertRefused(ApiServer.post("/topics/nope", JSON, body), 404, 40401, V2);
    assertRefused(ApiServer.post("/topics/nope/partitions/0", JSON, body), 404, 40401, V2);
    cluster.reset();
    assertRefused(ApiServer.post("/topics/orders/partitions/2", JSON, body), 404, 40402, V2);
    assertRefused(ApiServer.post("/topics/orders/partitions/-1", JSON, body), 404, 40402, V2);
    assertRefused(ApiServer.post("/topics/orders/partitions/x", JSON, body), 404, 404, V2);
    assertRefused(ApiServer.post("/topics/orders/partitions/0", JSON,
        "{\"records\":[{\"value\":1},{\"value\":2,\"partition\":1}]}"), 400, 400, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "PUT    | /topics                      | GET, HEAD       | " + V2,
      "DELETE | /topics/orders               | GET, HEAD, POST | " + V2,
      "POST   | /brokers                     | GET, HEAD       | " + V2,
      "PATCH  | /topics/orders/partitions/0  | GET, HEAD, POST | " + V2,
      "GET    | /admin/topics                | POST            | " + V2,
      "PUT    | /v3/clusters/c1/topics       | GET, HEAD, POST | " + J,
      "POST   | /v3/clusters                 | GET, HEAD       | " + J})
  void aWrongMethodIsRefusedWithTheRightOnes(String method, String path, String allow, String type) throws Exception {
    HttpResponse<String> response = ApiServer.send(
        HttpRequest.newBuilder(ApiServer.uri(path)).method(method, BodyPublishers.noBody()).build());
    assertRefused(response, 405, 405, type);
    assertThat(response.headers().firstValue("Allow")).hasValue(allow);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"/topics, text/html, " + V2, "/, application/xml, " + V2, "/v3/clusters, text/plain, " + J,
      "/topics/orders/partitions/0/records, application/vnd.kafka.avro.v2+json, " + V2,
      "/topics, */*;q=0, " + V2, "/topics, application/vnd.kafka.json.v2+json, " + V2})
  void anAcceptHeaderThatAllowsNothingIsRefused(String path, String accept, String type) throws Exception {
    assertRefused(ApiServer.get(path, accept), 406, 406, type);
    assertThat(cluster.untouched()).isTrue();
  }

  static Stream<Arguments> topicBodies() {
    return Stream.of(
        Arguments.of("", 422, 42206), Arguments.of("null", 422, 42206), Arguments.of("{}", 400, 400),
        Arguments.of("[]", 400, 400), Arguments.of("{\"topic_name\":null}", 400, 400),
        Arguments.of("{\"topic_name\":7}", 400, 400), Arguments.of("{\"topic_name\":\"a\"", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"partitions_count\":\"6\"}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"partitions_count\":1.5}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"partitions_count\":99999999999}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"replication_factor\":[]}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"more\":1}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"topic_name\":\"b\"}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"validate_only\":\"yes\"}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"configs\":{}}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"configs\":[{\"value\":\"v\"}]}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"configs\":[{\"name\":\"n\",\"value\":1}]}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"configs\":[{\"name\":\"n\"}]}", 400, 40002),
        Arguments.of("{\"topic_name\":\"a\",\"configs\":[{\"name\":\"n\",\"value\":\"1\"},"
            + "{\"name\":\"n\",\"value\":\"2\"}]}", 400, 40002),
        Arguments.of("{\"topic_name\":\"a\",\"replicas_assignments\":[]}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"replicas_assignments\":{\"x\":[1]}}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"replicas_assignments\":{\"0\":1}}", 400, 400),
        Arguments.of("{\"topic_name\":\"a\",\"replicas_assignments\":{\"0\":[\"1\"]}}", 400, 400));
  }

  @ParameterizedTest
  @MethodSource("topicBodies")
  void aBadTopicIsRefusedAndNothingIsCreated(String body, int status, int code) throws Exception {
    assertRefused(ApiServer.post(TOPICS, J, body), status, code, J);
    assertThat(cluster.untouched()).isTrue();
  }

  @Test
  void aTopicInAnotherTypeIsRefused() throws Exception {
    assertRefused(ApiServer.post(TOPICS, "text/plain", "{\"topic_name\":\"a\"}"), 415, 415, J);
    assertRefused(ApiServer.post("/admin/topics", "text/plain", "{\"topic_name\":\"a\"}"), 415, 415, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{}", "[]", "{\"topic_name\":1}", "{\"topic_name\":\"a\",\"more\":1}",
      "{\"topic_name\":\"a\",\"partitions_count\":\"1\"}", "nonsense"})
  void aBadShortTopicIsRefused(String body) throws Exception {
    assertRefused(ApiServer.post("/admin/topics", J, body), 400, 400, V2);
    assertThat(cluster.untouched()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"TOPIC_EXISTS, 400, 40002", "INVALID_REPLICATION_FACTOR, 400, 40002", "INVALID_PARTITIONS, 400, 40002",
      "INVALID_REPLICA_ASSIGNMENT, 400, 40002", "INVALID_CONFIG, 400, 40002", "INVALID_TOPIC_NAME, 422, 42206",
      "CONTROLLER_NOT_AVAILABLE, 503, 50302", "NOT_CONTROLLER, 503, 50302", "INDETERMINATE, 503, 50003"})
  void whatTheControllerRefusesIsPassedOn(ErrorCode refusal, int status, int code) throws Exception {
    cluster.failure = new OttlaException(refusal, "The controller says no.");
    HttpResponse<String> response = ApiServer.post(TOPICS, J, "{\"topic_name\":\"a\",\"partitions_count\":0}");
    assertRefused(response, status, code, J);
    assertThat(response.body()).contains("The controller says no.");
    assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
    assertRefused(ApiServer.post("/admin/topics", J, "{\"topic_name\":\"a\"}"), status, code, V2);
  }

  @Test
  void deletingWhatIsNotThereIsNotFound() throws Exception {
    assertRefused(ApiServer.send(HttpRequest.newBuilder(ApiServer.uri(TOPICS + "/nope")).DELETE().build()), 404, 40403,
        J);
    cluster.reset();
    assertRefused(ApiServer.send(
        HttpRequest.newBuilder(ApiServer.uri("/v3/clusters/other/topics/orders")).DELETE().build()), 404, 404, J);
    assertThat(cluster.untouched()).isTrue();
  }

  @Test
  void aBusyClusterSaysWhenToComeBack() throws Exception {
    cluster.failure = new OttlaException(ErrorCode.BUSY, "Too much in flight.");
    HttpResponse<String> response = ApiServer.post("/topics/orders", JSON, "{\"records\":[{\"value\":1}]}");
    assertRefused(response, 503, 50302, V2);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
    assertRefused(ApiServer.get("/topics/orders/partitions/1/offsets"), 503, 50302, V2);
  }

  @Test
  void aBugSaysNothingButWhereToLook() throws Exception {
    cluster.failure = new IllegalStateException("secret detail");
    HttpResponse<String> response = ApiServer.post("/topics/orders", JSON, "{\"records\":[{\"value\":1}]}");
    assertRefused(response, 500, 500, V2);
    assertThat(response.body()).doesNotContain("secret").contains("\"request_id\":\"")
        .contains(response.headers().firstValue("X-Request-Id").orElseThrow());
  }

  @Test
  void aRequestIdIsEchoedWhenItIsHarmless() throws Exception {
    HttpResponse<String> good = ApiServer.send(
        HttpRequest.newBuilder(ApiServer.uri("/topics")).header("X-Request-Id", "a-1_2.3").build());
    assertThat(good.headers().firstValue("X-Request-Id")).hasValue("a-1_2.3");
    HttpResponse<String> bad = ApiServer.send(
        HttpRequest.newBuilder(ApiServer.uri("/topics")).header("X-Request-Id", "<script>").build());
    assertThat(bad.headers().firstValue("X-Request-Id")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "GET /topics/<a> HTTP/1.1 | 400",
      "GET /topics/a%00b HTTP/1.1 | 400",
      "GET /topics/a%2Fb HTTP/1.1 | 400",
      "GET /../etc/passwd HTTP/1.1 | 400",
      "GET /topics/%zz HTTP/1.1 | 400",
      "GET /topics HTTP/9.9 | 505",
      "TRACE /topics HTTP/1.1 | 405",
      "NONSENSE | 400"})
  void whatTheServerItselfRefusesHasTheSameShape(String requestLine, int status) throws Exception {
    String answer = raw(requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertRawRefusal(answer, status);
  }

  @Test
  void badFramingIsRefusedInTheSameShape() throws Exception {
    assertRawRefusal(raw("GET /topics HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
    assertRawRefusal(raw("GET /topics HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"), 400);
    assertRawRefusal(raw("GET /topics HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n"), 400);
    assertRawRefusal(raw("POST /topics/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{}"), 400);
    assertRawRefusal(raw("POST /topics/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), 400);
    assertThat(cluster.untouched()).isTrue();
  }

  private static void assertRawRefusal(String answer, int status) throws IOException {
    assertThat(answer).startsWith("HTTP/1.1 " + status).contains("Content-Type: application/vnd.kafka.v2+json")
        .doesNotContainIgnoringCase("server:");
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    assertErrorBody(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1), status);
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ApiServer.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
