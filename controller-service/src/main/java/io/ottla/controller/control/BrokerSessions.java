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

  private final long timeoutMs;
  private final long stallThresholdMs;
  private final Map<Integer, Session> sessions = new TreeMap<>();
  private long lastLookMs;

  BrokerSessions(ControlSettings settings, long nowMs) {
    this.timeoutMs = settings.sessionTimeoutMs();
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
    if (session != null) {
      session.lastContactMs = session.contacted ? Math.max(session.lastContactMs, arrivedMs) : arrivedMs;
      session.contacted = true;
    }
  }

  /** The broker said goodbye: another process may take its id at once. */
  void end(int brokerId) {
    Session session = sessions.get(brokerId);
    if (session != null) {
      session.contacted = false;
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

  boolean isLive(int brokerId, long nowMs) {
    Session session = sessions.get(brokerId);
    return session != null && session.contacted && nowMs - session.lastContactMs < timeoutMs;
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
    private long unfencedSinceMs;
    private long appliedIndex = NOT_APPLIED;
    private long shutdownIndex;

    private Session(long brokerEpoch) {
      this.brokerEpoch = brokerEpoch;
    }
  }
}
