package io.ottla.broker.storage;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.log.port.SegmentFile;
import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One replica's directory. */
final class NioPartitionDirectory implements PartitionDirectory {
  private final Path path;
  private final PartitionMetadata metadata;
  private final Checkpoints checkpoints;

  NioPartitionDirectory(Path path, PartitionMetadata metadata, Reserve reserve) {
    this.path = path;
    this.metadata = metadata;
    this.checkpoints = new Checkpoints(path, reserve);
  }

  @Override
  public PartitionMetadata metadata() {
    return metadata;
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Override
  public SegmentFile open(String name) throws IOException {
    try {
      return new NioSegmentFile(path.resolve(name));
    } catch (IOException e) {
      throw NioSegmentFile.isNoRoom(e) ? new StorageFullException("no room to create " + name, e) : e;
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
  }

  @Override
  public void force() throws IOException {
    Checkpoints.force(path);
  }

  @Override
  public byte @Nullable [] readCheckpoint(String name) throws IOException {
    return checkpoints.readCheckpoint(name);
  }

  @Override
  public void writeCheckpoint(String name, byte[] content) throws IOException {
    checkpoints.writeCheckpoint(name, content);
  }

  @Override
  public void deleteCheckpoint(String name) throws IOException {
    checkpoints.deleteCheckpoint(name);
  }
}
