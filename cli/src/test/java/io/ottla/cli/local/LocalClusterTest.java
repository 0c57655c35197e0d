package io.ottla.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.cli.Cli;
import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.local.NodeProbe.Seen;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Process handling against real processes that do nothing but answer probes. */
class LocalClusterTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(2);
  @TempDir
  private Path root;
  private final Heard heard = new Heard();
  private LocalCluster cluster = new LocalCluster(new DataDirectory(Path.of("unset")), spec(Map.of()));

  private static final class Heard implements LocalCluster.Listener {
    final List<String> events = new ArrayList<>();

    @Override
    public void started(NodeSpec node, long pid) {
      events.add("started " + node.id());
    }

    @Override
    public void changed(NodeSpec node, NodeState state) {
      if (state == NodeState.READY)
        events.add("ready " + node.id());
    }

    @Override
    public void stopped(NodeSpec node) {
      events.add("stopped " + node.id());
    }

    @Override
    public void killed(NodeSpec node, Duration waited) {
      events.add("killed " + node.id());
    }
  }

  private static ClusterSpec spec(Map<String, String> settings) {
    for (int port = 31_000; port < 32_700; port += 100) {
      ClusterSpec spec = ClusterSpec.cluster(1, 2, port, settings);
      if (Ports.allFree(spec.nodes()))
        return spec;
    }
    throw new IllegalStateException("no free ports");
  }

  @BeforeEach
  void layOut() {
    use(Map.of("fake.brokers", "101,102"));
  }

  private void use(Map<String, String> settings) {
    DataDirectory directory = new DataDirectory(root);
    ClusterSpec spec = spec(settings);
    directory.store(spec);
    cluster = new LocalCluster(directory, spec);
  }

  @AfterEach
  void leaveNothingRunning() throws InterruptedException {
    for (NodeSpec node : cluster.spec().nodes()) {
      cluster.process(node).running().ifPresent(ProcessHandle::destroyForcibly);
    }
    cluster.stop(cluster.spec().nodes(), LONG, heard);
  }

  private List<String> command(NodeSpec node, String marker) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        marker, "-Xmx32m", "-XX:TieredStopAtLevel=1", "-cp", classes().toString(), FakeNode.class.getName()));
    NodeCommandLine.settings(cluster.directory(), cluster.spec(), node)
        .forEach((key, value) -> command.add("--" + key + "=" + value));
    return command;
  }

  private static Path classes() {
    return Path.of(
        java.util.Objects.requireNonNull(FakeNode.class.getProtectionDomain().getCodeSource()).getLocation().getPath());
  }

  private void startAll() throws InterruptedException {
    cluster.start(cluster.spec().nodes(), this::command, heard);
    cluster.awaitReady(cluster.spec().nodes(), LONG, heard);
  }

  @Test
  void aClusterStartsServesAndStops() throws Exception {
    startAll();
    assertThat(cluster.look()).extracting(Seen::state).containsOnly(NodeState.READY);
    assertThat(cluster.stopped()).isEmpty();
    cluster.stop(cluster.spec().nodes(), LONG, heard);
    assertThat(cluster.look()).extracting(Seen::state).containsOnly(NodeState.STOPPED);
    assertThat(heard.events).startsWith("started 1", "started 101", "started 102").endsWith("stopped 101",
        "stopped 102",
        "stopped 1");
  }

  @Test
  void statusShowsWhatRuns() throws Exception {
    startAll();
    ProcessHandle victim = cluster.process(cluster.spec().node(102).orElseThrow()).running().orElseThrow();
    victim.destroyForcibly();
    victim.onExit().join();
    Outcome outcome = new Cli(root).run("status", "--json", "--data-dir", root.toString());
    assertThat(outcome.exitCode()).isZero();
    var nodes = Json.parse(outcome.out().getBytes(StandardCharsets.UTF_8)).path("nodes");
    assertThat(nodes.findValuesAsText("state")).containsExactly("ready", "ready", "stopped");
    assertThat(nodes.get(0).path("clientUrl").isNull()).isTrue();
    assertThat(nodes.get(1).path("roles").get(0).asText()).isEqualTo("broker");
    assertThat(nodes.get(1).path("pid").asLong()).isPositive();
    assertThat(nodes.get(2).path("pid").isNull()).isTrue();
    assertThat(new Cli(root).run("status", "--data-dir", root.toString()).lines()).hasSize(5);
  }

  @Test
  void aNodeThatEndsWhileStartingIsReportedWithItsLog() {
    use(Map.of("mode", "dies"));
    assertThatThrownBy(this::startAll).isInstanceOfSatisfying(CommandFailure.class, failure -> {
      assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(failure.text()).contains("ended while starting").contains("the disk is on fire");
    });
  }

  @Test
  void brokersThatDoNotSeeEachOtherAreNotAClusterThatServes() {
    use(Map.of("fake.brokers", "101"));
    cluster.start(cluster.spec().nodes(), this::command, heard);
    assertThatThrownBy(() -> cluster.awaitReady(cluster.spec().nodes(), Duration.ofSeconds(5), heard))
        .isInstanceOfSatisfying(CommandFailure.class,
            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE));
  }

  @Test
  void aTakenPortIsReportedBeforeAnythingStarts() throws IOException {
    int port = cluster.spec().node(102).orElseThrow().clientPort();
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(this::startAll).isInstanceOfSatisfying(CommandFailure.class, failure -> {
        assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFLICT);
        assertThat(failure.text()).contains("port " + port).contains("broker 102");
      });
    }
    assertThat(heard.events).isEmpty();
  }

  @Test
  void aNodeThatDoesNotStopIsKilledAndThatIsSaid() throws InterruptedException {
    use(Map.of("mode", "stubborn", "fake.brokers", "101,102"));
    startAll();
    cluster.stop(cluster.spec().nodes(), SHORT, heard);
    assertThat(heard.events).contains("killed 101", "killed 102", "killed 1");
    assertThat(cluster.stopped()).isEqualTo(cluster.spec().nodes());
  }

  @Test
  void downStopsEverythingAndWipes() throws Exception {
    startAll();
    Outcome outcome = new Cli(root).run("down", "--wipe", "--data-dir", root.toString());
    assertThat(outcome.exitCode()).isZero();
    assertThat(root.resolve("cluster.json")).doesNotExist();
    assertThat(cluster.stopped()).isEqualTo(cluster.spec().nodes());
  }

  @Test
  void aSingleNodeIsStoppedByItsId() throws Exception {
    startAll();
    assertThat(new Cli(root).run("node", "stop", "101", "--data-dir", root.toString()).exitCode()).isZero();
    assertThat(cluster.stopped()).extracting(NodeSpec::id).containsExactly(101);
    assertThat(new Cli(root).run("node", "stop", "102", "--kill", "--data-dir", root.toString()).exitCode()).isZero();
    assertThat(cluster.stopped()).extracting(NodeSpec::id).containsExactly(101, 102);
    assertThat(new Cli(root).run("node", "stop", "7", "--data-dir", root.toString()).exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void aDifferentShapeInTheSameDirectoryIsAConflict() {
    Outcome outcome = new Cli(root).run("up", "--brokers", "5", "--data-dir", root.toString());
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.CONFLICT);
    assertThat(outcome.err()).contains("1 controllers, 2 brokers");
  }
}
