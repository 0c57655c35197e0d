package io.ottla.controller.runtime;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * While this controller is active, watches the processes of all brokers that are not fenced, and passes on which are gone: their leaderships then
 * move at once and not after their session. Follows the committed metadata by being shown each status.
 */
public final class BrokerWatch implements AutoCloseable {
  /** For a controller that has just taken over, a refusal may be all it knows of a broker: that has to last for two heartbeats. */
  private static final int UNPROVEN_SHARE_OF_SESSION = 5;

  private final int selfId;
  private final long unprovenMs;
  private final ProcessWatcher<Registration> watcher;
  private boolean wasActive;
  private long seenIndex = -1;

  /** One registration of a broker: a new process has a new epoch and is watched anew. */
  record Registration(int brokerId, long brokerEpoch) {}

  /** Where hints go; {@link Controller#brokerGone}. */
  @FunctionalInterface
  public interface Door {
    /** The process of that registration was not there any more at that monotonic time. */
    void brokerGone(int brokerId, long brokerEpoch, long observedMs);
  }

  /**
   * @param selfId this node's id: a broker in the same process is not watched
   * @param sessionMs broker session timeout
   */
  public BrokerWatch(int selfId, long sessionMs, ProcessWatcher.Factory watchers, Door door) {
    this.selfId = selfId;
    this.unprovenMs = sessionMs / UNPROVEN_SHARE_OF_SESSION;
    this.watcher = watchers.create((Registration key, long observedMs) -> door.brokerGone(key.brokerId(),
        key.brokerEpoch(), observedMs));
  }

  /** Adjusts to a new status; on the Raft thread. */
  public void follow(ControllerStatus status) {
    boolean nothingNew = status.active() == wasActive && (!wasActive || status.image().index() == seenIndex);
    if (nothingNew) {
      return;
    }
    wasActive = status.active();
    seenIndex = status.image().index();
    watcher.watch(wasActive ? targets(status) : List.of());
  }

  private List<ProcessWatcher.Target<Registration>> targets(ControllerStatus status) {
    List<ProcessWatcher.Target<Registration>> targets = new ArrayList<>();
    for (BrokerRegistration broker : status.image().brokers().values()) {
      if (!broker.fenced() && broker.brokerId() != selfId) {
        broker.endpoint(Endpoint.INTERNAL)
            .ifPresent(address -> targets.add(new ProcessWatcher.Target<>(
                new Registration(broker.brokerId(), broker.brokerEpoch()), address, unprovenMs)));
      }
    }
    return targets;
  }

  @Override
  public void close() {
    watcher.close();
  }
}
