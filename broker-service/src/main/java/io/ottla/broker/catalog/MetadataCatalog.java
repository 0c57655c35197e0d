package io.ottla.broker.catalog;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.ottla.common.metadata.MetadataImage;

/** The published image. Written by the follower's thread; read and waited on by any. */
public final class MetadataCatalog {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition advanced = lock.newCondition();
  private volatile MetadataImage image = MetadataImage.EMPTY;
  private volatile long commitIndex;
  private volatile boolean closed;

  /** The newest image all listeners have seen. */
  public MetadataImage image() {
    return image;
  }

  /** Committed end of the metadata as last heard of. */
  public long commitIndex() {
    return commitIndex;
  }

  /** Waits until the image holds an entry; false when the time ran out or the broker stops. */
  public boolean await(long index, Duration timeout) throws InterruptedException {
    if (image.index() >= index) {
      return true;
    }
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (image.index() < index && !closed && left > 0) {
        left = advanced.awaitNanos(left);
      }
      return image.index() >= index;
    } finally {
      lock.unlock();
    }
  }

  void publish(MetadataImage next) {
    lock.lock();
    try {
      image = next;
      commitIndex = Math.max(commitIndex, next.index());
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void committedIs(long index) {
    commitIndex = Math.max(commitIndex, index);
  }

  /** Lets everyone who waits go. */
  void close() {
    lock.lock();
    try {
      closed = true;
      advanced.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
