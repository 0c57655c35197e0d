package io.ottla.broker.log;

import io.ottla.broker.log.port.CheckpointDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which leader epoch starts where in one log; entries ascend strictly in epoch and in offset. Every change is durable when the method
 * returns, so an epoch without records is never forgotten (P26). Changes on the log's appending thread only; queries from any thread.
 */
final class LeaderEpochCache {
  static final String FILE = "leader-epoch-checkpoint";
  private static final String KIND = "leader-epochs";

  private final CheckpointDirectory directory;
  private volatile List<EpochEntry> entries;

  LeaderEpochCache(CheckpointDirectory directory, List<EpochEntry> entries) {
    this.directory = directory;
    this.entries = List.copyOf(entries);
  }

  /** The entries of the checkpoint, or null if it is missing or damaged and must be rebuilt from the log. */
  static @Nullable List<EpochEntry> load(CheckpointDirectory directory) throws IOException {
    List<String> lines = CheckpointText.decode(KIND, directory.readCheckpoint(FILE));
    if (lines == null) {
      return null;
    }
    List<EpochEntry> entries = new ArrayList<>();
    for (String line : lines) {
      int space = line.indexOf(' ');
      entries.add(new EpochEntry(Integer.parseInt(line, 0, space, 10), Long.parseLong(line, space + 1, line.length(),
          10)));
    }
    return entries;
  }

  List<EpochEntry> entries() {
    return entries;
  }

  /** The newest epoch, -1 if none is known. */
  int latestEpoch() {
    List<EpochEntry> snapshot = entries;
    return snapshot.isEmpty() ? -1 : snapshot.getLast().epoch();
  }

  /** Epoch of the record at an offset that exists, -1 if no known epoch starts at or below it. */
  int epochOf(long offset) {
    List<EpochEntry> snapshot = entries;
    for (int i = snapshot.size() - 1; i >= 0; i--) {
      if (snapshot.get(i).startOffset() <= offset) {
        return snapshot.get(i).epoch();
      }
    }
    return -1;
  }

  /** P12, for a log of these bounds. */
  EpochEndOffset endOffsetFor(int epoch, long logStartOffset, long logEndOffset) {
    List<EpochEntry> snapshot = entries;
    long end = logEndOffset;
    for (int i = snapshot.size() - 1; i >= 0; i--) {
      EpochEntry entry = snapshot.get(i);
      if (entry.epoch() <= epoch) {
        return new EpochEndOffset(entry.epoch(), end);
      }
      end = Math.max(logStartOffset, entry.startOffset());
    }
    return new EpochEndOffset(epoch, end);
  }

  /** A leader's epoch starts at the log end (P26). An earlier epoch that got no record gives way. */
  void assignLeaderEpoch(int epoch, long logEndOffset) throws IOException {
    if (epoch == latestEpoch()) {
      return;
    }
    if (epoch < latestEpoch()) {
      throw new IllegalStateException("epoch " + epoch + " starts after " + entries.getLast());
    }
    replace(with(entries, epoch, logEndOffset));
  }

  /**
   * What the entries become when records of {@code epoch} are appended at {@code offset}, the log end: later epochs that start there have no
   * records and are contradicted by these.
   */
  static List<EpochEntry> with(List<EpochEntry> entries, int epoch, long offset) {
    if (!entries.isEmpty() && entries.getLast().epoch() == epoch) {
      return entries;
    }
    List<EpochEntry> next = new ArrayList<>(entries);
    while (!next.isEmpty() && (next.getLast().startOffset() >= offset || next.getLast().epoch() > epoch)) {
      next.removeLast();
    }
    if (next.isEmpty() || next.getLast().epoch() < epoch) {
      next.add(new EpochEntry(epoch, offset));
    }
    return next;
  }

  /** Drops every epoch that starts at or beyond {@code logEndOffset}, with records or without (P13). */
  void truncateFromEnd(long logEndOffset) throws IOException {
    replace(entries.stream().filter(entry -> entry.startOffset() < logEndOffset).toList());
  }

  /** Drops what lies wholly below the log start; the epoch in force there starts there now. */
  void truncateFromStart(long logStartOffset) throws IOException {
    List<EpochEntry> next = new ArrayList<>(entries);
    while (next.size() > 1 && next.get(1).startOffset() <= logStartOffset) {
      next.removeFirst();
    }
    if (!next.isEmpty() && next.getFirst().startOffset() < logStartOffset) {
      next.set(0, new EpochEntry(next.getFirst().epoch(), logStartOffset));
    }
    replace(next);
  }

  void clear() throws IOException {
    replace(List.of());
  }

  /** Makes these the entries, durably; nothing is written if they are the same. */
  void replace(List<EpochEntry> next) throws IOException {
    if (next.equals(entries)) {
      return;
    }
    write(directory, next);
    entries = List.copyOf(next);
  }

  static void write(CheckpointDirectory directory, List<EpochEntry> entries) throws IOException {
    directory.writeCheckpoint(FILE, CheckpointText.encode(KIND, entries.stream()
        .map(entry -> entry.epoch() + " " + entry.startOffset()).toList()));
  }
}
