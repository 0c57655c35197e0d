package io.ottla.cli.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Stands in for a node's process where only process handling is tested: answers the readiness probe and names brokers. {@code mode=dies}
 * ends at once, {@code mode=stubborn} does not react to SIGTERM.
 */
final class FakeNode {
  private FakeNode() {
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new HashMap<>();
    for (String argument : arguments) {
      String[] pair = argument.substring(2).split("=", 2);
      settings.put(pair[0], pair[1]);
    }
    String mode = settings.getOrDefault("mode", "");
    System.out.println("fake node " + settings.get("node.id"));
    if ("dies".equals(mode)) {
      System.out.println("ERROR the disk is on fire");
      System.exit(3);
    }
    serve(Integer.parseInt(settings.getOrDefault("management.server.port", "0")), "/actuator/health/readiness", 200,
        "{}");
    String listeners = settings.getOrDefault("listeners", "");
    if (listeners.startsWith("CLIENT://127.0.0.1:")) {
      int port = Integer.parseInt(listeners.substring("CLIENT://127.0.0.1:".length()).split(",")[0]);
      serve(port, "/brokers", 200, "{\"brokers\":[" + settings.getOrDefault("fake.brokers", "") + "]}");
    }
    if ("stubborn".equals(mode)) {
      Runtime.getRuntime().addShutdownHook(new Thread(FakeNode::never));
    }
  }

  private static void never() {
    try {
      Thread.currentThread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void serve(int port, String path, int status, String body) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
    server.createContext(path, exchange -> answer(exchange, status, body));
    server.start();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
