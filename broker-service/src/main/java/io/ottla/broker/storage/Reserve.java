package io.ottla.broker.storage;

import io.ottla.broker.log.port.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Room on the device that appends cannot take: a file that is given up when a checkpoint finds no room (P44). Truncations, new leaderships and
 * a clean shutdown then still work on a full disk. It is made again when there is room for much more. Safe for concurrent use.
 */
final class Reserve {
  static final String FILE = ".reserve";
  static final int BYTES = 1024 * 1024;
  private static final long WANTED_ROOM_BYTES = 16L * BYTES;

  private final Path file;

  Reserve(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** Makes the file if it is not there and there is room enough. */
  synchronized void fill() throws IOException {
    if (Files.exists(file) || Files.getFileStore(file.toAbsolutePath().getParent())
        .getUsableSpace() < WANTED_ROOM_BYTES) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(BYTES);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      if (!NioSegmentFile.isNoRoom(e)) {
        throw e;
      }
    }
  }

  /** Gives the room up; says whether there was any, so that it is worth while to try again what failed. */
  synchronized void release(IOException cause) throws StorageFullException {
    try {
      if (Files.deleteIfExists(file)) {
        return;
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    throw new StorageFullException("no room, and no reserve left", cause);
  }
}
