package io.ottla.common.config;

import java.util.Locale;

/** When a record counts as written (P33, semantics of acks=all). One mode per cluster, because restart classes depend on it. */
public enum Durability {
  /** Forced to disk on every in-sync replica before the acknowledgement: survives a power cut of all nodes. */
  SYNC,
  /** In the page cache of every in-sync replica; forced every {@code log.flush.interval.ms}: loses up to that on a power cut of all. */
  INTERVAL,
  /** In the page cache of every in-sync replica, as Kafka by default: survives process crashes, not a power cut of all. */
  OS;

  /** Whether an acknowledgement waits for the device. */
  public boolean forcesBeforeAck() {
    return this == SYNC;
  }

  /** The spelling used in settings and records. */
  public String settingValue() {
    return name().toLowerCase(Locale.ROOT);
  }
}
