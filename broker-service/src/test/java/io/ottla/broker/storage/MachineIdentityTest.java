package io.ottla.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells a killed process from a machine that went down (M12). */
class MachineIdentityTest {
  private static final List<String> MOUNTS = List.of("22 1 8:1 / / rw - ext4 /dev/sda1 rw",
      "30 22 8:17 / /data rw - xfs /dev/sdb1 rw", "31 30 8:33 /x /data/a\\040b rw - xfs /dev/sdc1 rw");

  private static String of(String boot, String directory) {
    return MachineIdentity.of(boot, MOUNTS, Path.of(directory));
  }

  @Test
  void theInnermostMountCounts() {
    assertThat(of("b\n", "/data/logs")).isEqualTo("boot b mount 30 8:17 / /data");
    assertThat(of("b", "/data/a b/logs")).isEqualTo("boot b mount 31 8:33 /x /data/a\\040b");
    assertThat(of("b", "/database")).as("a name that only begins alike").isEqualTo("boot b mount 22 8:1 / /");
  }

  @Test
  void anotherBootIsAnotherMachine() {
    assertThat(of("b", "/data")).isNotEqualTo(of("c", "/data"));
  }

  @Test
  void whatIsNotKnownIsEmpty() {
    assertThat(MachineIdentity.of("b", List.of(), Path.of("/data"))).isEmpty();
    assertThat(of(" ", "/data")).isEmpty();
  }

  @Test
  void itStaysTheSameWithinOneBoot(@TempDir Path directory) {
    assertThat(MachineIdentity.of(directory)).isNotEmpty().isEqualTo(MachineIdentity.of(directory));
  }
}
