package io.ottla.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cluster.Http.Result;
import io.ottla.cluster.history.StoredRecord;
import io.ottla.cluster.history.WriteOutcome;
import io.ottla.common.wire.WireJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The client API of one broker, as far as the tests speak it. Values are JSON texts without spaces between tokens. Any thread. */
final class BrokerApi {
  private static final String JSON_FORMAT = "application/vnd.kafka.json.v2+json";
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(5);
  private static final int READ_BYTES = 1 << 20;

  /** A record to write. */
  record KeyedValue(String key, String value) {}

  private final Http http;
  private final String base;

  BrokerApi(Http http, String base) {
    this.http = http;
    this.base = base;
  }

  String base() {
    return base;
  }

  CreateOutcome createTopic(String name, int partitions, int replicationFactor, Duration limit) {
    return createTopic(name, partitions, replicationFactor, Map.of(), limit);
  }

  CreateOutcome createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      Duration limit) {
    String clusterId = http.getJson(base + "/v3/clusters", STATUS_LIMIT).path("data").path(0).path("cluster_id")
        .asText();
    ObjectNode body = WireJson.mapper().createObjectNode().put("topic_name", name).put("partitions_count", partitions)
        .put("replication_factor", replicationFactor);
    configs.forEach((key, value) -> body.withArray("configs").addObject().put("name", key).put("value", value));
    Result result = http.post(base + "/v3/clusters/" + clusterId + "/topics", "application/json", body.toString(),
        limit);
    return switch (result) {
      case Result.Answer answer when answer.status() == 201 ->
        new CreateOutcome(CreateOutcome.Kind.ACKNOWLEDGED, answer.body());
      case Result.Answer answer -> new CreateOutcome(
          certainlyWithoutEffect(answer) ? CreateOutcome.Kind.REFUSED : CreateOutcome.Kind.UNKNOWN, answer.toString());
      case Result.NotConnected none -> new CreateOutcome(CreateOutcome.Kind.REFUSED, none.why());
      case Result.Broken broken -> new CreateOutcome(CreateOutcome.Kind.UNKNOWN, broken.why());
    };
  }

  List<String> topics() {
    List<String> names = new ArrayList<>();
    http.getJson(base + "/topics", STATUS_LIMIT).forEach(name -> names.add(name.asText()));
    return names;
  }

  TopicView describe(String topic) {
    JsonNode json = http.getJson(base + "/topics/" + topic, STATUS_LIMIT);
    List<TopicView.Partition> partitions = new ArrayList<>();
    for (JsonNode one : json.path("partitions")) {
      List<Integer> replicas = new ArrayList<>();
      List<Integer> inSync = new ArrayList<>();
      for (JsonNode replica : one.path("replicas")) {
        replicas.add(replica.path("broker").intValue());
        if (replica.path("in_sync").booleanValue()) {
          inSync.add(replica.path("broker").intValue());
        }
      }
      partitions.add(new TopicView.Partition(one.path("partition").intValue(), one.path("leader").intValue(), replicas,
          inSync));
    }
    return new TopicView(json.path("name").asText(), partitions);
  }

  /** Writes records in one request with acks=all; one outcome per record, in order. */
  List<WriteOutcome> produce(String topic, List<KeyedValue> records, Duration limit) {
    StringBuilder body = new StringBuilder(records.size() * 160).append("{\"records\":[");
    for (KeyedValue one : records) {
      body.append(body.charAt(body.length() - 1) == '[' ? "" : ",").append("{\"key\":").append(quoted(one.key()))
          .append(",\"value\":").append(one.value()).append('}');
    }
    Result result = http.post(base + "/topics/" + topic, JSON_FORMAT, body.append("]}").toString(), limit);
    return switch (result) {
      case Result.Answer answer when answer.status() == 200 -> outcomes(answer, records.size());
      case Result.Answer answer -> Collections.nCopies(records.size(), certainlyWithoutEffect(answer)
          ? new WriteOutcome.Refused(answer.toString())
          : new WriteOutcome.Unknown(answer.toString()));
      case Result.NotConnected none -> Collections.nCopies(records.size(), new WriteOutcome.Refused(none.why()));
      case Result.Broken broken -> Collections.nCopies(records.size(), new WriteOutcome.Unknown(broken.why()));
    };
  }

  private static List<WriteOutcome> outcomes(Result.Answer answer, int expected) {
    JsonNode entries = answer.json().path("offsets");
    if (entries.size() != expected) {
      throw new AssertionError(expected + " records sent, " + entries.size() + " answered: " + answer.body());
    }
    List<WriteOutcome> outcomes = new ArrayList<>(expected);
    for (JsonNode entry : entries) {
      JsonNode code = entry.path("error_code");
      if (code.isNull()) {
        outcomes
            .add(new WriteOutcome.Acknowledged(entry.path("partition").intValue(), entry.path("offset").longValue()));
      } else if (certainlyWithoutEffect(code.intValue())) {
        outcomes.add(new WriteOutcome.Refused(entry.toString()));
      } else {
        outcomes.add(new WriteOutcome.Unknown(entry.toString()));
      }
    }
    return outcomes;
  }

  private static boolean certainlyWithoutEffect(Result.Answer answer) {
    int code = answer.status() >= 500 && answer.body().startsWith("{") ? answer.json().path("error_code").intValue()
        : 0;
    return code != 0 ? certainlyWithoutEffect(code) : answer.status() / 100 == 4 && answer.status() != 408;
  }

  /** 50302 says that nothing was taken, a clear 4xx that it never will be; any other error leaves it open. */
  private static boolean certainlyWithoutEffect(int code) {
    int leading = code >= 10_000 ? code / 100 : code;
    return code == 50_302 || (leading / 100 == 4 && leading != 408);
  }

  private static String quoted(String text) {
    return WireJson.mapper().getNodeFactory().textNode(text).toString();
  }

  /** The offset the next record of the partition will get, as consumers see it. */
  long endOffset(String topic, int partition) {
    return http.getJson(base + "/topics/" + topic + "/partitions/" + partition + "/offsets", STATUS_LIMIT)
        .path("end_offset").longValue();
  }

  /** Reads every partition from its start to the end it has now. */
  SortedMap<Integer, List<StoredRecord>> readAll(String topic, int partitions, Duration limit) {
    SortedMap<Integer, List<StoredRecord>> all = new TreeMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      all.put(partition, readPartition(topic, partition, limit));
    }
    return all;
  }

  private List<StoredRecord> readPartition(String topic, int partition, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    List<StoredRecord> records = new ArrayList<>();
    long end = Waiting.until("end of " + topic + "-" + partition + " at " + base, limit,
        () -> endOffset(topic, partition), () -> "");
    long offset = 0;
    while (offset < end) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("reading " + topic + "-" + partition + " at " + base + " stands at " + offset + " of "
            + end);
      }
      offset = readFrom(topic, partition, offset, records);
    }
    return records;
  }

  private long readFrom(String topic, int partition, long offset, List<StoredRecord> into) {
    String url = base + "/topics/" + topic + "/partitions/" + partition + "/records?offset=" + offset
        + "&timeout=1000&max_bytes=" + READ_BYTES;
    Result result = http.get(url, JSON_FORMAT, Duration.ofSeconds(15));
    if (!(result instanceof Result.Answer answer) || answer.status() != 200) {
      Waiting.pause(100);
      return offset;
    }
    long next = offset;
    for (JsonNode one : answer.json()) {
      into.add(new StoredRecord(one.path("partition").intValue(), one.path("offset").longValue(),
          one.path("key").asText(), one.path("value").toString()));
      next = one.path("offset").longValue() + 1;
    }
    return next;
  }
}
