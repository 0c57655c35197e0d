package io.ottla.sim.quorum;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.sim.SimFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The log port over a simulated file; opening it cuts the tail at the first frame that does not continue the chain (Q44). */
public final class SimRaftLog implements RaftLog {
  private final SimFile<Frame> file;

  /** Opens and repairs. */
  SimRaftLog(SimFile<Frame> file) {
    this.file = file;
    int valid = 0;
    long digest = 0;
    while (valid < file.length() && file.get(valid).previous() == digest
        && file.get(valid).entry().index() == valid + 1) {
      digest = file.get(valid).digest();
      valid++;
    }
    if (valid < file.length()) {
      file.truncate(valid);
    }
    file.force();
  }

  private long lastDigest() {
    return file.length() == 0 ? 0 : file.get(file.length() - 1).digest();
  }

  @Override
  public long firstIndex() {
    return 1;
  }

  @Override
  public long lastIndex() {
    return file.length();
  }

  @Override
  public long termAt(long index) {
    return index == 0 ? 0 : file.get(Math.toIntExact(index) - 1).entry().term();
  }

  @Override
  public List<LogEntry> read(long fromIndex, int maxEntries, int maxBytes) {
    Objects.checkIndex(fromIndex - 1, file.length() + 1);
    var found = new ArrayList<LogEntry>();
    long bytes = 0;
    for (int at = (int) fromIndex - 1; at < file.length() && found.size() < maxEntries; at++) {
      LogEntry entry = file.get(at).entry();
      bytes += entry.sizeInBytes();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  @Override
  public void append(List<LogEntry> entries) {
    long index = lastIndex();
    long term = termAt(index);
    for (LogEntry entry : entries) {
      if (entry.index() != ++index || entry.term() < term) {
        throw new IllegalArgumentException("entry " + entry + " cannot follow " + (index - 1) + ":" + term);
      }
      term = entry.term();
    }
    for (LogEntry entry : entries) {
      file.append(Frame.after(lastDigest(), entry));
    }
  }

  @Override
  public void truncateFrom(long fromIndex) {
    Objects.checkIndex(fromIndex - 1, file.length());
    file.truncate((int) fromIndex - 1);
  }

  @Override
  public void force() {
    file.force();
  }

  @Override
  public long durableIndex() {
    return file.safeLength();
  }
}
