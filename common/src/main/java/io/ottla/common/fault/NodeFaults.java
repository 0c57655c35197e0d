package io.ottla.common.fault;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The faults in force in one node. The adapters of storage and of calls between nodes ask it before they act. Whether it can ever say anything
 * but "no fault" is decided when the node starts and never again. Any thread.
 */
public final class NodeFaults {
  /** Of every node that was not started for a test: nothing can be switched on. */
  public static final NodeFaults OFF = new NodeFaults(false);
  private static final Logger LOG = LoggerFactory.getLogger(NodeFaults.class);

  private final boolean enabled;
  private volatile StorageFaults storage = StorageFaults.NONE;
  private volatile Map<String, CallFaults> calls = Map.of();

  private NodeFaults(boolean enabled) {
    this.enabled = enabled;
  }

  /**
   * The faults of a node, none of them in force yet.
   *
   * @param enabled the setting {@code faults.enabled}
   */
  public static NodeFaults of(boolean enabled) {
    if (!enabled) {
      return OFF;
    }
    LOG.warn("event=faults_enabled remedy=\"this node loses records and calls when told to, by anyone who reaches its"
        + " internal listener; for tests only: start it without faults.enabled\"");
    return new NodeFaults(true);
  }

  /** Whether faults can be switched on here. */
  public boolean isEnabled() {
    return enabled;
  }

  /** What the disk does wrong now. */
  public StorageFaults storage() {
    return storage;
  }

  /** Rules for calls by peer, in no order. */
  public List<CallFaults> calls() {
    return List.copyOf(calls.values());
  }

  /** What happens now to calls of a peer. */
  public CallFaults callsTo(String peer) {
    Map<String, CallFaults> rules = calls;
    CallFaults own = rules.get(peer);
    return own != null ? own : rules.getOrDefault(CallFaults.EVERYONE, CallFaults.NONE);
  }

  /** From now on the disk does this. */
  public void storage(StorageFaults faults) {
    requireEnabled();
    storage = faults;
    LOG.warn("event=storage_faults {}", faults);
  }

  /** From now on this happens to calls, and to no others. */
  public void calls(List<CallFaults> rules) {
    requireEnabled();
    Map<String, CallFaults> byPeer = new HashMap<>();
    rules.forEach(rule -> byPeer.put(rule.peer(), rule));
    calls = Map.copyOf(byPeer);
    LOG.warn("event=call_faults {}", rules);
  }

  private void requireEnabled() {
    if (!enabled) {
      throw new IllegalStateException("this node was started without faults.enabled");
    }
  }

  /** Delays or fails a force that is about to happen. */
  public void beforeForce() throws IOException {
    StorageFaults now = storage;
    if (now.forceDelayMs() > 0) {
      pause(now.forceDelayMs());
    }
    if (storage.failForces()) {
      throw new IOException("the device does not answer (fault)");
    }
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a disk would not care either; the caller sees to it later
    }
  }
}
