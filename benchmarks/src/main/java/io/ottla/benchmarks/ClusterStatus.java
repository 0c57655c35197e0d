package io.ottla.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The nodes of a local cluster, from the output of {@code ottla status --json}. */
public record ClusterStatus(List<Node> nodes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One node.
   *
   * @param clientUrl base of the client API; empty for a controller
   */
  public record Node(int id, List<String> roles, OptionalLong pid, String clientUrl, String internalUrl, Path dataDir) {
    /** Whether it serves clients. */
    public boolean isBroker() {
      return roles.contains("broker");
    }

    /** Where its client API listens. */
    public InetSocketAddress clientAddress() {
      URI uri = URI.create(clientUrl);
      return new InetSocketAddress(uri.getHost(), uri.getPort());
    }
  }

  /** Reads a file with the output. */
  public static ClusterStatus read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      throw new BenchmarkFailure("cannot read " + file, e);
    }
  }

  /** Asks the launcher. */
  public static ClusterStatus ask(Path ottla, Path dataDir) {
    return parse(Launcher.output(ottla, "status", "--json", "--data-dir", dataDir.toString()));
  }

  static ClusterStatus parse(String text) {
    try {
      List<Node> nodes = new ArrayList<>();
      for (JsonNode one : JSON.readTree(text).path("nodes")) {
        List<String> roles = new ArrayList<>();
        one.path("roles").forEach(role -> roles.add(role.asText()));
        OptionalLong pid = one.path("pid").isNumber() ? OptionalLong.of(one.path("pid").longValue())
            : OptionalLong.empty();
        nodes.add(new Node(one.path("id").intValue(), roles, pid, one.path("clientUrl").asText(""),
            one.path("internalUrl").asText(), Path.of(one.path("dataDir").asText())));
      }
      return new ClusterStatus(List.copyOf(nodes));
    } catch (IOException e) {
      throw new BenchmarkFailure("not the output of `ottla status --json`: " + text, e);
    }
  }

  /** The nodes that serve clients. */
  public List<Node> brokers() {
    return nodes.stream().filter(Node::isBroker).toList();
  }

  /** The nodes of the quorum. */
  public List<Node> controllers() {
    return nodes.stream().filter(node -> node.roles().contains("controller")).toList();
  }

  /** The node with that id. */
  public Node node(int id) {
    return nodes.stream().filter(one -> one.id() == id).findFirst()
        .orElseThrow(() -> new BenchmarkFailure("no node " + id + " in the cluster"));
  }
}
