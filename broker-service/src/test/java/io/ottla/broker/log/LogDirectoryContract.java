package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.log.port.LogDirectory;
import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.common.id.TopicIdPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every storage behind the log must do; run by the real files and by the disk in memory. */
public abstract class LogDirectoryContract {
  private static final PartitionMetadata METADATA = new PartitionMetadata(new TopicIdPartition(new UUID(1, 2), 3),
      "orders", new UUID(4, 5));

  private LogDirectory directory;

  /** A fresh, empty directory. */
  protected abstract LogDirectory openFresh() throws IOException;

  /** The same directory as a new process finds it. */
  protected abstract LogDirectory reopen(LogDirectory closed) throws IOException;

  @BeforeEach
  void open() throws IOException {
    directory = openFresh();
    assertThat(directory.scan().partitions()).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    directory.close();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String content(SegmentFile file, long position, int size) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(size);
    int read = file.read(target, position);
    assertThat(target.position()).isEqualTo(read);
    return new String(target.array(), 0, read, StandardCharsets.US_ASCII);
  }

  @Test
  void appendedBytesAreReadAtTheirPosition() throws IOException {
    try (SegmentFile file = directory.create(METADATA).open("a.log")) {
      ByteBuffer source = bytes("xxhellox").position(2).limit(7);
      file.append(source);
      file.append(bytes(" world"));

      assertThat(source.hasRemaining()).isFalse();
      assertThat(file.size()).isEqualTo(11);
      assertThat(file.name()).isEqualTo("a.log");
      assertThat(content(file, 3, 5)).isEqualTo("lo wo");
      assertThat(content(file, 8, 100)).isEqualTo("rld");
      assertThat(content(file, 11, 5)).isEmpty();
      assertThat(content(file, 50, 5)).isEmpty();
    }
  }

  @Test
  void appendsGoOnAtTheEndAfterACutAndAfterReopening() throws IOException {
    PartitionDirectory partition = directory.create(METADATA);
    try (SegmentFile file = partition.open("a.log")) {
      file.append(bytes("abcdef"));
      file.truncate(3);
      file.force();
      assertThat(file.size()).isEqualTo(3);
      file.append(bytes("X"));
      assertThatThrownBy(() -> file.truncate(5)).isInstanceOf(IllegalArgumentException.class);
    }
    try (SegmentFile file = partition.open("a.log")) {
      file.append(bytes("Y"));
      assertThat(content(file, 0, 10)).isEqualTo("abcXY");
    }
  }

  @Test
  void regionsAreTransferred() throws IOException {
    try (SegmentFile file = directory.create(METADATA).open("a.log")) {
      file.append(bytes("0123456789"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(file.transferTo(2, 5, Channels.newChannel(out))).isEqualTo(5);
      assertThat(file.transferTo(8, 5, Channels.newChannel(out))).isEqualTo(2);
      assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("2345689");
    }
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    SegmentFile file = directory.create(METADATA).open("a.log");
    file.append(bytes("abc"));
    file.close();

    assertThatThrownBy(() -> content(file, 0, 1)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.append(bytes("d"))).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(file::force).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void filesAreListedAndRemoved() throws IOException {
    PartitionDirectory partition = directory.create(METADATA);
    partition.open("a.log").close();
    partition.open("b.log").close();
    partition.force();
    assertThat(partition.list()).contains("a.log", "b.log");

    partition.delete("a.log");
    partition.delete("a.log");
    partition.force();
    assertThat(partition.list()).contains("b.log").doesNotContain("a.log");
  }

  @Test
  void aRenamedFileTakesItsHandlesAlongAndReplacesWhatHadTheName() throws IOException {
    PartitionDirectory partition = directory.create(METADATA);
    try (SegmentFile file = partition.open("a.log"); SegmentFile replaced = partition.open("b.log")) {
      file.append(bytes("abc"));
      replaced.append(bytes("old"));
      file.renameTo("b.log");
      file.append(bytes("def"));
      partition.force();

      assertThat(file.name()).isEqualTo("b.log");
      assertThat(content(file, 0, 10)).isEqualTo("abcdef");
      assertThat(content(replaced, 0, 10)).as("readers of the old file go on").isEqualTo("old");
      assertThat(partition.list()).contains("b.log").doesNotContain("a.log");
    }
    try (SegmentFile file = partition.open("b.log")) {
      assertThat(content(file, 0, 10)).isEqualTo("abcdef");
    }
  }

  @Test
  void checkpointsAreReplacedAsAWholeAndSurviveARestart() throws IOException {
    PartitionDirectory partition = directory.create(METADATA);
    assertThat(partition.readCheckpoint("c")).isNull();
    partition.writeCheckpoint("c", new byte[] {1, 2, 3});
    partition.writeCheckpoint("c", new byte[] {4});
    directory.writeCheckpoint("d", new byte[] {5});
    directory.writeCheckpoint("e", new byte[] {6});
    directory.deleteCheckpoint("e");
    directory.deleteCheckpoint("e");
    directory.close();
    directory = reopen(directory);

    assertThat(directory.scan().partitions().getFirst().readCheckpoint("c")).containsExactly(4);
    assertThat(directory.readCheckpoint("d")).containsExactly(5);
    assertThat(directory.readCheckpoint("e")).isNull();
  }

  @Test
  void aReplicaIsFoundAgainByItsIds() throws IOException {
    directory.create(METADATA);
    assertThatThrownBy(() -> directory.create(METADATA)).isInstanceOf(IOException.class);
    UUID id = directory.directoryId();
    directory.close();
    directory = reopen(directory);

    LogDirectory.Scan scan = directory.scan();
    assertThat(scan.partitions()).extracting(PartitionDirectory::metadata).containsExactly(METADATA);
    assertThat(scan.setAside()).isEmpty();
    assertThat(directory.directoryId()).isEqualTo(id);
  }

  @Test
  void aDeletedOrSetAsideReplicaIsNotFoundAgainAndCanBeCreatedAnew() throws IOException {
    directory.create(METADATA).open("a.log").close();
    directory.delete(METADATA.id());
    assertThat(directory.create(METADATA).list()).doesNotContain("a.log");
    directory.setAside(METADATA.id());
    directory.close();
    directory = reopen(directory);

    assertThat(directory.scan().partitions()).isEmpty();
    assertThat(directory.create(METADATA).list()).doesNotContain("a.log");
  }
}
