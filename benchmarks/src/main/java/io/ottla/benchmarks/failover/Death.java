package io.ottla.benchmarks.failover;

/** How a leader goes. */
enum Death {
  /** The process is gone at once, its connections with it. */
  KILL("KILL", "killed"),
  /** The process stands still, its connections stay open; it wakes up when another leads. */
  STOP("STOP", "stopped, connections open"),
  /** The process is asked to end. */
  TERM("TERM", "asked to end");

  private final String signal;
  private final String words;

  Death(String signal, String words) {
    this.signal = signal;
    this.words = words;
  }

  String signal() {
    return signal;
  }

  String words() {
    return words;
  }
}
