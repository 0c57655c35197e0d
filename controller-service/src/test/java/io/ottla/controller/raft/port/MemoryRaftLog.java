package io.ottla.controller.raft.port;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A log in memory for tests of the core: a crash keeps exactly what was forced; a prefix is dropped entry by entry, durably. */
public final class MemoryRaftLog implements RaftLog {
  private final List<LogEntry> entries = new ArrayList<>();
  private final List<LogEntry> forced = new ArrayList<>();
  private long firstIndex = 1;
  private long termBefore;
  private long durable;

  /** Loses what was not forced. */
  public void crash() {
    entries.clear();
    entries.addAll(forced);
    durable = lastIndex();
  }

  @Override
  public long firstIndex() {
    return firstIndex;
  }

  @Override
  public long lastIndex() {
    return firstIndex + entries.size() - 1;
  }

  private int slot(long index, int length) {
    return Objects.checkIndex((int) (index - firstIndex), length);
  }

  @Override
  public long termAt(long index) {
    return index == firstIndex - 1 ? termBefore : entries.get(slot(index, entries.size())).term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (int at = slot(fromIndex, entries.size() + 1); at < entries.size() && found.size() < maxEntries; at++) {
      bytes += entries.get(at).sizeInBytes();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(entries.get(at));
    }
    return found;
  }

  @Override
  public void append(List<LogEntry> more) {
    long index = lastIndex();
    long term = termAt(index);
    for (LogEntry entry : more) {
      if (entry.index() != ++index || entry.term() < term) {
        throw new IllegalArgumentException("entry " + entry + " cannot follow " + (index - 1) + ":" + term);
      }
      term = entry.term();
    }
    entries.addAll(more);
  }

  @Override
  public void truncateFrom(long fromIndex) {
    entries.subList(slot(fromIndex, entries.size()), entries.size()).clear();
    durable = Math.min(durable, lastIndex());
  }

  @Override
  public void dropPrefix(long lastIndex) {
    if (lastIndex > durable) {
      throw new IllegalArgumentException("entries up to " + lastIndex + " are not durable, only up to " + durable);
    }
    if (lastIndex >= firstIndex) {
      termBefore = termAt(lastIndex);
      int dropped = (int) (lastIndex - firstIndex + 1);
      entries.subList(0, dropped).clear();
      forced.subList(0, dropped).clear();
      firstIndex = lastIndex + 1;
    }
  }

  @Override
  public void reset(long lastIndex, long lastTerm) {
    entries.clear();
    forced.clear();
    firstIndex = lastIndex + 1;
    termBefore = lastTerm;
    durable = lastIndex;
  }

  @Override
  public void force() {
    forced.clear();
    forced.addAll(entries);
    durable = lastIndex();
  }

  @Override
  public long durableIndex() {
    return durable;
  }
}
