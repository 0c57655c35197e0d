package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * The voter sets along the log: the one the log begins with, and one for each entry that changes it. The newest is in force as soon as it
 * is appended and stops being so when its entry is truncated (Q5, Q38).
 */
final class VoterHistory {
  private final List<Change> changes = new ArrayList<>();

  VoterHistory(long index, VoterSet voters) {
    changes.add(new Change(index, voters));
  }

  VoterSet newest() {
    return changes.getLast().voters();
  }

  /** Index of the entry that put the newest set into force; where the log begins if no entry did. */
  long newestIndex() {
    return changes.getLast().index();
  }

  /** The set in force at an index. */
  VoterSet at(long index) {
    for (int i = changes.size() - 1; i > 0; i--) {
      if (changes.get(i).index() <= index) {
        return changes.get(i).voters();
      }
    }
    return changes.getFirst().voters();
  }

  /** Whether the set in force at an index, or any later one, names this voter. */
  boolean namesSince(long index, ReplicaKey voter) {
    for (int i = changes.size() - 1; i >= 0; i--) {
      if (changes.get(i).voters().contains(voter)) {
        return true;
      }
      if (changes.get(i).index() <= index) {
        return false;
      }
    }
    return false;
  }

  void appended(long index, VoterSet voters) {
    changes.add(new Change(index, voters));
  }

  /** Forgets what entries from here on had changed. True when the set in force is another one now. */
  boolean truncatedFrom(long index) {
    boolean changed = false;
    while (changes.size() > 1 && changes.getLast().index() >= index) {
      changes.removeLast();
      changed = true;
    }
    return changed;
  }

  /** The log begins behind this index now. */
  void droppedTo(long index) {
    while (changes.size() > 1 && changes.get(1).index() <= index) {
      changes.removeFirst();
    }
  }

  /** The log was replaced by a snapshot. */
  void reset(long index, VoterSet voters) {
    changes.clear();
    changes.add(new Change(index, voters));
  }

  private record Change(long index, VoterSet voters) {}
}
