package io.ottla.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.log.LogDirectoryContract;
import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that loses what was not forced behaves, as long as the process lives, like any other; and a test finds the difference afterwards. */
class FaultyLogDirectoryTest extends LogDirectoryContract {
  private static final PartitionMetadata METADATA = new PartitionMetadata(new TopicIdPartition(new UUID(1, 2), 9),
      "orders", new UUID(4, 5));
  private static final StorageFaults POWER_CUT = new StorageFaults(true, 0, 0, false, false);

  @TempDir
  Path temp;
  private final NodeFaults faults = NodeFaults.of(true);

  @BeforeEach
  void loseWhatIsNotForced() {
    faults.storage(POWER_CUT);
  }

  @Override
  protected LogDirectory openFresh() throws IOException {
    return FaultyLogDirectory.over(NioLogDirectory.open(temp.resolve("logs"), "cluster", 1, new UUID(7, 7)), faults);
  }

  @Override
  protected LogDirectory reopen(LogDirectory closed) throws IOException {
    return openFresh();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** What a new process would find after a SIGKILL now. */
  private String onDisk(PartitionDirectory partition, String name) throws IOException {
    try (var all = Files.walk(temp)) {
      Path file = all.filter(path -> path.endsWith(name)
          && path.toString().contains("-" + partition.metadata().id().partition() + "/")).findFirst().orElseThrow();
      return Files.readString(file, StandardCharsets.US_ASCII);
    }
  }

  private PartitionDirectory partition() throws IOException {
    LogDirectory other = FaultyLogDirectory.over(NioLogDirectory.open(temp.resolve("other"), "cluster", 1,
        new UUID(8, 8)), faults);
    return other.create(METADATA);
  }

  @Test
  void bytesReachTheFileWithTheForce() throws IOException {
    PartitionDirectory partition = partition();
    try (SegmentFile file = partition.open("a.log")) {
      file.append(bytes("abc"));
      assertThat(onDisk(partition, "a.log")).isEmpty();
      file.force();
      file.append(bytes("def"));
      assertThat(onDisk(partition, "a.log")).isEqualTo("abc");
      assertThat(file.size()).isEqualTo(6);
    }
  }

  @Test
  void cutsReachTheFileWithTheForceAndNothingOfWhatWasCutComesBack() throws IOException {
    PartitionDirectory partition = partition();
    try (SegmentFile file = partition.open("a.log")) {
      file.append(bytes("abcdef"));
      file.force();
      file.truncate(2);
      file.append(bytes("X"));
      ByteBuffer read = ByteBuffer.allocate(10);
      assertThat(file.read(read, 0)).isEqualTo(3);
      assertThat(onDisk(partition, "a.log")).isEqualTo("abcdef");
      file.force();
      assertThat(onDisk(partition, "a.log")).isEqualTo("abX");
    }
  }

  @Test
  void withoutThatFaultBytesAreInTheFileAtOnce() throws IOException {
    PartitionDirectory partition = partition();
    try (SegmentFile file = partition.open("a.log")) {
      file.append(bytes("abc"));
      faults.storage(StorageFaults.NONE);
      file.append(bytes("def"));
      assertThat(onDisk(partition, "a.log")).isEqualTo("abcdef");
      file.truncate(1);
      assertThat(onDisk(partition, "a.log")).isEqualTo("a");
    }
  }

  @Test
  void aPartMayReachTheFileWithoutAForceAndNobodyInTheProcessCanTell() throws IOException {
    faults.storage(new StorageFaults(true, 100, 0, false, false));
    PartitionDirectory partition = partition();
    StringBuilder expected = new StringBuilder();
    Set<Integer> onDisk = new HashSet<>();
    try (SegmentFile file = partition.open("a.log")) {
      for (int i = 0; i < 50; i++) {
        file.append(bytes("0123456789"));
        expected.append("0123456789");
        if (i % 10 == 9) {
          file.truncate(expected.length() - 3);
          expected.setLength(expected.length() - 3);
        }
        ByteBuffer read = ByteBuffer.allocate(600);
        assertThat(file.read(read, 0)).isEqualTo(expected.length());
        assertThat(new String(read.array(), 0, expected.length(), StandardCharsets.US_ASCII)).isEqualTo(
            expected.toString());
        onDisk.add(onDisk(partition, "a.log").length());
      }
      file.force();
      assertThat(onDisk(partition, "a.log")).isEqualTo(expected.toString());
    }
    // A truncation below what has reached the file ends that until the force; before the first one it happens ten times.
    assertThat(onDisk).hasSizeGreaterThan(3);
  }

  @Test
  void aFailedForceLeavesTheBytesUnforced() throws IOException {
    PartitionDirectory partition = partition();
    SegmentFile file = partition.open("a.log");
    file.append(bytes("abc"));
    faults.storage(new StorageFaults(true, 0, 0, true, false));
    assertThatThrownBy(file::force).isInstanceOf(IOException.class).hasMessageContaining("fault");
    assertThatThrownBy(() -> partition.writeCheckpoint("x", new byte[1])).isInstanceOf(IOException.class);
    assertThat(onDisk(partition, "a.log")).isEmpty();
  }

  @Test
  void aFullDiskTakesNothingMore() throws IOException {
    PartitionDirectory partition = partition();
    try (SegmentFile file = partition.open("a.log")) {
      faults.storage(new StorageFaults(false, 0, 0, false, true));
      assertThatThrownBy(() -> file.append(bytes("abc"))).isInstanceOf(StorageFullException.class);
      faults.storage(StorageFaults.NONE);
      file.append(bytes("def"));
      assertThat(onDisk(partition, "a.log")).isEqualTo("def");
    }
  }

  @Test
  void aNodeThatWasNotStartedForATestUsesItsDiskDirectly() throws IOException {
    try (LogDirectory disk = NioLogDirectory.open(temp.resolve("third"), "cluster", 1, new UUID(9, 9))) {
      assertThat(FaultyLogDirectory.over(disk, NodeFaults.OFF)).isSameAs(disk);
    }
  }
}
