package io.ottla.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.HttpTransport;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.local.NodeProbe.Seen;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The processes of one cluster on this machine: started, watched until they serve, stopped. One thread uses it. */
public final class LocalCluster {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
  private static final long POLL_MS = 100;
  private static final int LOG_TAIL_LINES = 25;
  private final DataDirectory directory;
  private final ClusterSpec spec;
  private final NodeProbe probe = new NodeProbe(PROBE_TIMEOUT);
  private final HttpTransport transport = new HttpTransport();

  public LocalCluster(DataDirectory directory, ClusterSpec spec) {
    this.directory = directory;
    this.spec = spec;
  }

  /** Told what happens while nodes start and stop. */
  public interface Listener {
    void started(NodeSpec node, long pid);

    /** The node's state as seen from outside changed. */
    void changed(NodeSpec node, NodeState state);

    void stopped(NodeSpec node);

    /** The node did not stop when asked and was killed. */
    void killed(NodeSpec node, Duration waited);
  }

  /** How to start one node: the full command for it. */
  public interface Starter {
    List<String> command(NodeSpec node, String marker);
  }

  public DataDirectory directory() {
    return directory;
  }

  public ClusterSpec spec() {
    return spec;
  }

  public NodeProcess process(NodeSpec node) {
    return new NodeProcess(directory, node);
  }

  /** Every node as it is seen now. */
  public List<Seen> look() throws InterruptedException {
    List<Seen> seen = new ArrayList<>();
    for (NodeSpec node : spec.nodes()) {
      seen.add(probe.look(process(node)));
    }
    return seen;
  }

  /** The nodes that have no process. */
  public List<NodeSpec> stopped() {
    return spec.nodes().stream().filter(node -> process(node).running().isEmpty()).toList();
  }

  /** Starts these nodes, none of which runs, after checking that all their ports are free. */
  public void start(List<NodeSpec> nodes, Starter starter, Listener listener) {
    Ports.requireFree(nodes);
    for (NodeSpec node : nodes) {
      NodeProcess process = process(node);
      ProcessHandle handle = process.start(starter.command(node, process.marker()));
      listener.started(node, handle.pid());
    }
  }

  /** Waits until these nodes are ready and every broker sees every broker: then the cluster takes a produce. */
  public void awaitReady(List<NodeSpec> nodes, Duration limit, Listener listener) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Map<NodeSpec, NodeState> last = new HashMap<>();
    while (true) {
      for (NodeSpec node : nodes) {
        if (last.get(node) == NodeState.READY)
          continue;
        NodeState state = probe.look(process(node)).state();
        if (state == NodeState.STOPPED)
          throw died(node);
        if (last.put(node, state) != state)
          listener.changed(node, state);
      }
      boolean ready = nodes.stream().allMatch(node -> last.get(node) == NodeState.READY);
      if (ready && brokersSeeEachOther(nodes))
        return;
      if (System.nanoTime() > deadline)
        throw late(nodes, last, limit);
      Thread.sleep(POLL_MS);
    }
  }

  private boolean brokersSeeEachOther(List<NodeSpec> nodes) throws InterruptedException {
    Set<Integer> wanted = nodes.stream().filter(node -> node.app().isBroker()).map(NodeSpec::id)
        .collect(Collectors.toSet());
    for (NodeSpec node : nodes) {
      if (node.app().isBroker() && !brokersSeenBy(node).containsAll(wanted))
        return false;
    }
    return true;
  }

  private Set<Integer> brokersSeenBy(NodeSpec node) throws InterruptedException {
    Result result = transport.exchange(URI.create(node.clientUrl()), Call.get("/brokers", "*/*"), PROBE_TIMEOUT);
    Set<Integer> seen = new HashSet<>();
    if (result instanceof Result.Answered(var reply) && reply.ok()) {
      for (JsonNode id : reply.json().path("brokers")) {
        seen.add(id.asInt());
      }
    }
    return seen;
  }

  private CommandFailure died(NodeSpec node) {
    return new CommandFailure(ExitCode.FAILED, node.title() + " ended while starting; the end of its log:\n"
        + indented(process(node).logTail(LOG_TAIL_LINES)), "the whole log: " + directory.logFile(node));
  }

  private CommandFailure late(List<NodeSpec> nodes, Map<NodeSpec, NodeState> states, Duration limit) {
    Function<NodeSpec, String> word = node -> states.getOrDefault(node, NodeState.STARTING).word();
    List<NodeSpec> missing = nodes.stream().filter(node -> states.get(node) != NodeState.READY).toList();
    if (missing.isEmpty()) {
      return new CommandFailure(ExitCode.UNREACHABLE,
          "all nodes are ready, but after " + limit.toSeconds() + " s the brokers do not all see each other",
          "`ottla quorum status` and the logs in " + directory.root().resolve("logs") + " say more");
    }
    NodeSpec first = missing.getFirst();
    String names = missing.stream().map(node -> node.title() + " (" + word.apply(node) + ")")
        .collect(Collectors.joining(", "));
    return new CommandFailure(ExitCode.UNREACHABLE,
        "not ready after " + limit.toSeconds() + " s: " + names + "; the end of " + first.title() + "'s log:\n"
            + indented(process(first).logTail(LOG_TAIL_LINES)),
        "the processes still run: `ottla status` shows them, `ottla down` stops them; the whole log: "
            + directory.logFile(first));
  }

  private static String indented(List<String> lines) {
    return lines.isEmpty() ? "    (empty)"
        : lines.stream().map(line -> "    " + line).collect(Collectors.joining("\n"));
  }

  /**
   * Stops these nodes: all at once asked, each given {@code grace}, then killed. Brokers go before controllers, because a broker hands its
   * leaderships over through them.
   */
  public void stop(List<NodeSpec> nodes, Duration grace, Listener listener) throws InterruptedException {
    for (Set<App> apps : List.of(EnumSet.of(App.BROKER, App.COMBINED), EnumSet.of(App.CONTROLLER))) {
      stopTogether(nodes.stream().filter(node -> apps.contains(node.app())).toList(), grace, listener);
    }
  }

  private void stopTogether(List<NodeSpec> nodes, Duration grace, Listener listener) throws InterruptedException {
    Map<NodeSpec, ProcessHandle> asked = new HashMap<>();
    for (NodeSpec node : nodes) {
      process(node).running().ifPresent(handle -> {
        NodeProcess.terminate(handle);
        asked.put(node, handle);
      });
    }
    long deadline = System.nanoTime() + grace.toNanos();
    for (NodeSpec node : nodes) {
      ProcessHandle handle = asked.get(node);
      if (handle == null) {
        process(node).clearPid();
        continue;
      }
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      if (NodeProcess.awaitExit(handle, left)) {
        listener.stopped(node);
      } else {
        handle.destroyForcibly();
        NodeProcess.awaitExit(handle, grace);
        listener.killed(node, grace);
      }
      process(node).clearPid();
    }
  }
}
