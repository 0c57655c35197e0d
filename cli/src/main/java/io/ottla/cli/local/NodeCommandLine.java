package io.ottla.cli.local;

import io.ottla.cli.local.Distribution.Packaged;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The command that starts a node: the JVM with flags sized for several nodes on one machine, the packaged application, its settings. */
public final class NodeCommandLine {
  private final String java;

  public NodeCommandLine(String java) {
    this.java = java;
  }

  /**
   * The whole command.
   *
   * @param marker the argument by which the process is recognised later
   * @param extraFlags further JVM flags, laid after the usual ones so that they win
   */
  public List<String> of(DataDirectory directory, ClusterSpec spec, NodeSpec node, Packaged packaged, String marker,
      List<String> extraFlags) {
    List<String> command = new ArrayList<>(List.of(java, marker));
    command.addAll(jvmFlags(node.app()));
    packaged.aotCache().ifPresent(cache -> command.add("-XX:AOTCache=" + cache));
    command.addAll(extraFlags);
    command.addAll(List.of("-jar", packaged.jar().toString()));
    settings(directory, spec, node).forEach((key, value) -> command.add("--" + key + "=" + value));
    return command;
  }

  /**
   * Six JVMs share a laptop here, so each is kept small: the serial collector and one heap sized for the role. {@code
   * ExitOnOutOfMemoryError}, because a node that lost a thread to it must not stay half alive. Controllers, which decide
   * little, go without the optimising compiler, which costs most of a start; brokers do not: holding it back cost over a
   * quarter of their one-record throughput after a minute of load. Netty still needs {@code sun.misc.Unsafe}; allowing it keeps four lines of
   * warnings out of each log.
   */
  static List<String> jvmFlags(App app) {
    String heap = switch (app) {
      case CONTROLLER -> "160m";
      case BROKER -> "320m";
      case COMBINED -> "384m";
    };
    List<String> flags = new ArrayList<>(List.of("-Xmx" + heap, "-Xms32m", "-Xss512k", "-XX:+UseSerialGC",
        "-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData",
        "-XX:ReservedCodeCacheSize=96m", "-XX:MaxMetaspaceSize=160m", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-Dfile.encoding=UTF-8"));
    if (app == App.CONTROLLER) {
      flags.add("-XX:TieredStopAtLevel=1");
    }
    return flags;
  }

  static Map<String, String> settings(DataDirectory directory, ClusterSpec spec, NodeSpec node) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("process.roles", String.join(",", node.app().roles()));
    settings.put("node.id", Integer.toString(node.id()));
    String internal = "INTERNAL://" + NodeSpec.HOST + ":" + node.internalPort();
    settings.put("listeners",
        node.clientPort() == 0 ? internal : "CLIENT://" + NodeSpec.HOST + ":" + node.clientPort() + "," + internal);
    settings.put("management.server.address", NodeSpec.HOST);
    settings.put("management.server.port", Integer.toString(node.managementPort()));
    settings.put("controller.quorum.initial.voters", spec.voters());
    settings.put("log.dirs", directory.nodeData(node).toString());
    settings.putAll(spec.settings());
    return settings;
  }
}
