package io.ottla.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/** What happened: a running hash of everything, to compare runs, and the newest lines, to read after a failure. */
public final class Transcript {
  private static final int KEPT = 60;

  private final Deque<Line> newest = new ArrayDeque<>();
  private final EventScheduler scheduler;
  private final boolean verbose;
  private long hash;

  /** An empty transcript; a verbose one prints every line. */
  public Transcript(EventScheduler scheduler, boolean verbose) {
    this.scheduler = scheduler;
    this.verbose = verbose;
  }

  /** Notes that something happened at a node; {@code what} is turned into text only if somebody reads it. */
  public void add(int node, Object what, long digest) {
    hash = SeededRandom.mix(hash * 31 + scheduler.nowUs() * 7 + node) + digest;
    var line = new Line(scheduler.nowUs(), scheduler.executed(), node, what);
    if (verbose) {
      System.out.println(line);
    }
    newest.add(line);
    if (newest.size() > KEPT) {
      newest.remove();
    }
  }

  /** Hash over everything so far. */
  public long hash() {
    return hash;
  }

  /** The newest lines. */
  public String newest() {
    var text = new StringBuilder();
    newest.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private record Line(long atUs, long event, int node, Object what) {
    @Override
    public String toString() {
      return String.format("%10.3f ms #%-7d node %d  %s", atUs / 1000.0, event, node, what);
    }
  }
}
