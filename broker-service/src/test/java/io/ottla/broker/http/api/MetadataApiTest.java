package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.record.Record;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Brokers, topics and partitions in the dialect of the record paths. */
class MetadataApiTest {
  private static final String PARTITION_0 = """
      {"partition":0,"leader":1,"replicas":[{"broker":1,"leader":true,"in_sync":true},\
      {"broker":2,"leader":false,"in_sync":true},{"broker":3,"leader":false,"in_sync":false}]}""";
  private static final String PARTITION_1 = """
      {"partition":1,"leader":-1,"replicas":[{"broker":2,"leader":false,"in_sync":true},\
      {"broker":3,"leader":false,"in_sync":false},{"broker":1,"leader":false,"in_sync":false}]}""";

  @BeforeEach
  void empty() {
    ApiServer.freshCluster();
  }

  private static void assertAnswer(String path, String body) throws Exception {
    HttpResponse<String> response = ApiServer.get(path);
    assertThat(response.body()).isEqualTo(body);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.kafka.v2+json");
  }

  @Test
  void rootIsAnEmptyObject() throws Exception {
    assertAnswer("/", "{}");
  }

  @Test
  void brokersInServiceAreListed() throws Exception {
    assertAnswer("/brokers", "{\"brokers\":[1,2,3]}");
  }

  @Test
  void topicsAreListedWithoutInternalOnes() throws Exception {
    assertAnswer("/topics", "[\"orders\"]");
  }

  @Test
  void aTopicShowsItsPartitionsAndTheSettingsInForce() throws Exception {
    String body = ApiServer.get("/topics/orders").body();
    assertThat(body).startsWith("{\"name\":\"orders\",\"configs\":{\"cleanup.policy\":\"delete\",")
        .contains("\"retention.ms\":\"1000\"").contains("\"min.insync.replicas\":\"2\"")
        .endsWith("},\"partitions\":[" + PARTITION_0 + "," + PARTITION_1 + "]}");
  }

  @Test
  void partitionsAreListed() throws Exception {
    assertAnswer("/topics/orders/partitions", "[" + PARTITION_0 + "," + PARTITION_1 + "]");
  }

  @Test
  void aPartitionIsTheElementOfItsList() throws Exception {
    assertAnswer("/topics/orders/partitions/1", PARTITION_1);
  }

  @Test
  void offsetsAreTheReadableRange() throws Exception {
    assertAnswer("/topics/orders/partitions/0/offsets", "{\"beginning_offset\":0,\"end_offset\":0}");
  }

  @Test
  void offsetsAreFoundByTime() throws Exception {
    FakeCluster cluster = ApiServer.freshCluster();
    for (long timestamp : new long[] {1_000, 86_400_000}) {
      cluster.log.add(new Record(cluster.log.size(), timestamp, null, null, List.of()));
    }
    String path = "/topics/orders/partitions/0/offsets?timestamp=";
    assertAnswer(path + "1001", "{\"beginning_offset\":0,\"end_offset\":2,\"offset\":1,\"timestamp\":86400000}");
    assertAnswer(path + "1970-01-02T00:00:00Z",
        "{\"beginning_offset\":0,\"end_offset\":2,\"offset\":1,\"timestamp\":86400000}");
    assertAnswer(path + "1970-01-02T00:00:00.001Z", "{\"beginning_offset\":0,\"end_offset\":2,\"offset\":2}");
  }

  @Test
  void everyPathWorksWithATrailingSlash() throws Exception {
    assertAnswer("/brokers/", "{\"brokers\":[1,2,3]}");
    assertAnswer("/topics/orders/partitions/1/", PARTITION_1);
    assertAnswer("/topics/orders/partitions/0/offsets/", "{\"beginning_offset\":0,\"end_offset\":0}");
  }

  @Test
  void genericAcceptHeadersGetTheNaturalType() throws Exception {
    for (String accept : new String[] {"*/*", "application/*", "application/json", "application/vnd.kafka.v2+json",
        "Application/JSON; charset=utf-8", "text/html, application/json;q=0.2",
        "application/vnd.kafka.json.v2+json, application/vnd.kafka.v2+json, application/json, */*"}) {
      HttpResponse<String> response = ApiServer.get("/brokers", accept);
      assertThat(response.statusCode()).as(accept).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.kafka.v2+json");
    }
  }
}
