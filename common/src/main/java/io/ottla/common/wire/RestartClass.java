package io.ottla.common.wire;

/** What a broker can prove about its logs after a restart (M12). */
public enum RestartClass {
  /** Shut down in order: every log was forced and closed. */
  CLEAN,
  /** Died, but nothing confirmed can be missing. */
  CRASH_DURABLE,
  /** Something confirmed may be missing: fresh disk, corruption, or an unforced mode. */
  LOSSY
}
