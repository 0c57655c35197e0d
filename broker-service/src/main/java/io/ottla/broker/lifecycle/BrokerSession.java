package io.ottla.broker.lifecycle;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.ottla.common.time.MonotonicClock;

/**
 * This process's standing with the controllers: its registration, whether it is fenced, and its lease. Written by the lifecycle threads, read
 * by any.
 */
public final class BrokerSession {
  /** Stands for "not registered". */
  public static final long NO_EPOCH = -1;
  private static final long NEVER = Long.MIN_VALUE;

  private final int brokerId;
  private final int sessionMs;
  private final MonotonicClock clock;
  private volatile String clusterId = "";
  private volatile long brokerEpoch = NO_EPOCH;
  private volatile boolean fenced = true;
  private volatile long acknowledgedSendMs = NEVER;
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * @param sessionMs how long an acknowledged heartbeat is good for (M20)
   */
  public BrokerSession(int brokerId, int sessionMs, MonotonicClock clock) {
    this.brokerId = brokerId;
    this.sessionMs = sessionMs;
    this.clock = clock;
  }

  /** This broker's node id. */
  public int brokerId() {
    return brokerId;
  }

  /** The cluster's id, empty before it is known. */
  public String clusterId() {
    return clusterId;
  }

  /** The epoch of the registration, or {@link #NO_EPOCH}. */
  public long brokerEpoch() {
    return brokerEpoch;
  }

  /** Whether the controllers said that this broker is fenced, or have not spoken yet. */
  public boolean fenced() {
    return fenced;
  }

  /** Whether this process is on its way out. */
  public boolean stopping() {
    return stop.getCount() == 0;
  }

  /**
   * Whether the last acknowledged heartbeat was sent less than a session ago. Without it another leader may exist, and this broker must not
   * answer alone (M20); what waits for the ISR needs no lease.
   */
  public boolean leaseValid() {
    long sent = acknowledgedSendMs;
    return sent != NEVER && !fenced && clock.millis() - sent < sessionMs;
  }

  void clusterIs(String id) {
    clusterId = id;
  }

  void registered(long epoch) {
    brokerEpoch = epoch;
    fenced = true;
  }

  void acknowledged(long sentAtMs, boolean nowFenced) {
    acknowledgedSendMs = sentAtMs;
    fenced = nowFenced;
  }

  /** Sleeps between attempts, but not through a stop. */
  public void pause(long millis) throws InterruptedException {
    stop.await(millis, TimeUnit.MILLISECONDS);
  }

  /** This process is on its way out: loops that retry for ever give up. */
  public void stop() {
    stop.countDown();
  }
}
