package io.ottla.cli.terminal;

import java.util.function.Supplier;

/**
 * One line of progress on standard error: redrawn in place on a terminal, else one line every ten seconds. Not thread-safe: one thread
 * draws.
 */
public final class Progress {
  private static final long REDRAW_MS = 200;
  private static final long PLAIN_MS = 10_000;
  private final Console console;
  private long lastMs;
  private boolean drawn;

  public Progress(Console console, long nowMs) {
    this.console = console;
    this.lastMs = nowMs;
  }

  /** Draws the line if it is time to. {@code nowMs} is a monotonic reading in milliseconds. */
  public void update(long nowMs, Supplier<String> line) {
    long pauseMs = console.terminals().err() ? REDRAW_MS : PLAIN_MS;
    if (nowMs - lastMs < pauseMs)
      return;
    lastMs = nowMs;
    if (console.terminals().err()) {
      console.err().print("\r\u001b[K" + line.get());
      console.err().flush();
      drawn = true;
    } else {
      console.say(line.get());
    }
  }

  /** Wipes a line drawn in place, so that what is said next starts on a clean one. */
  public void clear() {
    if (drawn) {
      console.err().print("\r\u001b[K");
      console.err().flush();
      drawn = false;
    }
  }
}
