package io.ottla.cli.local;

import io.ottla.cli.client.HttpTransport;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Looks at a node from outside: its process and its readiness probe. */
public final class NodeProbe {
  private final HttpTransport transport = new HttpTransport();
  private final Duration timeout;

  public NodeProbe(Duration timeout) {
    this.timeout = timeout;
  }

  /** What was seen of one node. */
  public record Seen(NodeSpec node, NodeState state, Optional<ProcessHandle> process) {}

  public Seen look(NodeProcess process) throws InterruptedException {
    Optional<ProcessHandle> handle = process.running();
    NodeState state = handle.isEmpty() ? NodeState.STOPPED : probe(process.node());
    return new Seen(process.node(), state, handle);
  }

  private NodeState probe(NodeSpec node) throws InterruptedException {
    Result result = transport.exchange(URI.create(node.managementUrl()),
        Call.get("/actuator/health/readiness", "application/json"), timeout);
    return switch (result) {
      case Result.Answered answered -> answered.reply().ok() ? NodeState.READY : NodeState.NOT_READY;
      case Result.NotSent notSent -> NodeState.STARTING;
      case Result.NoAnswer noAnswer -> NodeState.UNRESPONSIVE;
    };
  }
}
