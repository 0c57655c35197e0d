package io.ottla.cli;

import io.ottla.cli.local.App;
import io.ottla.cli.local.AotTraining;
import io.ottla.cli.local.ClusterSpec;
import io.ottla.cli.local.DataDirectory;
import io.ottla.cli.local.Distribution;
import io.ottla.cli.local.Distribution.Packaged;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeCommandLine;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.local.Ports;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** From a layout to a cluster that serves: applications unpacked and trained, processes started, readiness awaited. */
final class ClusterStart {
  private static final Duration ABORT_GRACE = Duration.ofSeconds(10);
  private final Context context;
  private final Distribution distribution;
  private final NodeCommandLine commandLine;

  ClusterStart(Context context) {
    this.context = context;
    this.distribution = new Distribution(context.home(), context.java());
    this.commandLine = new NodeCommandLine(context.java());
  }

  /**
   * The cluster of this directory: the stored one if there is one and the request does not contradict it, else the wanted one, stored.
   *
   * @param explicit whether the wanted shape was asked for in so many words, so that a different stored one is a conflict
   */
  LocalCluster adopt(DataDirectory directory, ClusterSpec wanted, boolean explicit) {
    ClusterSpec stored = directory.load().orElse(wanted);
    boolean same = stored.nodes().equals(wanted.nodes());
    if (!same && (explicit || stored.nodes().getFirst().app() != wanted.nodes().getFirst().app())) {
      throw new CommandFailure(ExitCode.CONFLICT,
          directory.root() + " holds a cluster of another shape: " + shape(stored),
          "leave the options out to start that one, choose another --data-dir, or `ottla down --wipe` first");
    }
    ClusterSpec spec = stored.withSettings(wanted.settings());
    directory.store(spec);
    return new LocalCluster(directory, spec);
  }

  private static String shape(ClusterSpec spec) {
    String ports = String.join(", ",
        spec.nodes().stream().map(node -> node.title() + " on " + node.internalPort()).toList());
    return spec.controllers().size() + " controllers, " + spec.brokers().size() + " brokers (" + ports + ")";
  }

  /** As {@link #start}, after making the AOT caches that are missing. */
  void trainAndStart(LocalCluster cluster, List<NodeSpec> nodes, List<NodeSpec> awaited, Duration limit)
      throws InterruptedException {
    // Before the training, which takes a while.
    Ports.requireFree(nodes);
    if (!context.environment().containsKey("OTTLA_NO_AOT")) {
      new AotTraining(distribution, commandLine, message -> context.console().say(faint(message))).train(apps(nodes));
    }
    start(cluster, nodes, awaited, limit);
  }

  /** Starts these nodes of the cluster and waits until the whole of what was started serves. */
  void start(LocalCluster cluster, List<NodeSpec> nodes, List<NodeSpec> awaited, Duration limit)
      throws InterruptedException {
    Map<App, Packaged> packaged = new EnumMap<>(App.class);
    apps(nodes).forEach(app -> packaged.put(app, distribution.unpacked(app)));
    Narrator narrator = new Narrator(context.console(), nodes.size());
    cluster.start(nodes, (node, marker) -> commandLine.of(cluster.directory(), cluster.spec(), node,
        Objects.requireNonNull(packaged.get(node.app())), marker, List.of()), narrator);
    try {
      cluster.awaitReady(awaited, limit, narrator);
    } catch (CommandFailure failure) {
      if (failure.exitCode() == ExitCode.FAILED) {
        // A node that ended at once will not come back by itself: leave nothing half started behind.
        cluster.stop(nodes, ABORT_GRACE, Narrator.silent());
      }
      throw failure;
    }
  }

  private static Set<App> apps(List<NodeSpec> nodes) {
    return nodes.stream().map(NodeSpec::app).collect(Collectors.toCollection(() -> EnumSet.noneOf(App.class)));
  }

  private String faint(String text) {
    return context.console().coloured(Console.Colour.FAINT, text);
  }
}
