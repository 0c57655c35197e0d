package io.ottla.sim;

import java.util.PriorityQueue;

/** Everything that will happen, by time and then by the order in which it was scheduled; the only thing that moves time. */
public final class EventScheduler {
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long nowUs;
  private long nextId;
  private long executed;

  /** Simulated microseconds since the start. */
  public long nowUs() {
    return nowUs;
  }

  /** Events executed so far: the number by which a failure is found again. */
  public long executed() {
    return executed;
  }

  /** Runs an action after a delay, in microseconds. */
  public void after(long delayUs, Runnable action) {
    queue.add(new Event(nowUs + Math.max(0, delayUs), nextId++, action));
  }

  /** Runs everything due up to this time and leaves the clock there. */
  public void runUntil(long untilUs) {
    for (Event next = queue.peek(); next != null && next.atUs <= untilUs; next = queue.peek()) {
      queue.remove();
      nowUs = next.atUs;
      executed++;
      next.action.run();
    }
    nowUs = untilUs;
  }

  private record Event(long atUs, long id, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atUs, other.atUs);
      return byTime != 0 ? byTime : Long.compare(id, other.id);
    }
  }
}
