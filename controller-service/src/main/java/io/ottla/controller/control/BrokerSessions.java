package io.ottla.controller.control;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When each broker was last heard of. Soft state of the active controller, rebuilt by its successor (M15); nothing here survives a
 * resignation. Times are monotonic milliseconds handed in. One thread.
 */
final class BrokerSessions {
  private static final long NOT_APPLIED = -1;
  private static final long NEVER = Long.MIN_VALUE;

  private final long timeoutMs;
  /** Longer than two heartbeats: silence for so long is more than a heartbeat that is just not due. */
  private final long quietMs;
  private final long stallThresholdMs;
  private final Map<Integer, Session> sessions = new TreeMap<>();
  private long lastLookMs;

  BrokerSessions(ControlSettings settings, long nowMs) {
    this.timeoutMs = settings.sessionTimeoutMs();
    this.quietMs = settings.sessionTimeoutMs() / 5;
    this.stallThresholdMs = settings.stallThresholdMs();
    this.lastLookMs = nowMs;
  }

  /** Takes over from another controller: unfenced brokers get a fresh full session, fenced ones do not appear live (M15). */
  static BrokerSessions takeOver(ControlSettings settings, MetadataImage image, long nowMs) {
    BrokerSessions taken = new BrokerSessions(settings, nowMs);
    for (BrokerRegistration broker : image.brokers().values()) {
      Session session = new Session(broker.brokerEpoch());
      session.contacted = !broker.fenced();
      session.lastContactMs = nowMs;
      session.unfencedSinceMs = nowMs;
      session.shutdownIndex = image.index();
      taken.sessions.put(broker.brokerId(), session);
    }
    return taken;
  }

  /** Looks at the clock; a gap since the last look is this controller's own stall and is not held against the brokers (M16). */
  void look(long nowMs) {
    long gap = nowMs - lastLookMs;
    if (gap > stallThresholdMs) {
      for (Session session : sessions.values()) {
        session.lastContactMs = Math.min(nowMs, session.lastContactMs + gap);
      }
    }
    lastLookMs = nowMs;
  }

  /** A broker process was registered, which is a sign of life. */
  void start(int brokerId, long brokerEpoch, long nowMs) {
    Session session = new Session(brokerEpoch);
    session.contacted = true;
    session.lastContactMs = nowMs;
    sessions.put(brokerId, session);
  }

  /** A sign of life of a registration; one of another registration is ignored. */
  void contact(int brokerId, long brokerEpoch, long arrivedMs) {
    Session session = of(brokerId, brokerEpoch);
    if (session == null || arrivedMs <= session.goneMs) {
      return; // What arrived before the process was seen to be gone does not bring it back.
    }
    session.contradicted |= session.goneMs != NEVER;
    session.goneMs = NEVER;
    session.lastContactMs = session.contacted ? Math.max(session.lastContactMs, arrivedMs) : arrivedMs;
    session.contacted = true;
  }

  /** See {@link ClusterControl#brokerGone}; whether the session has ended by this. */
  boolean gone(int brokerId, long brokerEpoch, long observedMs) {
    Session session = of(brokerId, brokerEpoch);
    if (session == null || !session.contacted || session.lastContactMs >= observedMs
        || (session.contradicted && observedMs - session.lastContactMs < quietMs)) {
      return false;
    }
    session.contacted = false;
    session.goneMs = observedMs;
    return true;
  }

  /** The broker said goodbye: another process may take its id at once. */
  void end(int brokerId) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.contacted = false;
      session.goneMs = NEVER;
    }
  }

  /** The broker was removed. */
  void forget(int brokerId) {
    sessions.remove(brokerId);
  }

  void unfenced(int brokerId, long nowMs) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.unfencedSinceMs = nowMs;
    }
  }

  void applied(int brokerId, long brokerEpoch, long index) {
    Session session = of(brokerId, brokerEpoch);
    if (session != null) {
      session.appliedIndex = Math.max(session.appliedIndex, index);
    }
  }

  /** Others must have applied this index before the broker, which is shutting down, may go (M19). */
  void shutdownMustBeSeen(int brokerId, long index) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.shutdownIndex = index;
    }
  }

  /** Something may have become another broker's that the broker, which is shutting down, has in an ISR. */
  void handOverMayBeDue(int brokerId) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.nothingToHandOver = false;
    }
  }

  /** The broker has nothing left that another one could take. */
  void nothingToHandOver(int brokerId) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.nothingToHandOver = true;
    }
  }

  /** Whether it is worth looking for something the broker could hand over: a heartbeat is no reason to look at every partition. */
  boolean mayHandOver(int brokerId) {
    Session session = sessions.get(brokerId);
    return session == null || !session.nothingToHandOver;
  }

  boolean isLive(int brokerId, long nowMs) {
    Session session = sessions.get(brokerId);
    return session != null && session.contacted && nowMs - session.lastContactMs < timeoutMs;
  }

  /**
   * Whether another process may have this id (M10): not while the session lives, and not on the strength of a hint alone before a broker that
   * lives would have been heard of again.
   */
  boolean mayBeReplaced(int brokerId, long nowMs) {
    Session session = sessions.get(brokerId);
    boolean hintIsFresh = session != null && session.goneMs != NEVER && nowMs - session.lastContactMs < quietMs;
    return !hintIsFresh && !isLive(brokerId, nowMs);
  }

  /** How long the broker has been unfenced, as far as this controller knows. */
  long unfencedForMs(int brokerId, long nowMs) {
    Session session = sessions.get(brokerId);
    return session == null ? 0 : nowMs - session.unfencedSinceMs;
  }

  /** Whether every other active broker has applied what moved leaderships away from this one (M19). */
  boolean shutdownWasSeenByAll(MetadataImage image, int brokerId) {
    Session leaving = sessions.get(brokerId);
    if (leaving == null) {
      return false;
    }
    for (BrokerRegistration broker : image.brokers().values()) {
      boolean mustSee = broker.active() && broker.brokerId() != brokerId;
      Session other = sessions.get(broker.brokerId());
      if (mustSee && (other == null || other.appliedIndex < leaving.shutdownIndex)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Session of(int brokerId, long brokerEpoch) {
    Session session = sessions.get(brokerId);
    return session == null || session.brokerEpoch != brokerEpoch ? null : session;
  }

  private static final class Session {
    private final long brokerEpoch;
    private boolean contacted;
    private long lastContactMs;
    /** When the process was seen to be gone, if that has ended the session and nothing has been heard since. */
    private long goneMs = NEVER;
    /** Something was heard after such a hint, so hints about this registration are not to be believed alone. */
    private boolean contradicted;
    private long unfencedSinceMs;
    private long appliedIndex = NOT_APPLIED;
    private long shutdownIndex;
    private boolean nothingToHandOver;

    private Session(long brokerEpoch) {
      this.brokerEpoch = brokerEpoch;
    }
  }
}
