package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemoryDiskTest extends LogDirectoryContract {
  private static final PartitionMetadata METADATA = new PartitionMetadata(new TopicIdPartition(new UUID(1, 2), 3), "t",
      new UUID(4, 5));

  @Override
  protected LogDirectory openFresh() {
    return new MemoryDisk();
  }

  @Override
  protected LogDirectory reopen(LogDirectory closed) {
    return closed;
  }

  @Test
  void aPowerCutLeavesTheForcedBytesAndAnyPrefixOfTheRest() throws IOException {
    Set<Long> sizes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      MemoryDisk disk = new MemoryDisk();
      PartitionDirectory partition = disk.create(METADATA);
      SegmentFile file = partition.open("a");
      partition.force();
      file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      file.force();
      file.append(ByteBuffer.wrap(new byte[] {4, 5}));
      disk.losePower(new Random(seed * 7_919L));

      SegmentFile left = partition.open("a");
      ByteBuffer target = ByteBuffer.allocate(10);
      left.read(target, 0);
      assertThat(target.flip().slice(0, 3)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      sizes.add(left.size());
    }
    assertThat(sizes).containsExactlyInAnyOrder(3L, 4L, 5L);
  }

  @Test
  void aPowerCutMayBringBackBytesWhoseCutWasNotForced() throws IOException {
    Set<Integer> fourth = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      MemoryDisk disk = new MemoryDisk();
      PartitionDirectory partition = disk.create(METADATA);
      SegmentFile file = partition.open("a");
      partition.force();
      file.append(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      file.force();
      file.truncate(2);
      file.append(ByteBuffer.wrap(new byte[] {9}));
      disk.losePower(new Random(seed * 7_919L));
      ByteBuffer target = ByteBuffer.allocate(4);
      partition.open("a").read(target, 0);
      fourth.add(target.position() < 4 ? -1 : (int) target.get(3));
    }
    assertThat(fourth).containsExactlyInAnyOrder(-1, 4);
  }

  @Test
  void aPowerCutMayForgetAFileWhoseDirectoryWasNotForced() throws IOException {
    Set<Boolean> there = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      MemoryDisk disk = new MemoryDisk();
      PartitionDirectory partition = disk.create(METADATA);
      partition.open("a").force();
      disk.losePower(new Random(seed * 7_919L));
      there.add(partition.list().contains("a"));
    }
    assertThat(there).containsExactlyInAnyOrder(true, false);
  }
}
