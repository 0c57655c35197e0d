package io.ottla.sim.quorum;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** A thread of a simulated process: carries out actions in order; some take time. The process can die before each of them. */
final class SimThread {
  private final SimVoter owner;
  private final BooleanSupplier more;
  private final Deque<Runnable> actions = new ArrayDeque<>();
  private boolean blocked;
  private boolean running;

  /** A thread of this process; whenever it has nothing left to do it asks for more, which may add actions and says whether to go on. */
  SimThread(SimVoter owner, BooleanSupplier more) {
    this.owner = owner;
    this.more = more;
  }

  void add(Runnable action) {
    actions.add(action);
  }

  /** Goes on as far as it can now. */
  void run() {
    if (running) {
      return;
    }
    running = true;
    while (owner.isUp() && !owner.isPaused() && !blocked && (!actions.isEmpty() || more.getAsBoolean())) {
      Runnable next = actions.poll();
      if (next != null && !owner.diesNow()) {
        next.run();
      }
    }
    running = false;
  }

  /** The action that runs now ends when the disk has forced something; what follows it then is done in its place. */
  void force(Runnable done) {
    blocked = true;
    owner.forced(() -> {
      blocked = false;
      done.run();
      run();
    });
  }

  boolean isIdle() {
    return actions.isEmpty() && !blocked;
  }

  /** The process is gone. */
  void clear() {
    actions.clear();
    blocked = false;
  }
}
