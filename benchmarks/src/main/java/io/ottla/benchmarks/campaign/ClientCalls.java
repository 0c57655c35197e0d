package io.ottla.benchmarks.campaign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.HistoryWriter;
import io.ottla.benchmarks.history.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What clients do, each call noted with its outcome. Any thread, but one call at a time of each process. */
final class ClientCalls implements AutoCloseable {
  private static final String JSON_FORMAT = "application/vnd.kafka.json.v2+json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_TAKEN = 50_302;
  private static final int REQUEST_TIMEOUT = 408;

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(2)).build();
  private final HistoryWriter history;
  private final Duration limit;
  private final long produceTimeoutMs;

  /** A record to send. */
  record Message(String key, String value) {}

  /** How a call ended: an answer with its status, or none ({@code status} 0) with what is known. */
  private record Ended(long start, long end, int status, String body, long next, Outcome withoutAnswer) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        return JSON.missingNode();
      }
    }

    /** What an answer that is not a success says of the effect. */
    Outcome failure() {
      if (status == 0) {
        return withoutAnswer;
      }
      JsonNode code = json().path("error_code");
      return code.isInt() ? ofCode(code.intValue()) : ofCode(status);
    }

    String why() {
      JsonNode error = json();
      return status == 0 || !error.path("error_code").isInt()
          ? status + " " + body
          : error.path("error_code").intValue() + " " + error.path("message").asText();
    }
  }

  /**
   * @param produceTimeoutMs how long a broker may try, milliseconds; the client waits somewhat longer
   */
  ClientCalls(HistoryWriter history, long produceTimeoutMs) {
    this.history = history;
    this.produceTimeoutMs = produceTimeoutMs;
    this.limit = Duration.ofMillis(produceTimeoutMs + 5_000);
  }

  private static Outcome ofCode(int code) {
    int leading = code >= 10_000 ? code / 100 : code;
    return code == NOT_TAKEN || (leading / 100 == 4 && leading != REQUEST_TIMEOUT) ? Outcome.FAIL : Outcome.INFO;
  }

  /** Sends records in one request with acks=all. */
  List<Event.Produce> produce(String process, CampaignNode broker, String topic, List<Message> messages) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode records = body.putArray("records");
    messages.forEach(one -> records.addObject().put("key", one.key()).put("value", one.value()));
    Ended ended = call(HttpRequest.newBuilder(
        URI.create(broker.clientUrl() + "/topics/" + topic + "?timeout=" + produceTimeoutMs))
        .header("Content-Type", JSON_FORMAT).POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    JsonNode entries = ended.json().path("offsets");
    List<Event.Produce> told = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      JsonNode entry = entries.path(i);
      Outcome outcome = ended.status() == 200 ? ofEntry(entry) : ended.failure();
      told.add(new Event.Produce(process, broker.id(), topic, message.key(), message.value(), ended.start(),
          ended.end(), outcome, outcome == Outcome.OK ? entry.path("partition").intValue() : Event.NOWHERE,
          outcome == Outcome.OK ? entry.path("offset").longValue() : Event.NOWHERE,
          outcome == Outcome.OK ? "" : ended.status() == 200 ? entry.toString() : ended.why()));
    }
    told.forEach(history::add);
    return told;
  }

  private static Outcome ofEntry(JsonNode entry) {
    JsonNode code = entry.path("error_code");
    if (entry.path("offset").isIntegralNumber() && (code.isNull() || code.isMissingNode())) {
      return Outcome.OK;
    }
    return switch (entry.path("outcome").asText()) {
      case "refused" -> Outcome.FAIL;
      case "unknown" -> Outcome.INFO;
      default -> ofCode(code.intValue());
    };
  }

  /** The result of a read: where to go on, and how it ended. */
  record ReadEnd(long next, Outcome outcome) {}

  /** Reads from an offset. */
  ReadEnd read(String process, Event.Reader reader, CampaignNode broker, String topic, int partition, long from,
      long waitMs, int maxBytes) {
    Ended ended = call(HttpRequest.newBuilder(URI.create(broker.clientUrl() + "/topics/" + topic + "/partitions/"
        + partition + "/records?offset=" + from + "&timeout=" + waitMs + "&max_bytes=" + maxBytes))
        .header("Accept", JSON_FORMAT).GET());
    boolean ok = ended.status() == 200;
    List<Event.Seen> records = new ArrayList<>();
    if (ok) {
      ended.json().forEach(one -> records.add(new Event.Seen(one.path("offset").longValue(), one.path("key").asText(),
          one.path("value").asText())));
    }
    Outcome outcome = ok ? Outcome.OK : ended.failure();
    history.add(new Event.Read(process, reader, broker.id(), topic, partition, from, ended.start(), ended.end(),
        outcome, records, ok ? "" : ended.why()));
    return new ReadEnd(ok ? ended.next() : from, outcome);
  }

  /** Asks for the end of a partition. */
  void end(String process, CampaignNode broker, String topic, int partition) {
    Ended ended = call(HttpRequest
        .newBuilder(URI.create(broker.clientUrl() + "/topics/" + topic + "/partitions/" + partition + "/offsets"))
        .GET());
    boolean ok = ended.status() == 200;
    JsonNode json = ended.json();
    history.add(new Event.End(process, broker.id(), topic, partition, ended.start(), ended.end(),
        ok ? Outcome.OK : ended.failure(), ok ? json.path("beginning_offset").longValue() : Event.NOWHERE,
        ok ? json.path("end_offset").longValue() : Event.NOWHERE, ok ? "" : ended.why()));
  }

  /** Creates a topic. */
  Outcome create(String process, CampaignNode broker, String clusterId, String topic, int partitions, int replicas) {
    String body = JSON.createObjectNode().put("topic_name", topic).put("partitions_count", partitions)
        .put("replication_factor", replicas).toString();
    Ended ended = call(HttpRequest.newBuilder(URI.create(broker.clientUrl() + "/v3/clusters/" + clusterId + "/topics"))
        .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)));
    return changed(process, broker, true, topic, partitions, ended, 201);
  }

  /** Deletes a topic. */
  Outcome delete(String process, CampaignNode broker, String clusterId, String topic) {
    Ended ended = call(HttpRequest
        .newBuilder(URI.create(broker.clientUrl() + "/v3/clusters/" + clusterId + "/topics/" + topic)).DELETE());
    return changed(process, broker, false, topic, 0, ended, 204);
  }

  private Outcome changed(String process, CampaignNode broker, boolean created, String topic, int partitions,
      Ended ended, int success) {
    boolean ok = ended.status() == success;
    Outcome outcome = ok ? Outcome.OK : ended.failure();
    history.add(new Event.TopicChange(process, broker.id(), created, topic, partitions, ended.start(), ended.end(),
        outcome, ok ? "" : ended.why()));
    return outcome;
  }

  private Ended call(HttpRequest.Builder request) {
    long start = System.nanoTime();
    try {
      HttpResponse<String> response = client.send(request.timeout(limit).build(), BodyHandlers.ofString());
      long next = response.headers().firstValueAsLong("Next-Offset").orElse(Event.NOWHERE);
      return new Ended(start, System.nanoTime(), response.statusCode(), response.body(), next, Outcome.INFO);
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Ended(start, System.nanoTime(), 0, e.toString(), Event.NOWHERE, Outcome.FAIL); // nothing was sent
    } catch (IOException e) {
      return new Ended(start, System.nanoTime(), 0, e.toString(), Event.NOWHERE, Outcome.INFO);
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
