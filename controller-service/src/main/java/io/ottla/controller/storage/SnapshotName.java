package io.ottla.controller.storage;

import io.ottla.controller.raft.SnapshotId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of snapshots' files: last index, last term; and of what is on its way to become one. */
final class SnapshotName {
  /** Being written here. */
  static final String WRITING = Directory.TEMPORARY;
  /** Being received from another node. */
  static final String RECEIVING = ".incoming";
  /** Set aside by a start: found damaged, and not needed. */
  static final String DAMAGED = ".damaged";

  private static final Pattern FORM = Pattern.compile("(\\d{20})-(\\d{10,19})\\.snapshot");

  private SnapshotName() {
  }

  static String of(SnapshotId id) {
    return String.format("%020d-%010d.snapshot", id.lastIndex(), id.lastTerm());
  }

  /** The snapshot that a file of this name holds; empty for the name of anything else. */
  static Optional<SnapshotId> parse(String name) {
    Matcher matcher = FORM.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      SnapshotId id = new SnapshotId(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
      return of(id).equals(name) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no such index or term exists
    }
  }

  /** Whether the file is one that was never finished. */
  static boolean isUnfinished(String name) {
    return isFormer(name, WRITING) || isFormer(name, RECEIVING);
  }

  private static boolean isFormer(String name, String suffix) {
    return name.endsWith(suffix) && parse(name.substring(0, name.length() - suffix.length())).isPresent();
  }
}
