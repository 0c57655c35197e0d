package io.ottla.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  @TempDir
  private Path root;
  private NodeProcess node = new NodeProcess(new DataDirectory(Path.of("unset")), node());

  private static NodeSpec node() {
    return ClusterSpec.combined(0, Map.of()).nodes().getFirst();
  }

  @BeforeEach
  void useTemporaryDirectory() {
    node = new NodeProcess(new DataDirectory(root), node());
  }

  @AfterEach
  void leaveNothingRunning() throws InterruptedException {
    Optional<ProcessHandle> running = node.running();
    if (running.isPresent()) {
      running.get().destroyForcibly();
      NodeProcess.awaitExit(running.get(), LONG);
    }
  }

  /** A shell that waits; the marker is its name argument. */
  private ProcessHandle start(String script) {
    return node.start(List.of("/bin/sh", "-c", script, node.marker()));
  }

  @Test
  void aStartedNodeIsFoundAgainByItsPidFile() {
    ProcessHandle started = start("echo hello; exec 3<&-; while :; do sleep 1; done");
    assertThat(new NodeProcess(new DataDirectory(root), node()).running()).contains(started);
  }

  @Test
  void aStrangerUnderAReusedPidIsNotTakenForTheNode() throws IOException {
    Path pidFile = new DataDirectory(root).pidFile(node());
    Files.createDirectories(pidFile.getParent());
    Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");
    assertThat(node.running()).isEmpty();
  }

  @Test
  void anotherClustersNodeIsNotTakenForThisOne(@TempDir Path other) throws IOException {
    ProcessHandle started = start("while :; do sleep 1; done");
    DataDirectory elsewhere = new DataDirectory(other);
    Files.createDirectories(elsewhere.pidFile(node()).getParent());
    Files.writeString(elsewhere.pidFile(node()), started.pid() + "\n");
    assertThat(new NodeProcess(elsewhere, node()).running()).isEmpty();
    assertThat(node.running()).isPresent();
  }

  @Test
  void aDamagedPidFileMeansNotRunning() throws IOException {
    Path pidFile = new DataDirectory(root).pidFile(node());
    Files.createDirectories(pidFile.getParent());
    Files.writeString(pidFile, "");
    assertThat(node.running()).isEmpty();
  }

  @Test
  void aSuspendedNodeStillStopsWhenAsked() throws Exception {
    ProcessHandle started = start("while :; do sleep 1; done");
    new ProcessBuilder("kill", "-STOP", Long.toString(started.pid())).start().waitFor();
    while (!NodeProcess.isSuspended(started)) {
      Thread.onSpinWait();
    }
    NodeProcess.terminate(started);
    assertThat(NodeProcess.awaitExit(started, LONG)).isTrue();
  }

  @Test
  void theLogTailIsItsLastLines() throws InterruptedException {
    ProcessHandle started = start("for i in 1 2 3 4 5; do echo line $i; done");
    assertThat(NodeProcess.awaitExit(started, LONG)).isTrue();
    assertThat(node.logTail(2)).containsExactly("line 4", "line 5");
  }

  @Test
  void aMissingLogHasNoTail() {
    assertThat(node.logTail(10)).isEmpty();
  }
}
