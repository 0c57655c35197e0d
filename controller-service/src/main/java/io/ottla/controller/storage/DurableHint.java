package io.ottla.controller.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What recovery cannot learn from the log itself, in a small file that is overwritten in place, within one sector. Thirty-two bytes: index
 * i64, kept i64, segment i64, crc i32 of these, four bytes unused. A damaged hint says nothing.
 *
 * <ul>
 * <li>"Up to this index everything was forced once", and "a segment with this base was created", written when it is so and never ahead of it:
 * tells a torn tail from the loss of what had been forced (Q44).</li>
 * <li>"The log is being cut back to this index": what comes after may be torn although it had been forced, since a file system writes zeros
 * behind a new end before the end is durable. The cut is finished whatever is found there (Q40).</li>
 * </ul>
 */
final class DurableHint implements AutoCloseable {
  static final String NAME = "durable-hint";
  private static final int BYTES = 32;
  private static final int CRC_AT = 24;
  private static final Content NOTHING = new Content(0, Content.NO_CUT, 0);

  private final DiskFile file;
  private Content content;

  /**
   * What the file says.
   *
   * @param index everything up to here was forced
   * @param kept index that a cut keeps that was begun and perhaps not finished, {@link #NO_CUT} for none
   * @param segment base of the newest segment, as far as known
   */
  private record Content(long index, long kept, long segment) {
    private static final long NO_CUT = -1;
  }

  private DurableHint(DiskFile file, Content content) {
    this.file = file;
    this.content = content;
  }

  static DurableHint open(Directory directory) {
    boolean created = !directory.exists(NAME);
    DiskFile file = directory.open(NAME);
    if (created) {
      directory.force();
    }
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    boolean whole = file.read(bytes, 0) == BYTES && bytes.getInt(CRC_AT) == crc(bytes);
    // When only the process had ended, the disk may still have an older content than the one read.
    file.force();
    return new DurableHint(file,
        whole ? new Content(bytes.getLong(0), bytes.getLong(8), bytes.getLong(16)) : NOTHING);
  }

  /** The hint in a directory that may have none; changes nothing. */
  static long indexIn(Directory directory) {
    if (!directory.exists(NAME)) {
      return 0;
    }
    try (DurableHint hint = open(directory)) {
      return hint.index();
    }
  }

  /** Everything up to here was forced. */
  long index() {
    return content.index();
  }

  /** A segment with this base was there, 0 when that is not known. */
  long segment() {
    return content.segment();
  }

  /** The index a cut keeps that was begun and perhaps not finished; the largest of all when there is none. */
  long cutTo() {
    return content.kept() == Content.NO_CUT ? Long.MAX_VALUE : content.kept();
  }

  /** Notes how far everything has been forced, and the newest segment. Not forced itself: an older hint is true as well. */
  void raise(long durableIndex, long segment) {
    if (durableIndex > content.index() || segment > content.segment()) {
      write(new Content(Math.max(durableIndex, content.index()), Content.NO_CUT,
          Math.max(segment, content.segment())));
    }
  }

  /** As {@link #raise}, and certain to be there after a crash. */
  void raiseDurably(long durableIndex, long segment) {
    raise(durableIndex, segment);
    file.force();
  }

  /** Before all entries are replaced by a snapshot up to here: afterwards the absence of later ones proves nothing. */
  void lower(long durableIndex) {
    write(new Content(Math.min(content.index(), durableIndex), Content.NO_CUT, 0));
    file.force();
  }

  /** Before entries from {@code keep + 1} on are removed on purpose, and with them all segments after this one. */
  void beginCut(long keep, long segment) {
    write(new Content(Math.min(content.index(), keep), keep, Math.min(content.segment(), segment)));
    file.force();
  }

  /** When the removal is durable, and before anything is written in place of what was removed. */
  void endCut() {
    if (content.kept() != Content.NO_CUT) {
      write(new Content(content.index(), Content.NO_CUT, content.segment()));
      file.force();
    }
  }

  private void write(Content changed) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(changed.index()).putLong(changed.kept())
        .putLong(changed.segment());
    bytes.putInt(crc(bytes)).putInt(0).flip();
    file.write(bytes, 0);
    content = changed;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, CRC_AT));
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    file.close();
  }
}
