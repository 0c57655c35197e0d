package io.ottla.common.http;

/**
 * Judges what the attempts to connect to one process say about it, and when to make the next; see {@link ProcessWatch}. Pure: times are
 * arguments, monotonic milliseconds. Used by one thread.
 */
public final class RefusalJudge {
  private static final long UNPROVEN_PAUSE_MS = 50;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long MAX_PAUSE_MS = 2_000;
  /** A connection that is lost sooner than this, several times in a row, is not made again in the same moment. */
  private static final long SHORT_LIFE_MS = 1_000;
  private static final int SHORT_LIVES_FREE = 3;
  private static final long MAX_SHORT_LIFE_PAUSE_MS = 500;
  private static final int MAX_SHORT_LIVES = 30;
  private static final long NONE = Long.MIN_VALUE;

  private final long confirmMs;
  private final long unprovenMs;
  private boolean proven;
  private long refusingSinceMs = NONE;
  private long pauseMs = FIRST_PAUSE_MS;
  private int shortLives;

  /**
   * @param confirmMs how long a process that was connected must refuse before it counts as gone
   * @param unprovenMs the same for one that never was
   */
  public RefusalJudge(long confirmMs, long unprovenMs) {
    this.confirmMs = confirmMs;
    this.unprovenMs = Math.max(confirmMs, unprovenMs);
  }

  /** What to do after an attempt. */
  public sealed interface Verdict {
    /** How long to wait before the next attempt, milliseconds. */
    long pauseMs();

    /** Nobody listens there, as was first seen at that time. */
    record Gone(long observedMs, long pauseMs) implements Verdict {}

    /** Refused, but not for long enough to be sure. */
    record Ask(long pauseMs) implements Verdict {}

    /** Nothing can be said; whatever was seen before no longer counts. */
    record Unclear(long pauseMs) implements Verdict {}
  }

  /** Somebody listens. */
  public void connected() {
    proven = true;
    refusingSinceMs = NONE;
    pauseMs = FIRST_PAUSE_MS;
  }

  /**
   * A connection was lost.
   *
   * @param livedMs how long it was there
   * @return the pause before the attempt that tells why: none, unless connections are lost again and again
   */
  public long lost(long livedMs) {
    shortLives = livedMs < SHORT_LIFE_MS ? Math.min(shortLives + 1, MAX_SHORT_LIVES) : 0;
    int excess = shortLives - SHORT_LIVES_FREE;
    return excess <= 0 ? 0 : Math.min(MAX_SHORT_LIFE_PAUSE_MS, 5L << Math.min(excess, 10));
  }

  /**
   * Every address refused.
   *
   * @param startMs when the attempt began
   */
  public Verdict refused(long startMs) {
    if (refusingSinceMs == NONE) {
      refusingSinceMs = startMs;
    }
    long missingMs = (proven ? confirmMs : unprovenMs) - (startMs - refusingSinceMs);
    if (missingMs > 0 || startMs == refusingSinceMs) {
      return new Verdict.Ask(Math.clamp(missingMs, 1, UNPROVEN_PAUSE_MS));
    }
    Verdict gone = new Verdict.Gone(refusingSinceMs, nextPause());
    refusingSinceMs = NONE;
    return gone;
  }

  /** The attempt did not tell whether somebody listens. */
  public Verdict unclear() {
    refusingSinceMs = NONE;
    return new Verdict.Unclear(nextPause());
  }

  private long nextPause() {
    long now = pauseMs;
    pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
    return now;
  }
}
