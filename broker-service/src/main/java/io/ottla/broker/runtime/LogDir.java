package io.ottla.broker.runtime;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.log.LogStore;

/**
 * One log directory in service, with what belongs to it alone: logs, manifest, force loop. Once it has failed it stays offline until the next
 * start: an operation that failed once proves nothing when it is repeated (Q42, P44). Safe for concurrent use.
 */
final class LogDir {
  private final OpenLogDir opened;
  private final ForceLoop forces;
  private final AtomicInteger replicas = new AtomicInteger();
  private volatile boolean online = true;
  private volatile boolean full;

  LogDir(OpenLogDir opened) {
    this.opened = opened;
    this.forces = new ForceLoop(opened.name());
  }

  UUID id() {
    return opened.id();
  }

  /** Its path, for people. */
  String name() {
    return opened.name();
  }

  LogStore store() {
    return opened.store();
  }

  DirectoryRecord manifest() {
    return opened.manifest();
  }

  ForceLoop forces() {
    return forces;
  }

  boolean isOnline() {
    return online;
  }

  /** Takes it out of service; returns whether it was in service. */
  synchronized boolean goOffline() {
    boolean before = online;
    online = false;
    return before;
  }

  /** Whether there was no room the last time something was to be written. */
  boolean isFull() {
    return full;
  }

  void full(boolean now) {
    full = now;
  }

  /** Replicas whose logs lie here. */
  int replicas() {
    return replicas.get();
  }

  void gained() {
    replicas.incrementAndGet();
  }

  void lost() {
    replicas.decrementAndGet();
  }

  @Override
  public String toString() {
    return name();
  }
}
