package io.ottla.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls around a measurement, where their own cost does not matter. */
public final class Api implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long STEP_MS = 100;

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(2)).build();

  /** An answer of any status. */
  public record Answer(int status, String body) {
    /** The body as JSON; a missing node when it is none. */
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        return JSON.missingNode();
      }
    }
  }

  /** GET. */
  public Answer get(String url, Duration limit) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).timeout(limit).GET().build());
  }

  /** POST. */
  public Answer post(String url, String contentType, String body, Duration limit) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).timeout(limit).header("Content-Type", contentType)
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** DELETE. */
  public Answer delete(String url, Duration limit) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).timeout(limit).DELETE().build());
  }

  private Answer send(HttpRequest request) throws IOException {
    try {
      var response = client.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /** The id of the cluster behind a broker. */
  public String clusterId(String broker) {
    try {
      return get(broker + "/v3/clusters", Duration.ofSeconds(5)).json().path("data").path(0).path("cluster_id")
          .asText();
    } catch (IOException e) {
      throw new BenchmarkFailure("no answer from " + broker, e);
    }
  }

  /** One attempt to create a topic. */
  public Answer createTopic(String broker, String clusterId, String topic, int partitions, int replicas, Duration limit)
      throws IOException {
    String body = JSON.createObjectNode().put("topic_name", topic).put("partitions_count", partitions)
        .put("replication_factor", replicas).toString();
    return post(broker + "/v3/clusters/" + clusterId + "/topics", "application/json", body, limit);
  }

  /** Creates a topic and waits until every replica of it is in sync. */
  public void createAndAwait(String broker, String topic, int partitions, int replicas) {
    try {
      Answer answer = createTopic(broker, clusterId(broker), topic, partitions, replicas, Duration.ofSeconds(30));
      if (answer.status() != 201) {
        throw new BenchmarkFailure("creating " + topic + ": " + answer);
      }
    } catch (IOException e) {
      throw new BenchmarkFailure("creating " + topic, e);
    }
    awaitInSync(broker, topic, partitions, replicas, Duration.ofMinutes(1));
  }

  /** Waits until every partition has a leader and all replicas in sync; returns the topic's description. */
  public JsonNode awaitInSync(String broker, String topic, int partitions, int replicas, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      try {
        Answer answer = get(broker + "/topics/" + topic, Duration.ofSeconds(5));
        last = answer.toString();
        if (answer.status() == 200 && inSync(answer.json().path("partitions"), partitions, replicas)) {
          return answer.json();
        }
      } catch (IOException e) {
        last = e.toString();
      }
      pause(STEP_MS);
    }
    throw new BenchmarkFailure(topic + " is not in sync within " + limit.toSeconds() + " s: " + last);
  }

  private static boolean inSync(JsonNode partitions, int count, int replicas) {
    int good = 0;
    for (JsonNode partition : partitions) {
      int inSync = 0;
      for (JsonNode replica : partition.path("replicas")) {
        inSync += replica.path("in_sync").booleanValue() ? 1 : 0;
      }
      good += partition.path("leader").asInt(-1) >= 0 && inSync == replicas ? 1 : 0;
    }
    return good == count;
  }

  /** Waits a moment between two attempts. */
  public static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
