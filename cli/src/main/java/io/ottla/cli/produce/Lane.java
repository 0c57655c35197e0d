package io.ottla.cli.produce;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records that must stay in order: one batch of a lane is in flight at a time, the next is made of whatever has come meanwhile. The reader
 * puts, the lane's own thread takes.
 */
final class Lane {
  private static final long LINGER_MS = 3;
  private final LinkedBlockingQueue<InputRecord> queue = new LinkedBlockingQueue<>();
  private final int maxRecords;
  private final int maxBytes;
  private @Nullable InputRecord carriedOver;
  private volatile boolean closed;

  Lane(int maxRecords, int maxBytes) {
    this.maxRecords = maxRecords;
    this.maxBytes = maxBytes;
  }

  void add(InputRecord input) {
    queue.add(input);
  }

  /** No more records will come. */
  void close() {
    closed = true;
  }

  /** The next batch, in input order; empty once the lane is closed and drained. Waits for the first record, lingers for more. */
  List<InputRecord> nextBatch() throws InterruptedException {
    List<InputRecord> batch = new ArrayList<>();
    InputRecord first = first();
    int bytes = 0;
    for (InputRecord next = first; next != null; next = more()) {
      if (!batch.isEmpty() && bytes + next.bytes() > maxBytes) {
        carriedOver = next;
        break;
      }
      batch.add(next);
      bytes += next.bytes();
      if (batch.size() == maxRecords)
        break;
    }
    return batch;
  }

  private @Nullable InputRecord first() throws InterruptedException {
    InputRecord carried = carriedOver;
    carriedOver = null;
    while (carried == null) {
      boolean last = closed;
      carried = queue.poll(last ? 0 : 20, TimeUnit.MILLISECONDS);
      if (last && carried == null)
        return null;
    }
    return carried;
  }

  private @Nullable InputRecord more() throws InterruptedException {
    return queue.poll(closed ? 0 : LINGER_MS, TimeUnit.MILLISECONDS);
  }
}
