package io.ottla.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes of topics, partitions and brokers over the REST API. */
public final class Maintenance {
  private final ClusterClient client;
  private @Nullable String clusterPath;

  public Maintenance(ClusterClient client) {
    this.client = client;
  }

  /** A partition by name and number. */
  public record Partition(String topic, int number) {
    /** Parses {@code topic:number}. */
    public static Partition parse(String text) {
      int colon = text.lastIndexOf(':');
      try {
        if (colon > 0) {
          return new Partition(text.substring(0, colon), Integer.parseUnsignedInt(text.substring(colon + 1)));
        }
      } catch (NumberFormatException e) {
        // reported below, with the whole text
      }
      throw new IllegalArgumentException("not a partition: " + text + " (write TOPIC:NUMBER, as in orders:0)");
    }

    @Override
    public String toString() {
      return topic + ":" + number;
    }
  }

  /** Where a partition is to go; no brokers cancel a move. */
  public record Move(Partition partition, Optional<List<Integer>> replicas) {}

  // ---- topics

  /** All settings in force for a topic, each with its source. */
  public JsonNode configs(String topic) {
    return checked(client.read(topicPath(topic) + "/configs", ClusterClient.JSON), topic).json().path("data");
  }

  /** Stores and resets settings: all of them or none. */
  public void alterConfigs(String topic, Map<String, String> set, List<String> reset, boolean dryRun) {
    ObjectNode body = Json.object();
    ArrayNode data = body.putArray("data");
    set.forEach((name, value) -> data.addObject().put("name", name).put("value", value));
    reset.forEach(name -> data.addObject().put("name", name).put("operation", "DELETE"));
    body.put("validate_only", dryRun);
    Reply reply = client.write("POST", topicPath(topic) + "/configs:alter", body);
    if (reply.status() == 404 && reply.errorCode() == 404) {
      throw new CommandFailure(ExitCode.NOT_FOUND, reply.errorMessage(),
          "`ottla topics config " + topic + "` lists the settings there are");
    }
    checked(reply, topic);
  }

  /** Gives a topic more partitions. */
  public JsonNode grow(String topic, int partitions) {
    return checked(client.write("PATCH", topicPath(topic), Json.object().put("partitions_count", partitions)), topic)
        .json();
  }

  // ---- partitions

  /** Partitions that are moving, of a topic or of all. */
  public JsonNode reassignments(Optional<String> topic) {
    String path = topic.map(this::topicPath).orElseGet(() -> cluster() + "/topics/-");
    Reply reply = client.read(path + "/partitions/-/reassignment", ClusterClient.JSON);
    return topic.map(name -> checked(reply, name)).orElseGet(() -> ClusterClient.checked(reply)).json().path("data");
  }

  /** Begins moves, or cancels them; the answer lists successes and failures. */
  public JsonNode reassign(List<Move> moves) {
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("reassignments");
    for (Move move : moves) {
      ObjectNode one = list.addObject().put("topic_name", move.partition().topic()).put("partition_id",
          move.partition().number());
      if (move.replicas().isPresent()) {
        move.replicas().get().forEach(one.putArray("replicas")::add);
      } else {
        one.putNull("replicas");
      }
    }
    return ClusterClient.checked(client.write("POST", cluster() + "/topics/-/partitions/-/reassignment", body)).json();
  }

  /** Elects leaders; the answer lists those elected and failures. */
  public JsonNode elect(Optional<String> topic, Optional<Integer> partition, boolean unclean) {
    String path = topic.map(this::topicPath).orElseGet(() -> cluster() + "/topics/-") + "/partitions/"
        + partition.map(String::valueOf).orElse("-") + "/leader:elect";
    Reply reply = client.write("POST", path, Json.object().put("election_type", unclean ? "UNCLEAN" : "PREFERRED"));
    return topic.map(name -> checked(reply, name)).orElseGet(() -> ClusterClient.checked(reply)).json();
  }

  // ---- brokers

  /** All registered brokers with their state. */
  public JsonNode brokers() {
    return client.get(cluster() + "/brokers/-/status").path("data");
  }

  /** Begins to decommission a broker. */
  public JsonNode decommission(int broker) {
    return checkedBroker(client.write("POST", brokerPath(broker) + "/decommission", Json.object())).json();
  }

  /** How far a broker is from being gone; empty when it is gone, or is to stay. */
  public Optional<JsonNode> decommissionProgress(int broker) {
    Reply reply = client.read(brokerPath(broker) + "/decommission", ClusterClient.JSON);
    return reply.status() == 404 ? Optional.empty() : Optional.of(ClusterClient.checked(reply).json());
  }

  /** The broker is to stay after all. */
  public void cancelDecommission(int broker) {
    checkedBroker(client.write("DELETE", brokerPath(broker) + "/decommission", ""));
  }

  /** Forgets a broker that has stopped and holds nothing. */
  public void unregister(int broker) {
    checkedBroker(client.write("DELETE", brokerPath(broker), ""));
  }

  private static Reply checked(Reply reply, String topic) {
    if (reply.status() == 404) {
      throw new CommandFailure(ExitCode.NOT_FOUND,
          reply.errorCode() == 40402 ? reply.errorMessage() : "topic " + topic + " does not exist",
          reply.errorCode() == 40402
              ? "`ottla topics describe " + topic + "` lists its partitions"
              : "`ottla topics list` shows what does");
    }
    return ClusterClient.checked(reply);
  }

  private static Reply checkedBroker(Reply reply) {
    if (reply.status() == 404) {
      throw new CommandFailure(ExitCode.NOT_FOUND, reply.errorMessage(), "`ottla brokers list` shows what there is");
    }
    return ClusterClient.checked(reply);
  }

  private String topicPath(String topic) {
    return cluster() + "/topics/" + ClusterClient.segment(topic);
  }

  private String brokerPath(int broker) {
    return cluster() + "/brokers/" + broker;
  }

  private String cluster() {
    String path = clusterPath;
    if (path == null) {
      String clusterId = client.get("/v3/clusters").path("data").path(0).path("cluster_id").asText();
      path = "/v3/clusters/" + ClusterClient.segment(clusterId);
      clusterPath = path;
    }
    return path;
  }
}
