package io.ottla.broker.log;

import java.util.List;

/** File names of segments: the base offset in 20 digits, so that names sort like offsets and the field's tools know them. Stateless. */
final class SegmentNames {
  static final String LOG_SUFFIX = ".log";
  static final String INDEX_SUFFIX = ".index";
  static final String TIME_INDEX_SUFFIX = ".timeindex";
  /** What was known of producers at an offset, which is in the name. */
  static final String PRODUCERS_SUFFIX = ".producers";
  /** Added to the name of a file that left the log and waits for its removal. */
  static final String DELETED_SUFFIX = ".deleted";
  /** Added to the names of files a cleaning is still writing. */
  static final String CLEANED_SUFFIX = ".cleaned";
  /** Added to the names of files that take the place of others. */
  static final String SWAP_SUFFIX = ".swap";
  private static final int DIGITS = 20;

  private SegmentNames() {
  }

  static String log(long baseOffset) {
    return digits(baseOffset) + LOG_SUFFIX;
  }

  static String index(long baseOffset) {
    return digits(baseOffset) + INDEX_SUFFIX;
  }

  static String timeIndex(long baseOffset) {
    return digits(baseOffset) + TIME_INDEX_SUFFIX;
  }

  static String producers(long offset) {
    return digits(offset) + PRODUCERS_SUFFIX;
  }

  /** Whether the file belongs to a segment. */
  static boolean isOfSegment(String name) {
    return isSegment(name, LOG_SUFFIX) || isSegment(name, INDEX_SUFFIX) || isSegment(name, TIME_INDEX_SUFFIX);
  }

  /** Base offsets of the names with this suffix, ascending; other names are ignored. */
  static long[] baseOffsets(List<String> names, String suffix) {
    return names.stream().filter(name -> isSegment(name, suffix))
        .mapToLong(name -> Long.parseLong(name, 0, DIGITS, 10)).sorted().toArray();
  }

  private static boolean isSegment(String name, String suffix) {
    return name.length() == DIGITS + suffix.length() && name.endsWith(suffix)
        && name.chars().limit(DIGITS).allMatch(c -> c >= '0' && c <= '9') && name.charAt(0) == '0';
  }

  private static String digits(long baseOffset) {
    String number = Long.toString(baseOffset);
    return "0".repeat(DIGITS - number.length()) + number;
  }
}
