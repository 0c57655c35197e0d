package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A broker's produce and read as the command sees them, for tests of order and completeness: records go to the partition of their key, and
 * two requests that carry the same key at the same time are noted as a fault.
 */
final class FakeBroker implements AutoCloseable {
  private final HttpServer server;
  private final List<List<JsonNode>> partitions = new ArrayList<>();
  private final Set<String> keysInFlight = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private final Random random = new Random(42);
  private int requests;

  FakeBroker(int partitionCount) throws IOException {
    for (int i = 0; i < partitionCount; i++) {
      partitions.add(new ArrayList<>());
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/topics/t", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized List<JsonNode> partition(int partition) {
    return List.copyOf(partitions.get(partition));
  }

  synchronized List<JsonNode> everything() {
    return partitions.stream().flatMap(List::stream).toList();
  }

  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  synchronized int requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    Object answer;
    if ("POST".equals(exchange.getRequestMethod())) {
      answer = produce(Json.parse(body).path("records"));
    } else if (path.endsWith("/offsets")) {
      int end = partition(partitionOf(path)).size();
      answer = Json.object().put("beginning_offset", 0).put("end_offset", end);
    } else if (path.endsWith("/records")) {
      answer = page(path, exchange.getRequestURI().getQuery());
    } else {
      answer = describe();
    }
    byte[] bytes = Json.compact(answer).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private JsonNode describe() {
    ObjectNode topic = Json.object().put("name", "t");
    ArrayNode array = topic.putArray("partitions");
    for (int i = 0; i < partitions.size(); i++) {
      array.addObject().put("partition", i).put("leader", 101);
    }
    return topic;
  }

  private static int partitionOf(String path) {
    return Integer.parseInt(path.split("/")[4]);
  }

  private JsonNode produce(JsonNode records) {
    List<String> keys = new ArrayList<>();
    records.forEach(entry -> keys.add(entry.path("key").asText()));
    begin(keys);
    // Requests overtake each other, as they may on a network.
    LockSupport.parkNanos(random.nextInt(3_000_000));
    return end(keys, records);
  }

  private synchronized void begin(List<String> keys) {
    requests++;
    for (String key : new HashSet<>(keys)) {
      if (!key.isEmpty() && !keysInFlight.add(key))
        faults.add("key " + key + " in two requests at once");
    }
  }

  private synchronized JsonNode end(List<String> keys, JsonNode records) {
    ObjectNode answer = Json.object();
    ArrayNode offsets = answer.putArray("offsets");
    for (JsonNode entry : records) {
      int partition = entry.has("partition") ? entry.path("partition").asInt()
          : Math.floorMod(entry.path("key").asText().hashCode(), partitions.size());
      List<JsonNode> log = partitions.get(partition);
      offsets.addObject().put("partition", partition).put("offset", log.size()).putNull("error_code");
      log.add(((ObjectNode) entry).put("topic", "t").put("partition", partition).put("offset", log.size()));
    }
    keysInFlight.removeAll(keys);
    return answer;
  }

  private synchronized JsonNode page(String path, String query) {
    List<JsonNode> log = partitions.get(partitionOf(path));
    int offset = Integer.parseInt(Arrays.stream(query.split("&")).filter(part -> part.startsWith("offset=")).findFirst()
        .orElseThrow().substring("offset=".length()));
    ArrayNode answer = Json.mapper().createArrayNode();
    log.subList(offset, Math.min(log.size(), offset + 100)).forEach(answer::add);
    return answer;
  }
}
