package io.ottla.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cluster.Http.Result;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.Outcome;
import io.ottla.common.fault.StorageFaults;
import io.ottla.common.http.FaultEndpoints;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.QuorumStatusResponse;
import io.ottla.common.wire.ReplicaStatusResponse;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Calls to the internal and management listeners of nodes; only tests on loopback do that from outside. Any thread. */
final class InternalApi {
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(2);
  private static final Duration CHANGE_LIMIT = Duration.ofSeconds(20);
  private static final long BUSY_PAUSE_MS = 100;
  private static final Duration DIGEST_LIMIT = Duration.ofSeconds(20);

  private final Http http;

  InternalApi(Http http) {
    this.http = http;
  }

  QuorumView quorum(Node controller) {
    String url = controller.internalUrl() + "/raft/v1/status?digest=true";
    Result.Answer answer = Http.answered(url, http.get(url, "application/json", STATUS_LIMIT));
    return QuorumView.of(controller.id(), read(answer, QuorumStatusResponse.class));
  }

  /** Has a controller write a snapshot of what it has applied. */
  JsonNode snapshot(Node controller) {
    return change(controller, "/raft/v1/snapshot", WireJson.mapper().createObjectNode());
  }

  /** Makes a controller that follows as an observer a voter; asks the active one until it is not busy: the observer may not have caught up. */
  void addVoter(Node active, int nodeId) {
    String url = active.internalUrl() + "/raft/v1/voters/add";
    String body = WireJson.mapper().createObjectNode().put("nodeId", nodeId).toString();
    Result result = http.post(url, "application/json", body, CHANGE_LIMIT);
    for (long waited = 0; isBusy(result) && waited < CHANGE_LIMIT.toMillis(); waited += BUSY_PAUSE_MS) {
      Waiting.pause(BUSY_PAUSE_MS);
      result = http.post(url, "application/json", body, CHANGE_LIMIT);
    }
    Http.answered(url, result);
  }

  private static boolean isBusy(Result result) {
    return result instanceof Result.Answer answer && answer.json().path("code").asText().equals("BUSY");
  }

  /** Takes a voter with that directory out of the quorum; asks the active controller. */
  void removeVoter(Node active, int nodeId, String directoryId) {
    change(active, "/raft/v1/voters/remove",
        WireJson.mapper().createObjectNode().put("nodeId", nodeId).put("directoryId", directoryId));
  }

  /** Deletes a topic; asks the active controller. */
  void deleteTopic(Node active, String name) {
    change(active, "/cluster/v1/topics/delete", WireJson.mapper().createObjectNode().put("name", name));
  }

  /** From now on the disks of a node that has fault seams do this. */
  void storageFaults(Node node, StorageFaults faults) {
    change(node, FaultEndpoints.STORAGE, WireJson.mapper().valueToTree(faults));
  }

  /** The sum of a metric's values whose labels match, as a node shows it to Prometheus; not a number while one of them is unknown. */
  double metric(Node node, String name, String labels) {
    String url = node.managementUrl() + "/actuator/prometheus";
    Result.Answer answer = Http.answered(url, http.get(url, "text/plain", STATUS_LIMIT));
    return answer.body().lines().filter(line -> line.startsWith(name) && line.contains(labels))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
  }

  private JsonNode change(Node controller, String path, JsonNode body) {
    String url = controller.internalUrl() + path;
    return Http.answered(url, http.post(url, "application/json", body.toString(), CHANGE_LIMIT)).json();
  }

  /** What a broker holds, with digests of the contents. */
  ReplicaStatusResponse replicas(Node broker) {
    String url = broker.internalUrl() + "/replica/v1/status?digest=true";
    Result.Answer answer = Http.answered(url, http.get(url, "application/json", DIGEST_LIMIT));
    return read(answer, ReplicaStatusResponse.class);
  }

  private static <T> T read(Result.Answer answer, Class<T> type) {
    try {
      return WireJson.read(answer.body().getBytes(StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new UnansweredException("not a " + type.getSimpleName() + ": " + answer, e);
    }
  }

  boolean isReady(Node node) {
    return http.get(node.managementUrl() + "/actuator/health/readiness", "application/json",
        STATUS_LIMIT) instanceof Result.Answer answer && answer.status() == 200;
  }

  /** Asks one controller, not following its hint to another. */
  CreateOutcome createTopic(Node controller, String name, int partitions, int replicationFactor, Duration limit) {
    CreateTopicRequest request = new CreateTopicRequest(name, partitions, replicationFactor, null, Map.of(), false);
    Result result = http.post(controller.internalUrl() + "/cluster/v1/topics", "application/json",
        new String(WireJson.write(request), StandardCharsets.UTF_8), limit);
    return switch (result) {
      case Result.Answer answer when answer.status() / 100 == 2 ->
        new CreateOutcome(CreateOutcome.Kind.ACKNOWLEDGED, answer.body());
      case Result.Answer answer -> new CreateOutcome(kind(answer), answer.toString());
      case Result.NotConnected none -> new CreateOutcome(CreateOutcome.Kind.REFUSED, none.why());
      case Result.Broken broken -> new CreateOutcome(CreateOutcome.Kind.UNKNOWN, broken.why());
    };
  }

  private static CreateOutcome.Kind kind(Result.Answer answer) {
    try {
      ErrorCode code = read(answer, ErrorReply.class).code();
      return code.outcome() == Outcome.REFUSED ? CreateOutcome.Kind.REFUSED : CreateOutcome.Kind.UNKNOWN;
    } catch (UnansweredException e) {
      return CreateOutcome.Kind.UNKNOWN;
    }
  }
}
