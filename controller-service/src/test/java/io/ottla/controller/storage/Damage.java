package io.ottla.controller.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What befalls a file while its node is down (F4). Needs nothing but the file, so any drill can use it. */
public enum Damage {
  /** The file ends at the position. */
  CUT_SHORT("cut short") {
    @Override
    void change(FileChannel file, long position) throws IOException {
      file.truncate(position);
    }
  },
  /** {@link #ZEROS} bytes from the position on are zero. */
  ZERO_RANGE("a range zeroed") {
    @Override
    void change(FileChannel file, long position) throws IOException {
      file.write(ByteBuffer.allocate((int) Math.min(ZEROS, file.size() - position)), position);
    }
  },
  /** One bit at the position is the other way round. */
  FLIP_BIT("a bit flipped") {
    @Override
    void change(FileChannel file, long position) throws IOException {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1));
      file.write(one.flip(), position);
    }
  },
  /** There is no such file. */
  DELETE("deleted") {
    @Override
    void change(FileChannel file, long position) {
      throw new IllegalStateException("a deleted file has no content");
    }
  };

  /** Length of a zeroed range. */
  public static final int ZEROS = 64;

  private final String words;

  Damage(String words) {
    this.words = words;
  }

  abstract void change(FileChannel file, long position) throws IOException;

  /**
   * Does it.
   *
   * @param position where, within the file; without meaning for {@link #DELETE}
   */
  public void inflict(Path file, long position) {
    try {
      if (this == DELETE) {
        Files.delete(file);
        return;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        if (position < 0 || position >= channel.size()) {
          throw new IllegalArgumentException(file + " has no byte " + position);
        }
        change(channel, position);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return words;
  }
}
