package io.ottla.controller.runtime;

import io.ottla.common.random.RandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.raft.RaftIdentity;
import java.io.IOException;

/** A production controller without its threads: whoever owns it takes their turns, one at a time. */
public final class ControllerTurns {
  private final Controller controller;

  /** A controller that has not begun; its control may be a broken one. */
  public ControllerTurns(RaftIdentity identity, Controller.Settings settings, Controller.Storage storage,
      RaftTransport transport, RandomSource random, MonotonicClock clock, ClusterControl control) {
    this.controller = new Controller(identity, settings, storage, transport, RuntimeObserver.NONE, random, clock,
        (thread, cause) -> {
          throw new IllegalStateException(thread + " failed", cause);
        }, control);
  }

  /** The controller, for everything but its threads. */
  public Controller controller() {
    return controller;
  }

  /** What comes before the first turn. */
  public void begin() {
    controller.driver().begin();
  }

  /** The Raft thread, until nothing is left to do at this time. */
  public void raft() {
    boolean more = true;
    while (more) {
      more = controller.driver().turn(0) || controller.driver().hasWork();
    }
  }

  /** Whether the storage thread has something to do. */
  public boolean storageWaits() {
    return controller.driver().storage().hasWork();
  }

  /** The storage thread: everything that waits, with one force. */
  public void storage() throws InterruptedException {
    controller.driver().storage().turn(0);
  }

  /** Whether the snapshot thread has something to do. */
  public boolean snapshotsWait() {
    return controller.snapshotLoop().hasWork();
  }

  /** The snapshot thread: one task. */
  public void snapshots() throws IOException, InterruptedException {
    controller.snapshotLoop().turn(0);
  }
}
