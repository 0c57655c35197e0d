package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Until a force, what was written is seen by everybody in the process and by nobody after it. */
final class FaultyDirectoryTest {
  private static final StorageFaults POWER_CUT = new StorageFaults(true, 0, 0, false, false);

  @TempDir
  Path path;
  private final NodeFaults faults = NodeFaults.of(true);

  private Directory directory() {
    return FaultyDirectory.over(new NioDirectory(path), faults);
  }

  private byte[] onDisk() throws IOException {
    return Files.readAllBytes(path.resolve("a"));
  }

  @Test
  void anyCourseOfWritesAndCutsReadsBackAndReachesTheDiskWithTheForceOnly() throws IOException {
    faults.storage(POWER_CUT);
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Directory directory = directory();
      byte[] expected = new byte[0];
      byte[] forced = new byte[0];
      DiskFile file = directory.open("a");
      for (int step = 0; step < 30; step++) {
        switch (random.nextInt(6)) {
          case 0 -> {
            expected = Arrays.copyOf(expected, random.nextInt(expected.length + 1));
            file.truncate(expected.length);
          }
          case 1 -> {
            file.force();
            forced = expected;
          }
          case 2 -> {
            file.close();
            file = directory.open("a");
          }
          default -> {
            byte[] bytes = new byte[random.nextInt(9_000)];
            random.nextBytes(bytes);
            int at = random.nextInt(expected.length + 3_000);
            expected = Arrays.copyOf(expected, Math.max(expected.length, at + bytes.length));
            System.arraycopy(bytes, 0, expected, at, bytes.length);
            file.write(ByteBuffer.wrap(bytes), at);
          }
        }
        assertThat(file.readAll()).as("seed %s", seed).isEqualTo(expected);
        assertThat(onDisk()).as("seed %s", seed).isEqualTo(forced);
      }
      file.close();
      directory.delete("a");
    }
  }

  @Test
  void anyPagesMayReachTheDiskWithoutAForceAndNobodyInTheProcessCanTell() throws IOException {
    faults.storage(new StorageFaults(true, 100, 0, false, false));
    int holes = 0;
    for (int seed = 0; seed < 20; seed++) {
      Directory directory = directory();
      byte[] expected = new byte[40_000];
      new Random(seed).nextBytes(expected);
      try (DiskFile file = directory.open("a")) {
        for (int at = 0; at < expected.length; at += 8_000) {
          file.write(ByteBuffer.wrap(expected, at, 8_000), at);
        }
        assertThat(file.readAll()).isEqualTo(expected);
        byte[] before = onDisk();
        holes += Arrays.equals(before, Arrays.copyOf(expected, before.length)) ? 0 : 1;
        file.force();
        assertThat(onDisk()).isEqualTo(expected);
      }
      directory.delete("a");
    }
    assertThat(holes).isPositive();
  }

  @Test
  void whatIsUnforcedGoesWithTheFileThatIsRenamed() throws IOException {
    faults.storage(POWER_CUT);
    Directory directory = directory();
    try (DiskFile file = directory.open("b")) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
    }
    directory.rename("b", "a");
    assertThat(directory.read("a")).containsExactly(1, 2);
    assertThat(onDisk()).isEmpty();
  }

  @Test
  void replacedFilesSurviveAndUnforcedOnesDoNot() {
    faults.storage(POWER_CUT);
    Directory directory = directory();
    directory.replace("a", new byte[] {1, 2, 3});
    try (DiskFile file = directory.open("a")) {
      file.write(ByteBuffer.wrap(new byte[] {9}), 0);
    }
    assertThat(directory.read("a")).containsExactly(9, 2, 3);
    assertThat(directory().read("a")).containsExactly(1, 2, 3);
  }

  @Test
  void withoutThatFaultBytesAreOnDiskAtOnce() throws IOException {
    try (DiskFile file = directory().open("a")) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
      assertThat(onDisk()).containsExactly(1, 2);
      file.truncate(1);
      assertThat(onDisk()).containsExactly(1);
    }
  }

  @Test
  void forcesFailAndNothingMoreFitsWhenSaid() {
    Directory directory = directory();
    try (DiskFile file = directory.open("a")) {
      faults.storage(new StorageFaults(false, 0, 0, true, false));
      assertThatThrownBy(file::force).isInstanceOf(UncheckedIOException.class).hasMessageContaining("fault");
      assertThatThrownBy(directory::force).isInstanceOf(UncheckedIOException.class);
      faults.storage(new StorageFaults(false, 0, 0, false, true));
      assertThatThrownBy(() -> file.write(ByteBuffer.wrap(new byte[1]), 0)).isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("No space left");
    }
  }

  @Test
  void aNodeThatWasNotStartedForATestUsesItsDiskDirectly() {
    Directory disk = new NioDirectory(path);
    assertThat(FaultyDirectory.over(disk, NodeFaults.OFF)).isSameAs(disk);
  }
}
