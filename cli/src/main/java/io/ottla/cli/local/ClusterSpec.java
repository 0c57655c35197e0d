package io.ottla.cli.local;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A local cluster as it was laid out when it was first started; kept in the data directory's {@code cluster.json}. Ports and ids never
 * change afterwards, because the quorum's members know each other by them.
 *
 * @param basePort  the port the layout was derived from, 0 for the default layout
 * @param settings  extra {@code key=value} settings given to every node
 */
public record ClusterSpec(int version, int basePort, Map<String, String> settings, List<NodeSpec> nodes) {
  public static final int VERSION = 1;
  public static final int FIRST_BROKER_ID = 101;
  public static final int MAX_NODES_PER_ROLE = 19;
  private static final int HIGHEST_PORT = 65535;

  public ClusterSpec {
    settings = Map.copyOf(settings);
    nodes = List.copyOf(nodes);
  }

  /**
   * Lays out {@code controllers} + {@code brokers} nodes. The default layout (base port 0) puts brokers' clients on 8081.. and
   * controllers on 9081..; a base port P packs everything into P..P+99, so that clusters 100 ports apart stand side by side.
   */
  public static ClusterSpec cluster(int controllers, int brokers, int basePort, Map<String, String> settings) {
    requireCount("controllers", controllers);
    requireCount("brokers", brokers);
    PortPlan ports = PortPlan.of(basePort);
    List<NodeSpec> nodes = new ArrayList<>();
    for (int i = 1; i <= controllers; i++) {
      nodes.add(new NodeSpec(i, App.CONTROLLER, 0, ports.controllerInternal() + i, ports.controllerManagement() + i));
    }
    for (int i = 1; i <= brokers; i++) {
      nodes.add(new NodeSpec(FIRST_BROKER_ID + i - 1, App.BROKER, ports.client() + i, ports.brokerInternal() + i,
          ports.brokerManagement() + i));
    }
    return new ClusterSpec(VERSION, basePort, settings, nodes);
  }

  /** Lays out one combined node, clients on 8080 or on the base port itself. */
  public static ClusterSpec combined(int basePort, Map<String, String> settings) {
    PortPlan ports = PortPlan.of(basePort);
    return new ClusterSpec(VERSION, basePort, settings, List.of(
        new NodeSpec(1, App.COMBINED, ports.client(), ports.controllerInternal(), ports.controllerManagement())));
  }

  public Optional<NodeSpec> node(int id) {
    return nodes.stream().filter(node -> node.id() == id).findFirst();
  }

  @JsonIgnore
  public List<NodeSpec> controllers() {
    return nodes.stream().filter(node -> node.app().isController()).toList();
  }

  @JsonIgnore
  public List<NodeSpec> brokers() {
    return nodes.stream().filter(node -> node.app().isBroker()).toList();
  }

  /** The client URLs of all brokers. */
  @JsonIgnore
  public List<URI> clientUrls() {
    return brokers().stream().map(node -> URI.create(node.clientUrl())).toList();
  }

  /** {@code controller.quorum.initial.voters}: {@code 1@127.0.0.1:9081,…}. */
  @JsonIgnore
  public String voters() {
    return String.join(",", controllers().stream()
        .map(node -> node.id() + "@" + NodeSpec.HOST + ":" + node.internalPort()).toList());
  }

  /** The same layout with these settings laid over the stored ones. */
  public ClusterSpec withSettings(Map<String, String> changed) {
    Map<String, String> merged = new java.util.TreeMap<>(settings);
    merged.putAll(changed);
    return new ClusterSpec(version, basePort, merged, nodes);
  }

  private static void requireCount(String what, int count) {
    if (count < 1 || count > MAX_NODES_PER_ROLE) {
      throw new IllegalArgumentException(what + " must be 1.." + MAX_NODES_PER_ROLE + ", not " + count);
    }
  }

  /** The port before the first of each kind. */
  private record PortPlan(int client, int controllerInternal, int brokerInternal, int controllerManagement,
      int brokerManagement) {
    private static final int STEP = MAX_NODES_PER_ROLE + 1;

    static PortPlan of(int basePort) {
      if (basePort == 0)
        return new PortPlan(8080, 9080, 9180, 9280, 9380);
      if (basePort < 1024 || basePort + 5 * STEP > HIGHEST_PORT) {
        throw new IllegalArgumentException(
            "the base port must be 1024.." + (HIGHEST_PORT - 5 * STEP) + ", not " + basePort);
      }
      return new PortPlan(basePort, basePort + STEP, basePort + 2 * STEP, basePort + 3 * STEP, basePort + 4 * STEP);
    }
  }
}
