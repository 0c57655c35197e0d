package io.ottla.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir
  private Path root;

  private DataDirectory directory() {
    return new DataDirectory(root.resolve("cluster"));
  }

  @Test
  void aLayoutComesBackAsItWasStored() {
    ClusterSpec spec = ClusterSpec.cluster(3, 2, 20_000, Map.of("durability", "os"));
    directory().store(spec);
    assertThat(directory().load()).contains(spec);
    directory().store(ClusterSpec.combined(0, Map.of()));
    assertThat(directory().load()).contains(ClusterSpec.combined(0, Map.of()));
  }

  @Test
  void anEmptyDirectoryHoldsNoCluster() {
    assertThat(directory().load()).isEmpty();
    assertThatThrownBy(() -> directory().require()).isInstanceOfSatisfying(CommandFailure.class,
        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_FOUND));
  }

  @Test
  void aStateFileOfAnotherVersionIsNotGuessedAt() throws IOException {
    directory().store(ClusterSpec.combined(0, Map.of()));
    Path file = root.resolve("cluster/cluster.json");
    Files.writeString(file, Files.readString(file).replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> directory().load()).hasMessageContaining("version 2");
  }

  @Test
  void wipingRemovesEverything() throws IOException {
    directory().store(ClusterSpec.combined(0, Map.of()));
    Files.createDirectories(root.resolve("cluster/node-1/deep"));
    Files.writeString(root.resolve("cluster/node-1/deep/file"), "x");
    directory().wipe();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void wipingRefusesADirectoryThatIsNoCluster() throws IOException {
    Files.createDirectories(root.resolve("cluster"));
    Files.writeString(root.resolve("cluster/precious"), "x");
    assertThatThrownBy(() -> directory().wipe()).hasMessageContaining("nothing removed");
    assertThat(root.resolve("cluster/precious")).exists();
  }

  @Test
  void twoCommandsDoNotWorkOnOneDirectoryAtOnce() throws InterruptedException {
    directory().exclusively(
        () -> assertThatThrownBy(() -> directory().exclusively(() -> {})).isInstanceOfSatisfying(CommandFailure.class,
            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFLICT)));
    boolean[] ran = {false};
    directory().exclusively(() -> ran[0] = true);
    assertThat(ran[0]).isTrue();
  }
}
