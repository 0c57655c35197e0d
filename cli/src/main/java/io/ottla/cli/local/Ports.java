package io.ottla.cli.local;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Whether the ports a cluster wants are free. */
public final class Ports {
  private Ports() {
  }

  /** Fails with "conflict" at the first port that somebody else holds, before anything is started. */
  public static void requireFree(List<NodeSpec> nodes) {
    for (NodeSpec node : nodes) {
      for (int port : node.ports()) {
        if (!isFree(port)) {
          throw new CommandFailure(ExitCode.CONFLICT, "port " + port + ", which " + node.title() + " needs, is in use",
              "`ss -ltnp | grep :" + port + "` shows by whom; `--base-port P` with a new `--data-dir` avoids it");
        }
      }
    }
  }

  /** Whether every one of the nodes' ports is free. */
  public static boolean allFree(List<NodeSpec> nodes) {
    return nodes.stream().flatMap(node -> node.ports().stream()).allMatch(Ports::isFree);
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As the servers do: a port whose last connections are still in TIME_WAIT is free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(NodeSpec.HOST), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
