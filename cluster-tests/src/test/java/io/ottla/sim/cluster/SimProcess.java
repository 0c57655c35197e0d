package io.ottla.sim.cluster;

import io.ottla.broker.log.MemoryDisk.PowerCut;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * A controller's, a broker's or the clients' process. It does one thing after the other, each whole; what comes in while it stands still waits. It
 * can die inside of any of them: then {@link PowerCut} comes out, and nothing after that point has happened.
 */
abstract class SimProcess extends SimNode {
  private static final int MAX_WAITING = 3_000;

  private final int address;
  private final SimClock clock;
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  SimProcess(EventScheduler scheduler, int address, SimClock clock) {
    super(scheduler);
    this.address = address;
    this.clock = clock;
  }

  /** Where it is reached in the network. */
  final int address() {
    return address;
  }

  final SimClock clock() {
    return clock;
  }

  /** To be called after everything it did: what follows from that, and whether it was right. */
  protected abstract void settle();

  /** It died inside of what it did. */
  protected abstract void died();

  /** Does something now, or when it no longer stands still; nothing at all if it is down. */
  final void act(Runnable work) {
    if (!isUp()) {
      return;
    }
    if (isPaused()) {
      if (waiting.size() < MAX_WAITING) {
        waiting.add(work);
      }
      return;
    }
    try {
      work.run();
      if (isUp()) {
        settle();
      }
    } catch (PowerCut cut) {
      died();
    } catch (RuntimeException failure) {
      if (!endsBy(failure)) {
        throw failure;
      }
      died();
    }
  }

  /** Whether a failure is one that this process ends by, and not a finding. */
  protected boolean endsBy(RuntimeException failure) {
    return false;
  }

  /** Does something once, after so many of its own milliseconds. */
  final void soon(long ms, Runnable work) {
    later(clock.toSimulatedUs(ms), () -> act(work));
  }

  /** Does something again and again, as long as it lives; what would have been due while it stood still is left out. */
  final void every(LongSupplier ms, Runnable work) {
    later(clock.toSimulatedUs(ms.getAsLong()), () -> {
      if (!isPaused()) {
        act(work);
      }
      every(ms, work);
    });
  }

  @Override
  protected void onResume() {
    while (isUp() && !isPaused() && !waiting.isEmpty()) {
      act(waiting.remove());
    }
  }

  /** Forgets what waits. */
  final void forget() {
    waiting.clear();
  }
}
