package io.ottla.controller.storage;

import io.ottla.controller.raft.SnapshotId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
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
  private final Predicate<SnapshotId> isWhole;

  /** @param isWhole whether there is such a snapshot */
  LogRecovery(Directory directory, DurableHint hint, LogIndex index, Predicate<SnapshotId> isWhole) {
    this.directory = directory;
    this.hint = hint;
    this.index = index;
    this.isWhole = isWhole;
  }

  /** Fills the index, segments included; everything left is forced. */
  void recover() {
    directory.names().stream().filter(Segment::isReplacement).forEach(this::finishReset);
    removeSegmentsBehindCut();
    List<String> names = segmentNames();
    if (names.isEmpty()) {
      throw new StorageCorruptionException(directory.path(), "is formatted, but has no segment of the log");
    }
    if (hint.segment() > Segment.baseIndex(names.getLast())) {
      throw new StorageCorruptionException(directory.pathOf(Segment.name(hint.segment())),
          "is missing: it was the newest segment of the log");
    }
    for (int i = 0; i < names.size(); i++) {
      recover(names.get(i), i == 0, i == names.size() - 1);
    }
    if (hint.index() > index.lastIndex()) {
      throw new StorageCorruptionException(directory.pathOf(names.getLast()), "ends the log at entry "
          + index.lastIndex() + ", although entries up to " + hint.index() + " had been forced to disk");
    }
    index.lastSegment().file().force();
    directory.force();
    hint.endCut();
  }

  private List<String> segmentNames() {
    return directory.names().stream().filter(Segment::isName).toList();
  }

  private void removeSegmentsBehindCut() {
    for (String name : segmentNames().reversed()) {
      if (Segment.baseIndex(name) - 1 > hint.cutTo()) {
        LOG.info("event=interrupted_truncation_finished file={} kept_index={}", name, hint.cutTo());
        directory.delete(name);
        directory.force();
      }
    }
  }

  /** A crash interrupted the replacement of the log by a snapshot: a whole header means that the removal may have begun (Q34). */
  private void finishReset(String name) {
    SegmentHeader header;
    try (DiskFile file = directory.open(name)) {
      header = SegmentHeader.decode(file.readAll());
      file.force();
    }
    // When only the process had ended, what was read may not have been on disk, nor its name; and everything else is about to go.
    directory.force();
    if (header == null || header.baseIndex() != Segment.baseIndex(name)) {
      directory.delete(name);
      return;
    }
    SnapshotId snapshot = new SnapshotId(header.baseIndex() - 1, header.termBefore());
    if (!isWhole.test(snapshot)) {
      throw new StorageCorruptionException(directory.pathOf(name),
          "was to replace the log by the snapshot " + snapshot + ", which is missing or damaged");
    }
    LOG.info("event=interrupted_log_reset_finished snapshot={}", snapshot);
    replaceAll(directory, hint, header);
  }

  /**
   * Removes all segments and then gives the new one its name. Until it has that name it says that the others are to go, so a crash may leave
   * any of them.
   */
  static void replaceAll(Directory directory, DurableHint hint, SegmentHeader header) {
    // Above the snapshot nothing is promised any more; below it the snapshot is the promise.
    hint.lower(header.baseIndex() - 1);
    directory.names().stream().filter(Segment::isName).forEach(directory::delete);
    directory.force();
    String name = Segment.name(header.baseIndex());
    directory.rename(name + Segment.REPLACEMENT, name);
    directory.force();
  }

  private void recover(String name, boolean first, boolean last) {
    long base = Segment.baseIndex(name);
    if (!first && base != index.lastIndex() + 1) {
      throw new StorageCorruptionException(directory.pathOf(name),
          "begins after a gap: the segment before it ends at entry " + index.lastIndex());
    }
    // Only a log whose prefix was dropped has to be told by its first segment what came before.
    boolean known = !first || base == 1;
    SegmentHeader expected = first ? new SegmentHeader(base, 0, 0) : index.nextHeader();
    byte[] content = content(name, expected);
    SegmentHeader header = SegmentHeader.decode(content);
    if (header == null && last && known && interruptedCreation(content)) {
      LOG.info("event=segment_creation_completed file={}", name);
      add(Segment.create(directory, name, expected), expected, first);
      return;
    }
    if (header == null) {
      throw damaged(name, 0, "its header is damaged");
    }
    if (known ? !header.equals(expected) : header.baseIndex() != base || header.termBefore() < 1) {
      throw damaged(name, 0, "its header does not continue the log");
    }
    Segment segment = Segment.of(base, directory.open(name));
    add(segment, header, first);
    int end = readFrames(ByteBuffer.wrap(content));
    if (end < content.length) {
      if (!last) {
        throw damaged(name, end, "it is not the last segment");
      }
      cutTornTail(name, segment.file(), ByteBuffer.wrap(content), end);
    }
  }

  private byte[] content(String name, SegmentHeader expected) {
    byte[] content = directory.read(name);
    byte[] upgraded = SegmentHeader.upgrade(content, expected);
    if (upgraded == null) {
      return content;
    }
    LOG.info("event=segment_upgraded file={}", name);
    directory.replace(name, upgraded);
    return upgraded;
  }

  private void add(Segment segment, SegmentHeader header, boolean first) {
    if (first) {
      index.start(segment, header);
    } else {
      index.addSegment(segment);
    }
  }

  /** Frames are written only after the header was forced: a file without any is what an interrupted creation leaves. */
  private boolean interruptedCreation(byte[] content) {
    for (int i = SegmentHeader.BYTES; i < content.length; i++) {
      if (content[i] != 0) {
        return false;
      }
    }
    return hint.index() <= index.lastIndex();
  }

  private int readFrames(ByteBuffer bytes) {
    int position = SegmentHeader.BYTES;
    Frame frame = next(bytes, position);
    while (frame != null && frame.entry().index() <= hint.cutTo()) {
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
    if (torn <= hint.cutTo()) {
      checkNothingProvesForced(name, bytes, end, torn);
    }
    LOG.warn("event=torn_tail_cut file={} position={} bytes={} last_index={}", name, end, bytes.limit() - end,
        index.lastIndex());
    file.truncate(end);
  }

  private void checkNothingProvesForced(String name, ByteBuffer bytes, int end, long torn) {
    for (int at = end + 1; at <= bytes.limit() - Frame.HEADER_BYTES; at++) {
      long claimed = bytes.getLong(at + 8);
      Frame later = claimed > torn && claimed < torn + bytes.limit() ? Frame.decode(bytes, at) : null;
      if (later != null && provesForced(later, torn)) {
        throw damaged(name, end, "index " + torn + " had been forced to disk (entry " + claimed + " says so)");
      }
    }
  }

  /** Terms do not fall along a log: a frame of an older term than the last good one is from before a truncation, and speaks of that time. */
  private boolean provesForced(Frame later, long torn) {
    return later.durableAtWrite() >= torn && later.entry().term() >= index.termAt(index.lastIndex());
  }

  private StorageCorruptionException damaged(String name, int position, String proof) {
    return new StorageCorruptionException(directory.pathOf(name),
        "is damaged at byte " + position + ", and a crash does not explain it: " + proof);
  }
}
