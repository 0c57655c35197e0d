package io.ottla.broker.gateway;

import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.OttlaException;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out producer ids from blocks of the active controller's (P36). A block is asked for in good time, on a virtual thread of its own, and
 * used once the answer is there, which means that it is committed. Nothing is kept over a restart: what is left of a block is lost then. While
 * the controllers are away and all ids are used up there are none, and callers are not kept waiting for them. Any thread.
 */
public final class ProducerIdBlocks implements ProducerIdSource {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerIdBlocks.class);
  /** With fewer ids than this left, the next block is asked for. */
  private static final int LOW = 500;
  private static final long MAX_WAIT_MS = 500;
  /** Between a failure and the next attempt. */
  private static final long PAUSE_MS = 200;
  /** After a failure nobody waits for the next attempts until this much later. */
  private static final long PATIENCE_MS = 5_000;

  private final ControllerCalls controllers;
  private final BrokerView view;
  private final MonotonicClock clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition answered = lock.newCondition();
  private long next;
  private long end;
  /** The block that follows; empty if both are equal. */
  private long spareFrom;
  private long spareEnd;
  private boolean asking;
  private long askAgainAtMs = Long.MIN_VALUE;
  private long nobodyWaitsUntilMs = Long.MIN_VALUE;

  /**
   * @param view whose registration the blocks are given to
   */
  public ProducerIdBlocks(ControllerCalls controllers, BrokerView view, MonotonicClock clock) {
    this.controllers = controllers;
    this.view = view;
    this.clock = clock;
  }

  @Override
  public OptionalLong next() {
    lock.lock();
    try {
      long waitUntilMs = clock.millis() + MAX_WAIT_MS;
      while (true) {
        askIfLow();
        if (next == end) {
          next = spareFrom;
          end = spareEnd;
          spareFrom = spareEnd;
        }
        if (next < end) {
          next++;
          return OptionalLong.of(next - 1);
        }
        long now = clock.millis();
        boolean worthIt = asking && now < waitUntilMs && now >= nobodyWaitsUntilMs;
        if (!worthIt || !answered.await(waitUntilMs - now, TimeUnit.MILLISECONDS)) {
          return OptionalLong.empty();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    } finally {
      lock.unlock();
    }
  }

  private void askIfLow() {
    if (!asking && spareFrom == spareEnd && end - next < LOW && clock.millis() >= askAgainAtMs) {
      asking = true;
      Thread.ofVirtual().name("ottla-producer-ids").start(this::ask);
    }
  }

  private void ask() {
    AllocateProducerIdsResponse block = null;
    try {
      block = controllers.allocateProducerIds(
          new AllocateProducerIdsRequest(view.clusterId(), view.brokerId(), view.brokerEpoch()));
    } catch (OttlaException e) {
      LOG.warn("event=producer_ids_not_given code={} reason=\"{}\"", e.code(), e.getMessage());
    } finally {
      took(block == null ? 0 : block.firstProducerId(), block == null ? 0 : block.count());
    }
  }

  private void took(long first, int count) {
    lock.lock();
    try {
      asking = false;
      if (count > 0) {
        spareFrom = first;
        spareEnd = first + count;
      } else {
        askAgainAtMs = clock.millis() + PAUSE_MS;
        nobodyWaitsUntilMs = clock.millis() + PATIENCE_MS;
      }
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
