package io.ottla.sim;

/**
 * A process on a machine: runs, stands still (SIGSTOP, a long collection), is killed, comes back. Whatever was scheduled for an earlier life
 * does not happen in a later one.
 */
public abstract class SimNode {
  private final EventScheduler scheduler;
  private int incarnation;
  private boolean up;
  private long pausedUntilUs;

  /** A node that is down. */
  protected SimNode(EventScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** The process starts from what is on disk. */
  protected abstract void onStart();

  /** The process is gone; the disk keeps what was forced and, unless the power went too, everything that was written. */
  protected abstract void onCrash(boolean powerLost);

  /** The process may go on with what has been waiting. */
  protected abstract void onResume();

  /** Starts the process. */
  public final void start() {
    incarnation++;
    up = true;
    pausedUntilUs = 0;
    onStart();
  }

  /** Ends the process, now, wherever it is; when the machine loses power, its page cache goes with it. */
  public final void crash(boolean powerLost) {
    incarnation++;
    up = false;
    onCrash(powerLost);
  }

  /** Stops the process for a while without killing it. */
  public final void pause(long durationUs) {
    pausedUntilUs = Math.max(pausedUntilUs, scheduler.nowUs() + durationUs);
    later(durationUs, this::onResume);
  }

  /** Ends a pause. */
  public final void resume() {
    pausedUntilUs = 0;
    if (up) {
      onResume();
    }
  }

  /** Whether the process exists. */
  public final boolean isUp() {
    return up;
  }

  /** Whether it stands still. */
  public final boolean isPaused() {
    return scheduler.nowUs() < pausedUntilUs;
  }

  /** Counts lives. */
  public final int incarnation() {
    return incarnation;
  }

  /** Runs an action of this life later, unless it ends before. */
  protected final void later(long delayUs, Runnable action) {
    int life = incarnation;
    scheduler.after(delayUs, () -> {
      if (life == incarnation && up) {
        action.run();
      }
    });
  }
}
