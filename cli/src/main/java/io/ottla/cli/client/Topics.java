package io.ottla.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Topic administration over the REST API. */
public final class Topics {
  private static final int EXISTS_CODE = 40002;
  private final ClusterClient client;
  private @Nullable String clusterPath;

  public Topics(ClusterClient client) {
    this.client = client;
  }

  /** One topic as a list shows it. */
  public record Summary(String name, int partitions, int replicationFactor) {}

  /** What a new topic is to be; counts left out are the cluster's defaults. */
  public record NewTopic(String name, OptionalInt partitions, OptionalInt replicationFactor,
      Map<String, String> configs) {}

  /** All topics that are not internal, by name. */
  public List<Summary> list() {
    List<Summary> topics = new ArrayList<>();
    for (JsonNode topic : client.get(topicsPath()).path("data")) {
      topics.add(new Summary(topic.path("topic_name").asText(), topic.path("partitions_count").asInt(),
          topic.path("replication_factor").asInt()));
    }
    return topics;
  }

  /** The topic's partitions, leaders, replicas and effective configuration; fails with "not found". */
  public JsonNode describe(String name) {
    Reply reply = client.read("/topics/" + ClusterClient.segment(name), ClusterClient.V2);
    if (reply.status() == 404)
      throw notFound(name);
    return ClusterClient.checked(reply).json();
  }

  /** First readable offset and the offset the next record will get. */
  public record Offsets(long beginning, long end) {}

  public Offsets offsets(String name, int partition) {
    JsonNode offsets = client
        .get("/topics/" + ClusterClient.segment(name) + "/partitions/" + partition + "/offsets");
    return new Offsets(offsets.path("beginning_offset").asLong(), offsets.path("end_offset").asLong());
  }

  /** Creates the topic and returns what the cluster made; a name that is taken fails with "conflict". */
  public JsonNode create(NewTopic topic) {
    ObjectNode body = Json.object().put("topic_name", topic.name());
    topic.partitions().ifPresent(count -> body.put("partitions_count", count));
    topic.replicationFactor().ifPresent(factor -> body.put("replication_factor", factor));
    if (!topic.configs().isEmpty()) {
      ArrayNode configs = body.putArray("configs");
      topic.configs().forEach((key, value) -> configs.addObject().put("name", key).put("value", value));
    }
    Reply reply = client.write("POST", topicsPath(), body);
    // The API says "exists" with the same number as for other refusals, so look whether it does.
    if (reply.errorCode() == EXISTS_CODE && exists(topic.name())) {
      throw new CommandFailure(ExitCode.CONFLICT, "topic " + topic.name() + " exists already",
          "--if-not-exists makes that a success");
    }
    return ClusterClient.checked(reply).json();
  }

  /** Deletes the topic and everything in it; fails with "not found". */
  public void delete(String name) {
    Reply reply = client.write("DELETE", topicsPath() + "/" + ClusterClient.segment(name), "");
    if (reply.status() == 404)
      throw notFound(name);
    ClusterClient.checked(reply);
  }

  private boolean exists(String name) {
    return client.read("/topics/" + ClusterClient.segment(name), ClusterClient.V2).ok();
  }

  private CommandFailure notFound(String name) {
    return new CommandFailure(ExitCode.NOT_FOUND, "topic " + name + " does not exist",
        "`ottla topics list` shows what does, `ottla topics create " + name + "` makes it");
  }

  private String topicsPath() {
    String path = clusterPath;
    if (path == null) {
      String clusterId = client.get("/v3/clusters").path("data").path(0).path("cluster_id").asText();
      path = "/v3/clusters/" + ClusterClient.segment(clusterId);
      clusterPath = path;
    }
    return path + "/topics";
  }
}
