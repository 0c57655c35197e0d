package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.wire.CreateTopicRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cluster and what is in it as resources. */
class AdministrationApiTest {
  private static final String CLUSTER = "/v3/clusters/c1";

  private FakeCluster cluster = ApiServer.freshCluster();

  @BeforeEach
  void empty() {
    cluster = ApiServer.freshCluster();
  }

  /** Expected bodies name this server {@code http://h}. */
  private static void assertBody(HttpResponse<String> response, int status, String body) {
    assertThat(response.body().replace("http://127.0.0.1:" + ApiServer.port(), "http://h")).isEqualTo(body);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
  }

  private static void assertGet(String path, String body) throws Exception {
    assertBody(ApiServer.get(path), 200, body);
  }

  private static String list(String kind, String path, String... elements) {
    return "{\"kind\":\"" + kind + "List\",\"metadata\":{\"self\":\"http://h" + path + "\",\"next\":null},\"data\":["
        + String.join(",", elements) + "]}";
  }

  private static String clusterBody() {
    return """
        {"kind":"KafkaCluster","metadata":{"self":"http://h/v3/clusters/c1","resource_name":"crn:///kafka=c1"},\
        "cluster_id":"c1","controller":{"related":"http://h/v3/clusters/c1/brokers/1"},\
        "acls":{"related":"http://h/v3/clusters/c1/acls"},"brokers":{"related":"http://h/v3/clusters/c1/brokers"},\
        "broker_configs":{"related":"http://h/v3/clusters/c1/broker-configs"},\
        "consumer_groups":{"related":"http://h/v3/clusters/c1/consumer-groups"},\
        "topics":{"related":"http://h/v3/clusters/c1/topics"},\
        "partition_reassignments":{"related":"http://h/v3/clusters/c1/topics/-/partitions/-/reassignment"}}""";
  }

  private static String brokerBody(int id, String rack) {
    return """
        {"kind":"KafkaBroker","metadata":{"self":"http://h/v3/clusters/c1/brokers/ID",\
        "resource_name":"crn:///kafka=c1/broker=ID"},"cluster_id":"c1","broker_id":ID,"host":"broker-ID","port":808ID,\
        "rack":RACK,"configs":{"related":"http://h/v3/clusters/c1/brokers/ID/configs"},\
        "partition_replicas":{"related":"http://h/v3/clusters/c1/brokers/ID/partition-replicas"}}"""
        .replace("ID", Integer.toString(id)).replace("RACK", rack);
  }

  private static String topicBody(String name, boolean internal, int replicas, int partitions) {
    return """
        {"kind":"KafkaTopic","metadata":{"self":"http://h/v3/clusters/c1/topics/NAME",\
        "resource_name":"crn:///kafka=c1/topic=NAME"},"cluster_id":"c1","topic_name":"NAME","is_internal":INTERNAL,\
        "replication_factor":REPLICAS,"partitions_count":PARTITIONS,\
        "partitions":{"related":"http://h/v3/clusters/c1/topics/NAME/partitions"},\
        "configs":{"related":"http://h/v3/clusters/c1/topics/NAME/configs"},\
        "partition_reassignments":{"related":"http://h/v3/clusters/c1/topics/NAME/partitions/-/reassignment"},\
        "authorized_operations":[]}""".replace("NAME", name).replace("INTERNAL", Boolean.toString(internal))
        .replace("REPLICAS", Integer.toString(replicas)).replace("PARTITIONS", Integer.toString(partitions));
  }

  private static String partitionBody(int number, String leader) {
    return """
        {"kind":"KafkaPartition","metadata":{"self":"http://h/v3/clusters/c1/topics/orders/partitions/P",\
        "resource_name":"crn:///kafka=c1/topic=orders/partition=P"},"cluster_id":"c1","topic_name":"orders",\
        "partition_id":P,LEADER"replicas":{"related":"http://h/v3/clusters/c1/topics/orders/partitions/P/replicas"},\
        "reassignment":{"related":"http://h/v3/clusters/c1/topics/orders/partitions/P/reassignment"}}"""
        .replace("LEADER", leader).replace("P,", number + ",").replaceAll("(partitions/|partition=)P", "$1" + number);
  }

  private static String replicaBody(int broker, boolean leader, boolean inSync) {
    return """
        {"kind":"KafkaReplica",\
        "metadata":{"self":"http://h/v3/clusters/c1/topics/orders/partitions/0/replicas/B",\
        "resource_name":"crn:///kafka=c1/topic=orders/partition=0/replica=B"},"cluster_id":"c1",\
        "topic_name":"orders","partition_id":0,"broker_id":B,"is_leader":LEADER,"is_in_sync":SYNC,\
        "broker":{"related":"http://h/v3/clusters/c1/brokers/B"}}""".replace("LEADER", Boolean.toString(leader))
        .replace("SYNC", Boolean.toString(inSync)).replaceAll("\\bB\\b", Integer.toString(broker));
  }

  @Test
  void theClusterIsListedAndDescribed() throws Exception {
    assertGet("/v3/clusters", list("KafkaCluster", "/v3/clusters", clusterBody()));
    assertGet(CLUSTER, clusterBody());
  }

  @Test
  void theApiIsAlsoMountedBelowKafka() throws Exception {
    assertGet("/kafka/v3/clusters/c1/", clusterBody().replace("h/v3", "h/kafka/v3"));
  }

  @Test
  void brokersInServiceAreListedAndAnyIsDescribed() throws Exception {
    assertGet(CLUSTER + "/brokers", list("KafkaBroker", CLUSTER + "/brokers", brokerBody(1, "null"),
        brokerBody(2, "\"rack-b\""), brokerBody(3, "null")));
    assertGet(CLUSTER + "/brokers/4", brokerBody(4, "null"));
  }

  @Test
  void topicsAreListedWithInternalOnesMarked() throws Exception {
    assertGet(CLUSTER + "/topics", list("KafkaTopic", CLUSTER + "/topics", topicBody("__internal", true, 1, 1),
        topicBody("orders", false, 3, 2)));
    assertGet(CLUSTER + "/topics/orders", topicBody("orders", false, 3, 2));
  }

  @Test
  void partitionsAreListedAndDescribed() throws Exception {
    String led = partitionBody(0,
        "\"leader\":{\"related\":\"http://h/v3/clusters/c1/topics/orders/partitions/0/replicas/1\"},");
    String leaderless = partitionBody(1, "");
    String path = CLUSTER + "/topics/orders/partitions";
    assertGet(path, list("KafkaPartition", path, led, leaderless));
    assertGet(path + "/0", led);
    assertGet(path + "/1", leaderless);
  }

  @Test
  void offsetsAreShown() throws Exception {
    assertGet(CLUSTER + "/topics/orders/partitions/0/offset", """
        {"kind":"KafkaPartitionWithOffsets",\
        "metadata":{"self":"http://h/v3/clusters/c1/topics/orders/partitions/0/offset",\
        "resource_name":"crn:///kafka=c1/topic=orders/partition=0"},"cluster_id":"c1","topic_name":"orders",\
        "partition_id":0,"earliest_offset":0,"latest_offset":0}""");
  }

  @Test
  void replicasAreListedAndDescribed() throws Exception {
    String path = CLUSTER + "/topics/orders/partitions/0/replicas";
    assertGet(path, list("KafkaReplica", path, replicaBody(1, true, true), replicaBody(2, false, true),
        replicaBody(3, false, false)));
    assertGet(path + "/3", replicaBody(3, false, false));
  }

  @Test
  void aSettingSaysWhereItComesFrom() throws Exception {
    assertGet(CLUSTER + "/topics/orders/configs/retention.ms", """
        {"kind":"KafkaTopicConfig","metadata":{"self":"http://h/v3/clusters/c1/topics/orders/configs/retention.ms",\
        "resource_name":"crn:///kafka=c1/topic=orders/config=retention.ms"},"cluster_id":"c1","topic_name":"orders",\
        "name":"retention.ms","value":"1000","is_default":false,"is_read_only":false,"is_sensitive":false,\
        "source":"DYNAMIC_TOPIC_CONFIG","synonyms":[\
        {"name":"retention.ms","value":"1000","source":"DYNAMIC_TOPIC_CONFIG"},\
        {"name":"log.retention.ms","value":"604800000","source":"DEFAULT_CONFIG"}]}""");
    assertThat(ApiServer.get(CLUSTER + "/topics/orders/configs/min.insync.replicas").body())
        .contains("\"source\":\"DYNAMIC_DEFAULT_BROKER_CONFIG\"");
    assertThat(ApiServer.get(CLUSTER + "/topics/orders/configs").body())
        .contains("\"kind\":\"KafkaTopicConfigList\"").contains("\"name\":\"cleanup.policy\"");
  }

  @Test
  void aTopicIsCreated() throws Exception {
    HttpResponse<String> response = ApiServer.post(CLUSTER + "/topics", "application/json", """
        {"topic_name":"new","partitions_count":6,"replication_factor":2,\
        "configs":[{"name":"cleanup.policy","value":"compact"}]}""");
    assertBody(response, 201, topicBody("new", false, 2, 6));
    assertThat(response.headers().firstValue("Location"))
        .hasValue("http://127.0.0.1:" + ApiServer.port() + CLUSTER + "/topics/new");
    assertThat(cluster.created).containsExactly(
        new CreateTopicRequest("new", 6, 2, null, Map.of("cleanup.policy", "compact"), false));
  }

  @Test
  void aTopicIsCreatedFromAssignments() throws Exception {
    ApiServer.post(CLUSTER + "/topics", "application/json",
        "{\"topic_name\":\"placed\",\"replicas_assignments\":{\"0\":[1,2],\"1\":[2,3]}}");
    assertThat(cluster.created).containsExactly(
        new CreateTopicRequest("placed", null, null, Map.of(0, List.of(1, 2), 1, List.of(2, 3)), Map.of(), false));
  }

  @Test
  void aTopicIsOnlyValidated() throws Exception {
    HttpResponse<String> response = ApiServer.post(CLUSTER + "/topics", "application/json; charset=utf-8",
        "{\"topic_name\":\"new\",\"validate_only\":true}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Location")).isEmpty();
    assertThat(cluster.created).singleElement().extracting(CreateTopicRequest::validateOnly).isEqualTo(true);
  }

  @Test
  void aTopicIsDeleted() throws Exception {
    HttpResponse<String> response = ApiServer.send(
        HttpRequest.newBuilder(ApiServer.uri(CLUSTER + "/topics/orders")).DELETE().build());
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(cluster.deleted).containsExactly("orders");
  }

  @Test
  void theShortWayCreatesATopicToo() throws Exception {
    HttpResponse<String> response = ApiServer.post("/admin/topics", "application/vnd.kafka.json.v2+json",
        "{\"topic_name\":\"new\",\"partitions_count\":3,\"replication_factor\":null}");
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.body()).isEqualTo("{}");
    assertThat(cluster.created)
        .containsExactly(new CreateTopicRequest("new", 3, null, null, Map.of(), false));
  }
}
