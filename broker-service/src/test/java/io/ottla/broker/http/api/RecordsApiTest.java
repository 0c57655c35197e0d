package io.ottla.broker.http.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.gateway.ReadCommand;
import io.ottla.common.record.Header;
import io.ottla.common.record.Record;
import io.ottla.common.wire.ForwardReadRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stateless reads: formats, headers, and what cannot be shown. */
class RecordsApiTest {
  private static final String PATH = "/topics/orders/partitions/0/records";
  private static final String JSON = "application/vnd.kafka.json.v2+json";
  private static final String BINARY = "application/vnd.kafka.binary.v2+json";
  private static final String TEXT = "application/vnd.kafka.text.v2+json";

  private FakeCluster cluster = ApiServer.freshCluster();

  @BeforeEach
  void empty() {
    cluster = ApiServer.freshCluster();
  }

  private void store(@Nullable String key, @Nullable String value, Header... headers) {
    cluster.log.add(new Record(cluster.log.size(), FakeCluster.ARRIVAL, bytes(key), bytes(value), List.of(headers)));
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  @Test
  void recordsAreShownAsJson() throws Exception {
    store("\"user-7\"", "{\"amount\":1.50}", new Header("trace", "abc".getBytes(UTF_8)), new Header("none", null));
    store(null, null);
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=earliest", JSON);
    assertThat(response.body()).isEqualTo("""
        [{"topic":"orders","key":"user-7","value":{"amount":1.50},"partition":0,"offset":0,"timestamp":1700000000000,\
        "headers":[{"key":"trace","value":"YWJj"},{"key":"none","value":null}]},\
        {"topic":"orders","key":null,"value":null,"partition":0,"offset":1,"timestamp":1700000000000}]""");
    assertThat(response.headers().firstValue("Content-Type")).hasValue(JSON);
  }

  @Test
  void recordsAreShownInBase64UnlessAskedOtherwise() throws Exception {
    store("k", "hello");
    for (HttpResponse<String> response : List.of(ApiServer.get(PATH + "?offset=0"),
        ApiServer.get(PATH + "?offset=0", "*/*"), ApiServer.get(PATH + "?offset=0", "application/json"))) {
      assertThat(response.body()).contains("\"key\":\"aw==\",\"value\":\"aGVsbG8=\"");
      assertThat(response.headers().firstValue("Content-Type")).hasValue(BINARY);
    }
  }

  @Test
  void recordsAreShownAsText() throws Exception {
    store("k", "say \"h\u00e9\"\\\n\u0001");
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=0", TEXT);
    assertThat(response.body()).contains("\"value\":\"say \\\"h\u00e9\\\"\\\\\\n\\u0001\"");
    assertThat(response.headers().firstValue("Content-Type")).hasValue(TEXT);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "application/vnd.kafka.json.v2+json, application/vnd.kafka.v2+json, application/json, */* | json",
      "*/*, application/vnd.kafka.text.v2+json | text",
      "application/vnd.kafka.text.v2+json;q=0.2, application/vnd.kafka.json.v2+json;q=0.9 | json",
      "application/vnd.kafka.json.v2+json;q=0, */*;q=0.1 | binary",
      "application/vnd.kafka.avro.v2+json, application/vnd.kafka.binary.v2+json;q=0.1 | binary",
      "APPLICATION/VND.KAFKA.JSON.V2+JSON; charset=utf-8 | json"})
  void theAcceptHeaderChoosesTheFormat(String accept, String format) throws Exception {
    HttpResponse<String> response = ApiServer.get(PATH, accept);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("application/vnd.kafka." + format + ".v2+json");
  }

  @Test
  void nothingThereIsAnEmptyArray() throws Exception {
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=0", JSON);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("[]");
  }

  @Test
  void headersSayHowToReadOn() throws Exception {
    store(null, "1");
    store(null, "2");
    store(null, "3");
    HttpResponse<String> response = ApiServer.get(PATH + "?timeout=20000&offset=1&max_records=1", JSON);
    assertThat(response.headers().firstValue("Next-Offset")).hasValue("2");
    assertThat(response.headers().firstValue("High-Watermark")).hasValue("3");
    assertThat(response.headers().firstValue("Log-Start-Offset")).hasValue("0");
    assertThat(response.headers().firstValue("Link"))
        .hasValue("<" + PATH + "?offset=2&timeout=20000&max_records=1>; rel=\"next\"");
  }

  @Test
  void recordsAheadOfAnUndecodableOneAreDelivered() throws Exception {
    store(null, "1");
    store(null, "not json");
    store(null, "3");
    HttpResponse<String> ahead = ApiServer.get(PATH + "?offset=0", JSON);
    assertThat(ahead.statusCode()).isEqualTo(200);
    assertThat(ahead.body()).contains("\"offset\":0").doesNotContain("\"offset\":1");
    assertThat(ahead.headers().firstValue("Next-Offset")).hasValue("1");
    HttpResponse<String> at = ApiServer.get(PATH + "?offset=1", JSON);
    assertThat(at.statusCode()).isEqualTo(422);
    assertThat(at.body()).isEqualTo("""
        {"error_code":422,"message":"value deserialization error for format json at offset 1.",\
        "topic":"orders","partition":0,"offset":1}""");
    assertThat(at.headers().firstValue("Content-Type")).hasValue(JSON);
    assertThat(ApiServer.get(PATH + "?offset=2", JSON).body()).contains("\"value\":3");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"``", "1 2", "{\"a\":}", "[1", "nul", "01", "\"a",
      "{\"a\":1}}", "'a'"})
  void bytesThatAreNotOneJsonValueAreNotShownAsJson(String stored) throws Exception {
    store(null, stored);
    assertThat(ApiServer.get(PATH + "?offset=0", JSON).statusCode()).isEqualTo(422);
    assertThat(ApiServer.get(PATH + "?offset=0", BINARY).statusCode()).isEqualTo(200);
  }

  @Test
  void bytesThatAreNotUtf8AreNotShownAsText() throws Exception {
    cluster.log.add(new Record(0, FakeCluster.ARRIVAL, new byte[] {(byte) 0xff}, null, List.of()));
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=0", TEXT);
    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(response.body()).contains("key deserialization error for format text");
  }

  @Test
  void parametersAreHandedOn() throws Exception {
    ApiServer.get(PATH);
    ApiServer.get(PATH + "?offset=earliest&timeout=0&max_bytes=5&min_bytes=3&max_records=7");
    ApiServer.get(PATH + "?offset=-3&timeout=9999999999&max_bytes=999999999999");
    int most = ApiServer.MAX_BODY_BYTES;
    assertThat(cluster.reads).containsExactly(
        new ReadCommand("orders", 0, ForwardReadRequest.LATEST, 1024 * 1024, 1, Integer.MAX_VALUE, 0),
        new ReadCommand("orders", 0, ForwardReadRequest.EARLIEST, 5, 3, 7, 0),
        new ReadCommand("orders", 0, ForwardReadRequest.LATEST - 3, most, 1, Integer.MAX_VALUE, 60_000));
  }

  @Test
  void readingBeginsAtATime() throws Exception {
    store(null, "1");
    store(null, "2");
    HttpResponse<String> response = ApiServer.get(PATH + "?timestamp=" + FakeCluster.ARRIVAL + "&max_records=1", JSON);
    assertThat(response.body()).contains("\"offset\":0");
    assertThat(response.headers().firstValue("Link"))
        .hasValue("<" + PATH + "?offset=1&max_records=1>; rel=\"next\"");
    assertThat(ApiServer.get(PATH + "?timestamp=2033-05-18T03:33:20%2B02:00", JSON).body()).isEqualTo("[]");
  }

  @Test
  void aTrimmedOffsetIsGoneAndTheAnswerSaysWhereTheLogStarts() throws Exception {
    cluster.logStart = 5;
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=2", JSON);
    assertThat(response.statusCode()).isEqualTo(410);
    assertThat(response.body()).contains("\"error_code\":41001");
    assertThat(response.headers().firstValue("Log-Start-Offset")).hasValue("5");
  }

  @Test
  void anOffsetBeyondTheEndIsOutOfRange() throws Exception {
    HttpResponse<String> response = ApiServer.get(PATH + "?offset=99", JSON);
    assertThat(response.statusCode()).isEqualTo(416);
    assertThat(response.body()).contains("\"error_code\":41601");
    assertThat(response.headers().firstValue("High-Watermark")).hasValue("0");
  }
}
