package io.ottla.cli;

import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.local.NodeState;
import io.ottla.cli.terminal.Console;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Says on standard error what happens to each node. */
final class Narrator implements LocalCluster.Listener {
  private final Console console;
  private final int count;
  private final long startNs = System.nanoTime();
  private int ready;

  Narrator(Console console, int count) {
    this.console = console;
    this.count = count;
  }

  static Narrator silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Narrator(new Console(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, Console.Terminals.NONE,
        false), 0);
  }

  @Override
  public void started(NodeSpec node, long pid) {
    console.say(String.format("  %-14s starting, pid %d", node.title(), pid));
  }

  @Override
  public void changed(NodeSpec node, NodeState state) {
    if (state != NodeState.READY)
      return;
    ready++;
    console
        .say(console.coloured(Console.Colour.GOOD, String.format("  %-14s ready after %.1f s (%d of %d)", node.title(),
            (System.nanoTime() - startNs) / 1e9, ready, Math.max(ready, count))));
  }

  @Override
  public void stopped(NodeSpec node) {
    console.say("  " + node.title() + " stopped");
  }

  @Override
  public void killed(NodeSpec node, Duration waited) {
    console.say(console.coloured(Console.Colour.WARN,
        "  " + node.title() + " did not stop within " + waited.toSeconds() + " s and was killed"));
  }
}
