package io.ottla.broker.storage;

import io.ottla.broker.log.port.CheckpointDirectory;
import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Small files in one directory, each replaced by: write aside, force, rename, force the directory (P1). Safe for concurrent use. */
class Checkpoints implements CheckpointDirectory {
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path directory;
  private final @Nullable Reserve reserve;

  Checkpoints(Path directory) {
    this(directory, null);
  }

  /** With room kept free for the day on which there is none. */
  Checkpoints(Path directory, @Nullable Reserve reserve) {
    this.directory = directory;
    this.reserve = reserve;
  }

  @Override
  public byte @Nullable [] readCheckpoint(String name) throws IOException {
    try {
      return Files.readAllBytes(directory.resolve(name));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public synchronized void writeCheckpoint(String name, byte[] content) throws IOException {
    try {
      replace(name, content);
    } catch (IOException e) {
      if (!NioSegmentFile.isNoRoom(e)) {
        throw e;
      }
      if (reserve == null) {
        throw new StorageFullException("no room to write " + name, e);
      }
      reserve.release(e);
      replaceOnceMore(name, content);
    }
  }

  private void replaceOnceMore(String name, byte[] content) throws IOException {
    try {
      replace(name, content);
    } catch (IOException e) {
      throw NioSegmentFile.isNoRoom(e) ? new StorageFullException("no room to write " + name, e) : e;
    }
  }

  /** Writes aside, forces, renames, forces the directory. */
  void replace(String name, byte[] content) throws IOException {
    Path temporary = directory.resolve(name + TEMPORARY_SUFFIX);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    force(directory);
  }

  @Override
  public synchronized void deleteCheckpoint(String name) throws IOException {
    if (Files.deleteIfExists(directory.resolve(name))) {
      force(directory);
    }
  }

  /** Makes the names in a directory durable. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
