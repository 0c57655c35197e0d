package io.ottla.controller.storage;

/**
 * One file of the log: a {@link SegmentHeader}, and frames from {@code baseIndex} on. The header and the file's name are durable before the
 * first frame is written.
 */
record Segment(long baseIndex, SharedFile shared) {
  /** Ends the name of a segment that is to replace all others: it is a whole header, durable before the first of them is removed. */
  static final String REPLACEMENT = ".reset";

  static String name(long baseIndex) {
    return String.format("%020d.log", baseIndex);
  }

  static boolean isName(String name) {
    return name.length() == 24 && name.endsWith(".log") && name.chars().limit(20).allMatch(Character::isDigit);
  }

  static boolean isReplacement(String name) {
    return name.endsWith(REPLACEMENT) && isName(name.substring(0, name.length() - REPLACEMENT.length()));
  }

  static long baseIndex(String name) {
    return Long.parseLong(name.substring(0, 20));
  }

  /** Creates a file durably, header included; also over the remains of an interrupted creation. */
  static Segment create(Directory directory, String name, SegmentHeader header) {
    DiskFile file = directory.open(name);
    file.truncate(0);
    file.write(header.encode(), 0);
    file.force();
    directory.force();
    return of(header.baseIndex(), file);
  }

  static Segment of(long baseIndex, DiskFile file) {
    return new Segment(baseIndex, new SharedFile(file));
  }

  String name() {
    return name(baseIndex);
  }

  /** For the storage thread. */
  DiskFile file() {
    return shared.disk();
  }
}
