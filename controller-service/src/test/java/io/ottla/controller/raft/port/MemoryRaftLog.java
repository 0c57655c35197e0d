package io.ottla.controller.raft.port;

import io.ottla.controller.raft.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A log in memory for tests of the core: a crash keeps exactly what was forced. */
public final class MemoryRaftLog implements RaftLog {
  private final List<LogEntry> entries = new ArrayList<>();
  private List<LogEntry> forced = List.of();
  private long durable;

  /** Loses what was not forced. */
  public void crash() {
    entries.clear();
    entries.addAll(forced);
    durable = entries.size();
  }

  @Override
  public long firstIndex() {
    return 1;
  }

  @Override
  public long lastIndex() {
    return entries.size();
  }

  @Override
  public long termAt(long index) {
    return index == 0 ? 0 : entries.get((int) index - 1).term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    Objects.checkIndex((int) fromIndex - 1, entries.size() + 1);
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (int at = (int) fromIndex - 1; at < entries.size() && found.size() < maxEntries; at++) {
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
    Objects.checkIndex((int) fromIndex - 1, entries.size());
    entries.subList((int) fromIndex - 1, entries.size()).clear();
    durable = Math.min(durable, lastIndex());
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
