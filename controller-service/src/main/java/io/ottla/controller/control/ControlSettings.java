package io.ottla.controller.control;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the controls need to know from the node's settings.
 *
 * @param clusterId id of the cluster, which registering brokers must name
 * @param clusterConfigs cluster-wide settings the first active controller writes into the log where they are missing (M5)
 * @param sessionTimeoutMs a broker without contact for this long is fenced (M14)
 * @param stallThresholdMs a longer gap between two looks at the clock counts as a stall of this controller and extends all sessions (M16)
 * @param balanceIntervalMs time between two checks of preferred leaderships (M25); 0 for never
 * @param imbalancePercent share of a broker's preferred leaderships that may be elsewhere before they are moved back (M25)
 * @param balanceMinUnfencedMs a broker unfenced for less than this gets no leadership back yet (M25)
 */
public record ControlSettings(String clusterId, SortedMap<String, String> clusterConfigs, long sessionTimeoutMs,
    long stallThresholdMs, long balanceIntervalMs, int imbalancePercent, long balanceMinUnfencedMs) {
  /** Copies the settings and checks their relations. */
  public ControlSettings {
    clusterConfigs = Collections.unmodifiableSortedMap(new TreeMap<>(clusterConfigs));
    if (sessionTimeoutMs <= 0 || stallThresholdMs <= 0 || stallThresholdMs >= sessionTimeoutMs) {
      throw new IllegalArgumentException(
          "a stall of " + stallThresholdMs + " ms must be shorter than a session of " + sessionTimeoutMs + " ms");
    }
  }

  /** The defaults of M16 and M25 around a session timeout. */
  public static ControlSettings of(String clusterId, SortedMap<String, String> clusterConfigs, long sessionTimeoutMs) {
    return new ControlSettings(clusterId, clusterConfigs, sessionTimeoutMs, Math.max(1, sessionTimeoutMs / 6), 60_000,
        10, 30_000);
  }
}
