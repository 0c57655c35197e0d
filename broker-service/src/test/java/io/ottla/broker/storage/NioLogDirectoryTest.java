package io.ottla.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.log.LogDirectoryContract;
import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import io.ottla.common.id.TopicIdPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioLogDirectoryTest extends LogDirectoryContract {
  private static final UUID DIRECTORY_ID = new UUID(7, 7);

  @TempDir
  private Path temp;

  @Override
  protected LogDirectory openFresh() throws IOException {
    return NioLogDirectory.open(temp.resolve("data/broker-1"), "cluster", 1, DIRECTORY_ID);
  }

  @Override
  protected LogDirectory reopen(LogDirectory closed) throws IOException {
    return NioLogDirectory.open(temp.resolve("data/broker-1"), "cluster", 1, new UUID(8, 8));
  }

  @Test
  void oneProcessAtATimeUsesADirectory() throws IOException {
    Path root = temp.resolve("shared");
    try (LogDirectory first = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      assertThat(first.directoryId()).isEqualTo(DIRECTORY_ID);
      assertThatThrownBy(() -> NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)).isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
    }
    NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID).close();
  }

  @Test
  void aDirectoryOfAnotherBrokerOrClusterIsRefused() throws IOException {
    Path root = temp.resolve("foreign");
    NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID).close();

    assertThatThrownBy(() -> NioLogDirectory.open(root, "cluster", 2, DIRECTORY_ID)).hasMessageContaining("broker.id");
    assertThatThrownBy(() -> NioLogDirectory.open(root, "other", 1, DIRECTORY_ID)).hasMessageContaining("cluster.id");
  }

  @Test
  void aDirectoryThatLostItsIdentityIsNotFormattedAgain() throws IOException {
    Path root = temp.resolve("lost");
    try (LogDirectory directory = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      directory.create(new PartitionMetadata(new TopicIdPartition(new UUID(1, 1), 0), "t", new UUID(2, 2)));
    }
    Path metadata = root.resolve("directory.metadata");
    byte[] content = Files.readAllBytes(metadata);
    content[3] ^= 1;
    Files.write(metadata, content);
    assertThatThrownBy(() -> NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)).hasMessageContaining("damaged");

    Files.delete(metadata);
    assertThatThrownBy(() -> NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)).hasMessageContaining("missing");
  }

  @Test
  void aReplicaWithoutSoundMetadataIsSetAsideAndKept() throws IOException {
    Path root = temp.resolve("stray");
    PartitionMetadata metadata = new PartitionMetadata(new TopicIdPartition(new UUID(1, 1), 0), "t", new UUID(2, 2));
    try (LogDirectory directory = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      directory.create(metadata).open("00000000000000000000.log").close();
    }
    Path partition = root.resolve(metadata.id().topicId() + "-0");
    Files.move(partition, root.resolve(new UUID(9, 9) + "-0"));
    try (LogDirectory directory = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      LogDirectory.Scan scan = directory.scan();
      assertThat(scan.partitions()).isEmpty();
      assertThat(scan.setAside()).singleElement().satisfies(
          name -> assertThat(root.resolve(name).resolve("00000000000000000000.log")).exists());
      assertThat(directory.scan().setAside()).isEmpty();
    }
  }

  @Test
  void whatACrashLeftHalfCreatedOrHalfDeletedIsRemoved() throws IOException {
    Path root = temp.resolve("halves");
    Files.createDirectories(root.resolve("lost+found"));
    NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID).close();
    Files.createDirectories(root.resolve(new UUID(1, 1) + "-0.new"));
    Files.createFile(
        Files.createDirectories(root.resolve(new UUID(1, 1) + "-1.0.deleted")).resolve("00000000000000000000.log"));
    try (LogDirectory directory = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      assertThat(directory.scan().setAside()).isEmpty();
    }
    try (Stream<Path> left = Files.list(root).filter(Files::isDirectory)) {
      assertThat(left).containsExactly(root.resolve("lost+found"));
    }
  }

  @Test
  void aCheckpointThatFindsNoRoomTakesTheReserve() throws IOException {
    Path root = temp.resolve("full");
    Path reserve = root.resolve(Reserve.FILE);
    try (LogDirectory directory = NioLogDirectory.open(root, "cluster", 1, DIRECTORY_ID)) {
      assertThat(reserve).hasSize(Reserve.BYTES);
      Checkpoints full = new Checkpoints(root, new Reserve(root)) {
        @Override
        void replace(String name, byte[] content) throws IOException {
          if (Files.exists(reserve)) {
            throw new IOException("No space left on device");
          }
          super.replace(name, content);
        }
      };
      full.writeCheckpoint("c", new byte[] {1});
      assertThat(directory.readCheckpoint("c")).containsExactly(1);
      assertThat(reserve).doesNotExist();
      directory.writeCheckpoint("d", new byte[] {2});
      assertThat(reserve).as("made again when there is room").hasSize(Reserve.BYTES);
      Files.delete(reserve);
      Checkpoints fuller = new Checkpoints(root, new Reserve(root)) {
        @Override
        void replace(String name, byte[] content) throws IOException {
          throw new IOException("No space left on device");
        }
      };
      assertThatThrownBy(() -> fuller.writeCheckpoint("e", new byte[] {3})).isInstanceOf(StorageFullException.class);
    }
  }

  @Test
  void anInterruptedThreadHarmsNobodyElsesUseOfAFile() throws IOException {
    SegmentFile file = new NioSegmentFile(temp.resolve("file"));
    file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    Thread.currentThread().interrupt();
    ByteBuffer target = ByteBuffer.allocate(3);
    assertThat(file.read(target, 0)).isEqualTo(3);
    file.append(ByteBuffer.wrap(new byte[] {4}));
    file.force();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(file.size()).isEqualTo(4);
    assertThat(file.read(target.clear(), 1)).isEqualTo(3);
    assertThat(target.array()).containsExactly(2, 3, 4);
    file.close();
  }
}
