package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log at start (Q43-Q45). An invalid frame in the last segment is a torn tail and cut off, unless something proves that it had
 * been forced; anything else that is not right means that acknowledged entries may be gone, and the log does not open.
 */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private final Directory directory;
  private final DurableHint hint;
  private final LogIndex index;
  private final List<Segment> segments = new ArrayList<>();

  LogRecovery(Directory directory, DurableHint hint, LogIndex index) {
    this.directory = directory;
    this.hint = hint;
    this.index = index;
  }

  /** The segments, open; the index is filled, and everything left is forced. */
  List<Segment> recover() {
    List<String> names = directory.names().stream().filter(Segment::isName).toList();
    if (names.isEmpty()) {
      throw new StorageCorruptionException(directory.path(), "is formatted, but has no segment of the log");
    }
    for (int i = 0; i < names.size(); i++) {
      recover(names.get(i), i == names.size() - 1);
    }
    if (hint.index() > index.lastIndex()) {
      throw new StorageCorruptionException(directory.pathOf(names.getLast()), "ends the log at entry "
          + index.lastIndex() + ", although entries up to " + hint.index() + " had been forced to disk");
    }
    segments.getLast().file().force();
    directory.force();
    return segments;
  }

  private void recover(String name, boolean last) {
    long base = Segment.baseIndex(name);
    if (base != index.lastIndex() + 1) {
      throw new StorageCorruptionException(directory.pathOf(name),
          "begins after a gap: the segment before it ends at entry " + index.lastIndex());
    }
    DiskFile file = directory.open(name);
    byte[] content = file.readAll();
    if (!Segment.hasHeader(content, base)) {
      if (!last || !interruptedCreation(content)) {
        throw damaged(name, 0, "its header is damaged");
      }
      file.close();
      LOG.info("event=segment_creation_completed file={}", name);
      segments.add(Segment.create(directory, base));
      return;
    }
    segments.add(new Segment(base, file));
    int end = readFrames(ByteBuffer.wrap(content));
    if (end < content.length) {
      if (!last) {
        throw damaged(name, end, "it is not the last segment");
      }
      cutTornTail(name, file, ByteBuffer.wrap(content), end);
    }
  }

  /** Frames are written only after the header was forced: a file without any is what an interrupted creation leaves. */
  private boolean interruptedCreation(byte[] content) {
    for (int i = Segment.HEADER_BYTES; i < content.length; i++) {
      if (content[i] != 0) {
        return false;
      }
    }
    return hint.index() <= index.lastIndex();
  }

  private int readFrames(ByteBuffer bytes) {
    int position = Segment.HEADER_BYTES;
    Frame frame = next(bytes, position);
    while (frame != null) {
      index.add(frame.entry(), position, frame.sizeInBytes(), frame.crc());
      position += frame.sizeInBytes();
      frame = next(bytes, position);
    }
    return position;
  }

  private @Nullable Frame next(ByteBuffer bytes, int position) {
    Frame frame = Frame.decode(bytes, position);
    long last = index.lastIndex();
    boolean follows = frame != null && frame.entry().index() == last + 1
        && frame.entry().term() >= index.termAt(last) && frame.prevCrc() == index.crcAt(last)
        && frame.durableAtWrite() <= last;
    return follows ? frame : null;
  }

  private void cutTornTail(String name, DiskFile file, ByteBuffer bytes, int end) {
    long torn = index.lastIndex() + 1;
    if (hint.index() >= torn) {
      throw damaged(name, end, "index " + torn + " had been forced to disk (durable hint " + hint.index() + ")");
    }
    for (int at = end + 1; at <= bytes.limit() - Frame.HEADER_BYTES; at++) {
      long claimed = bytes.getLong(at + 8);
      Frame later = claimed > torn && claimed < torn + bytes.limit() ? Frame.decode(bytes, at) : null;
      if (later != null && later.durableAtWrite() >= torn) {
        throw damaged(name, end, "index " + torn + " had been forced to disk (entry " + claimed + " says so)");
      }
    }
    LOG.warn("event=torn_tail_cut file={} position={} bytes={} last_index={}", name, end, bytes.limit() - end,
        index.lastIndex());
    file.truncate(end);
    file.force();
  }

  private StorageCorruptionException damaged(String name, int position, String proof) {
    return new StorageCorruptionException(directory.pathOf(name),
        "is damaged at byte " + position + ", and a crash does not explain it: " + proof);
  }
}
