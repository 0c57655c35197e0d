package io.ottla.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The files of a controller that does not run, to be damaged; {@code docs/on-disk-format.md} describes them. Reads them without the
 * product's code, so that it cannot share its mistakes.
 */
final class MetadataFiles {
  /** What happens to a range of bytes. */
  enum Damage {
    /** The file ends in the middle of it. */
    CUT,
    /** Zeros instead of its second half. */
    ZERO,
    /** One bit in its middle is another. */
    FLIP,
    /** It is gone: a whole file is deleted, a part is taken out so that what follows it moves up. */
    DELETE
  }

  /** A range of bytes of a file. */
  record Range(Path file, int from, int to) {}

  private static final int FIRST_VERSION_HEADER = 24;
  private static final int HEADER = 32;
  private static final int FRAME_HEADER = 37;
  private static final int FRAME_INDEX_AT = 8;
  private static final int HINT = 32;
  private static final long NO_CUT = -1;

  private final Path directory;

  MetadataFiles(Node controller) {
    this.directory = controller.directory().resolve("data/metadata");
  }

  Path directory() {
    return directory;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** A file as a whole. */
  Range whole(String name) {
    return new Range(file(name), 0, read(file(name)).length);
  }

  /** The newest snapshot as a whole. */
  Range newestSnapshot() {
    List<Path> snapshots = named(".snapshot");
    if (snapshots.isEmpty()) {
      throw new AssertionError("no snapshot in " + directory);
    }
    return new Range(snapshots.getLast(), 0, read(snapshots.getLast()).length);
  }

  /** The last frame of the log. */
  Range lastFrame() {
    return frames().getLast();
  }

  /** Writes the beginning of a frame behind the last one, as if the process had died in it. */
  Range writeAnotherFrame() {
    Range last = lastFrame();
    byte[] content = read(last.file());
    int length = last.to() - last.from();
    byte[] longer = Arrays.copyOf(content, last.to() + length);
    System.arraycopy(content, last.from(), longer, last.to(), length);
    write(last.file(), longer);
    return new Range(last.file(), last.to(), last.to() + length);
  }

  /** A frame with many before and behind it. */
  Range middleFrame() {
    List<Range> frames = frames();
    if (frames.size() < 10) {
      throw new AssertionError("only " + frames.size() + " frames in " + directory);
    }
    return frames.get(frames.size() / 2);
  }

  /** The index of a frame's entry. */
  static long index(Range frame) {
    return ByteBuffer.wrap(read(frame.file())).getLong(frame.from() + FRAME_INDEX_AT);
  }

  /** Makes the hint say that everything up to that index was once forced. */
  void hintThatForced(long index) {
    ByteBuffer hint = ByteBuffer.allocate(HINT).putLong(index).putLong(NO_CUT).putLong(firstOfNewestSegment());
    CRC32C crc = new CRC32C();
    crc.update(hint.duplicate().flip());
    write(file("durable-hint"), hint.putInt((int) crc.getValue()).putInt(0).array());
  }

  /** The first index that the log still has, by the name of its oldest segment. */
  long firstIndex() {
    return Long.parseLong(named(".log").getFirst().getFileName().toString().replace(".log", ""));
  }

  private long firstOfNewestSegment() {
    return Long.parseLong(named(".log").getLast().getFileName().toString().replace(".log", ""));
  }

  /** All frames of the newest segment that has any. */
  private List<Range> frames() {
    for (Path segment : named(".log").reversed()) {
      List<Range> frames = frames(segment);
      if (!frames.isEmpty()) {
        return frames;
      }
    }
    throw new AssertionError("no entries in " + directory);
  }

  private static List<Range> frames(Path segment) {
    ByteBuffer bytes = ByteBuffer.wrap(read(segment));
    List<Range> frames = new ArrayList<>();
    int at = bytes.limit() > 7 && bytes.get(7) == '1' ? FIRST_VERSION_HEADER : HEADER;
    while (bytes.limit() - at >= FRAME_HEADER && bytes.getInt(at) >= FRAME_HEADER
        && bytes.getInt(at) <= bytes.limit() - at) {
      frames.add(new Range(segment, at, at + bytes.getInt(at)));
      at += bytes.getInt(at);
    }
    return frames;
  }

  private List<Path> named(String suffix) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.getFileName().toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void damage(Range range, Damage how) {
    byte[] content = read(range.file());
    int middle = (range.from() + range.to()) / 2;
    switch (how) {
      case CUT -> write(range.file(), Arrays.copyOf(content, middle));
      case ZERO -> {
        Arrays.fill(content, middle, range.to(), (byte) 0);
        write(range.file(), content);
      }
      case FLIP -> {
        content[middle] ^= 1;
        write(range.file(), content);
      }
      case DELETE -> {
        if (range.from() == 0 && range.to() == content.length) {
          delete(range.file());
        } else {
          write(range.file(), ByteBuffer.allocate(content.length - range.to() + range.from())
              .put(content, 0, range.from()).put(content, range.to(), content.length - range.to()).array());
        }
      }
    }
  }

  /** Everything, to be put back. */
  Map<Path, byte[]> save() {
    Map<Path, byte[]> files = new TreeMap<>();
    named("").forEach(path -> files.put(path, read(path)));
    return files;
  }

  /** Exactly these files again. */
  void putBack(Map<Path, byte[]> files) {
    empty();
    files.forEach(MetadataFiles::write);
  }

  /** As a new disk. */
  void empty() {
    named("").forEach(MetadataFiles::delete);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
