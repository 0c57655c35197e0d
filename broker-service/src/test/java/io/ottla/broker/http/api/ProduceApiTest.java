package io.ottla.broker.http.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.gateway.Acks;
import io.ottla.broker.gateway.ProduceCommand;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.common.record.Header;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a produce request becomes, and what it is answered with. */
class ProduceApiTest {
  private static final String JSON = "application/vnd.kafka.json.v2+json";
  private static final String BINARY = "application/vnd.kafka.binary.v2+json";
  private static final String TEXT = "application/vnd.kafka.text.v2+json";

  private FakeCluster cluster = ApiServer.freshCluster();

  @BeforeEach
  void empty() {
    cluster = ApiServer.freshCluster();
  }

  private ProducerRecord onlyRecord(String contentType, String fields) throws Exception {
    HttpResponse<String> response = ApiServer.post("/topics/orders", contentType, "{\"records\":[{" + fields + "}]}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    List<ProducerRecord> records = cluster.produced.getLast().records();
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }

  @Test
  void anAnswerHasOneEntryPerRecordInOrder() throws Exception {
    HttpResponse<String> response = ApiServer.post("/topics/orders", JSON, """
        {"records":[{"value":1,"partition":0},{"value":2,"partition":500},{"key":null,"value":3}]}""");
    assertThat(response.body()).isEqualTo("""
        {"offsets":[{"partition":0,"offset":0,"error_code":null,"error":null},\
        {"partition":null,"offset":null,"error_code":40402,"error":"Partition 500 not found.",\
        "message":"Partition 500 not found."},\
        {"partition":0,"offset":1,"error_code":null,"error":null}],\
        "key_schema_id":null,"value_schema_id":null}""");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.kafka.v2+json");
  }

  @Test
  void everyFieldOfARecordArrives() throws Exception {
    ProducerRecord produced = onlyRecord(JSON, """
        "key":"user-7","value":{"amount":12},"partition":0,"timestamp":1700000000001,
        "headers":[{"key":"trace","value":"YWJj"},{"key":"empty","value":null},{"name":"trace","value":""}]""");
    assertThat(text(produced.key())).isEqualTo("\"user-7\"");
    assertThat(text(produced.value())).isEqualTo("{\"amount\":12}");
    assertThat(produced.partition()).isZero();
    assertThat(produced.timestamp()).isEqualTo(1_700_000_000_001L);
    assertThat(produced.headers()).containsExactly(new Header("trace", "abc".getBytes(UTF_8)),
        new Header("empty", null), new Header("trace", new byte[0]));
  }

  @Test
  void absentAndNullFieldsAreTheSame() throws Exception {
    ProducerRecord absent = onlyRecord(JSON, "\"key\":\"k\"");
    ProducerRecord given = onlyRecord(JSON,
        "\"key\":\"k\",\"value\":null,\"partition\":null,\"timestamp\":null,\"headers\":null");
    for (ProducerRecord produced : List.of(absent, given)) {
      assertThat(produced.value()).isNull();
      assertThat(produced.partition()).isNull();
      assertThat(produced.timestamp()).isNull();
      assertThat(produced.headers()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "false", "true", "\"\"", "[]", "{}", "\"text\"", "12345678901234567890123456789",
      "0.1000", "1e400", "-0.0", "1E+5", "\"\\u00e9\\n\\\"\"", "\"caf\u00e9 \uD83D\uDE00\"", "[1,[2,{\"a\":null}]]"})
  void aJsonValueIsStoredAsItWasWritten(String value) throws Exception {
    assertThat(text(onlyRecord(JSON, "\"value\":" + value).value())).isEqualTo(value);
    assertThat(text(onlyRecord(JSON, "\"key\":" + value).key())).isEqualTo(value);
  }

  @Test
  void whiteSpaceBetweenTokensIsRemovedAndKeptInsideStrings() throws Exception {
    ProducerRecord produced = onlyRecord(JSON,
        "\"value\" :\r\n { \"a b\" : [ 1 ,\t2 ] , \"c\\\" \\\\\" : \"d  \\\\\" , \"e\" : 1.50 } , \"key\" : 7 ");
    assertThat(text(produced.value())).isEqualTo("{\"a b\":[1,2],\"c\\\" \\\\\":\"d  \\\\\",\"e\":1.50}");
    assertThat(text(produced.key())).isEqualTo("7");
  }

  @Test
  void binaryIsDecoded() throws Exception {
    ProducerRecord produced = onlyRecord(BINARY, "\"key\":\"AAH/\",\"value\":\"\"");
    assertThat(produced.key()).containsExactly(0, 1, -1);
    assertThat(produced.value()).isEmpty();
  }

  @Test
  void textIsStoredWithoutQuotes() throws Exception {
    ProducerRecord produced = onlyRecord(TEXT, "\"key\":\"k\u00e9\",\"value\":\"a\\n\\ud83d\\ude00\"");
    assertThat(text(produced.key())).isEqualTo("k\u00e9");
    assertThat(text(produced.value())).isEqualTo("a\n\uD83D\uDE00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "APPLICATION/JSON", "application/json; charset=utf-8",
      "application/vnd.kafka.json.v2+json;charset=\"UTF-8\"", "Application/Vnd.Kafka.Json.V2+Json"})
  void theContentTypeIsReadWithItsParametersAndInAnyCase(String contentType) throws Exception {
    assertThat(text(onlyRecord(contentType, "\"value\":\"x\"").value())).isEqualTo("\"x\"");
  }

  @Test
  void thePathCanNameThePartition() throws Exception {
    HttpResponse<String> response = ApiServer.post("/topics/orders/partitions/0/", JSON,
        "{\"records\":[{\"value\":1},{\"value\":2,\"partition\":0},{\"value\":3,\"partition\":null}]}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(cluster.produced.getLast().records()).extracting(ProducerRecord::partition).containsExactly(0, 0, 0);
  }

  @Test
  void acksAndTimeoutAreHandedOn() throws Exception {
    String body = "{\"records\":[{\"value\":1}]}";
    ApiServer.post("/topics/orders", JSON, body);
    ApiServer.post("/topics/orders?acks=all&timeout=250", JSON, body);
    ApiServer.post("/topics/orders?acks=1", JSON, body);
    ApiServer.post("/topics/orders?acks=0&timeout=99999999999", JSON, body);
    assertThat(cluster.produced).extracting(ProduceCommand::acks).containsExactly(Acks.ALL, Acks.ALL, Acks.LEADER,
        Acks.NONE);
    assertThat(cluster.produced).extracting(ProduceCommand::timeoutMs).containsExactly(30_000, 250, 30_000, 30_000);
  }

  @Test
  void asyncIsAnsweredWithoutResults() throws Exception {
    HttpResponse<String> response = ApiServer.post("/topics/orders?async=true", JSON, "{\"records\":[{\"value\":1}]}");
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(cluster.produced).singleElement().extracting(ProduceCommand::acks).isEqualTo(Acks.NONE);
  }

  @Test
  void schemaFieldsAreAcceptedWhenTheyAreNull() throws Exception {
    HttpResponse<String> response = ApiServer.post("/topics/orders", JSON, """
        {"key_schema":null,"key_schema_id":null,"records":[{"value":1}],"value_schema":null,"value_schema_id":null}""");
    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void aChunkedBodyIsReadToItsEnd() throws Exception {
    byte[] body = ("{\"records\":[{\"value\":\"" + "x".repeat(50_000) + "\"}]}").getBytes(UTF_8);
    HttpResponse<String> response = ApiServer.send(HttpRequest.newBuilder(ApiServer.uri("/topics/orders"))
        .header("Content-Type", JSON)
        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body))).build());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(cluster.produced.getLast().records().getFirst().value()).hasSize(50_002);
  }

  @Test
  void asManyRecordsAsAllowedAreTaken() throws Exception {
    String body = "{\"records\":[" + "{\"value\":1},".repeat(ApiServer.MAX_RECORDS - 1) + "{\"value\":1}]}";
    assertThat(ApiServer.post("/topics/orders", JSON, body).statusCode()).isEqualTo(200);
    assertThat(cluster.produced.getLast().records()).hasSize(ApiServer.MAX_RECORDS);
  }
}
