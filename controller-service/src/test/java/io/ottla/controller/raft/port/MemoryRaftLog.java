package io.ottla.controller.raft.port;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.List;

/** A log in memory for tests of the core: a crash keeps exactly what was forced. */
public final class MemoryRaftLog implements RaftLog {
  private final List<LogEntry> entries = new ArrayList<>();
  private List<LogEntry> forced = List.of();
  private long before;
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
    return before + 1;
  }

  @Override
  public long lastIndex() {
    return before + entries.size();
  }

  @Override
  public long termAt(long index) {
    return index == before ? termBefore : entries.get((int) (index - before) - 1).term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    if (fromIndex <= before || fromIndex > lastIndex() + 1) {
      throw new IndexOutOfBoundsException("index " + fromIndex);
    }
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (int at = (int) (fromIndex - before) - 1; at < entries.size() && found.size() < maxEntries; at++) {
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
    if (fromIndex <= before || fromIndex > lastIndex()) {
      throw new IndexOutOfBoundsException("index " + fromIndex);
    }
    entries.subList((int) (fromIndex - before) - 1, entries.size()).clear();
    durable = Math.min(durable, lastIndex());
  }

  @Override
  public void dropPrefix(long lastIndex) {
    if (lastIndex <= before) {
      return;
    }
    if (lastIndex > durable) {
      throw new IllegalArgumentException("drop up to " + lastIndex + ", durable is " + durable);
    }
    termBefore = termAt(lastIndex);
    int count = (int) (lastIndex - before);
    entries.subList(0, count).clear();
    forced = List.copyOf(forced.subList(count, forced.size()));
    before = lastIndex;
  }

  @Override
  public void reset(long lastIndex, long lastTerm) {
    entries.clear();
    forced = List.of();
    before = lastIndex;
    termBefore = lastTerm;
    durable = lastIndex;
  }

  @Override
  public void force() {
    forced = List.copyOf(entries);
    durable = lastIndex();
  }

  @Override
  public long durableIndex() {
    return durable;
  }
}
