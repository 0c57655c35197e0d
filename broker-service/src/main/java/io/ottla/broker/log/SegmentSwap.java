package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.SegmentFile;
import java.io.IOException;
import java.util.List;

/**
 * Puts a cleaned segment in the place of others so that a crash at any step leaves the old ones or the new one (F29): the new files, forced, get
 * the suffix {@code .swap}, the log's last; from when that name is durable the new segment counts. Then the old files go, then the new ones get
 * their names. Each of the three is forced before the next. Stateless.
 */
final class SegmentSwap {
  private SegmentSwap() {
  }

  /** Swaps the files; the old segments stay open under the names of removed files. */
  static void swap(PartitionDirectory directory, CleanedGroup group) throws IOException {
    group.fresh().renameTo(SegmentNames.SWAP_SUFFIX);
    directory.force();
    for (Segment segment : group.old()) {
      segment.retire();
    }
    directory.force();
    group.fresh().renameTo("");
    directory.force();
  }

  /** Finishes or forgets what a crash interrupted. */
  static void recover(PartitionDirectory directory) throws IOException {
    boolean changed = remove(directory, SegmentNames.CLEANED_SUFFIX);
    for (long base : SegmentNames.baseOffsets(directory.list(), SegmentNames.LOG_SUFFIX + SegmentNames.SWAP_SUFFIX)) {
      finish(directory, base);
    }
    changed |= remove(directory, SegmentNames.SWAP_SUFFIX);
    if (changed) {
      directory.force();
    }
  }

  private static boolean remove(PartitionDirectory directory, String suffix) throws IOException {
    boolean any = false;
    for (String name : directory.list()) {
      if (name.endsWith(suffix)) {
        directory.delete(name);
        any = true;
      }
    }
    return any;
  }

  private static void finish(PartitionDirectory directory, long base) throws IOException {
    long end = endOf(directory, base);
    for (long old : SegmentNames.baseOffsets(directory.list(), SegmentNames.LOG_SUFFIX)) {
      if (old >= base && old < end) {
        directory.delete(SegmentNames.log(old));
        directory.delete(SegmentNames.index(old));
        directory.delete(SegmentNames.timeIndex(old));
      }
    }
    directory.force();
    List<String> present = directory.list();
    // The log last: while its name says swap, all of this is done again.
    for (String name : List.of(SegmentNames.index(base), SegmentNames.timeIndex(base), SegmentNames.log(base))) {
      if (present.contains(name + SegmentNames.SWAP_SUFFIX)) {
        try (SegmentFile file = directory.open(name + SegmentNames.SWAP_SUFFIX)) {
          file.renameTo(name);
        }
      }
    }
    directory.force();
  }

  /** Offset after the last batch. The file was forced before it got its name; one that rotted since is found by what follows. */
  private static long endOf(PartitionDirectory directory, long base) throws IOException {
    try (SegmentFile file = directory.open(SegmentNames.log(base) + SegmentNames.SWAP_SUFFIX)) {
      BatchWalk walk = new BatchWalk(file, 0, file.size());
      walk.toEnd();
      return walk.size() == 0 ? base : walk.lastOffset() + 1;
    }
  }
}
