package io.ottla.broker.runtime;

/** Ending threads without ever interrupting one that may be in file I/O (Q50). */
final class Threads {
  private static final long PATIENCE_MS = 10_000;

  private Threads() {
  }

  /** Waits for a thread that was told to end. */
  static void join(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(PATIENCE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
