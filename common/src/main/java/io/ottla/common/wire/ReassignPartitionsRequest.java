package io.ottla.common.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /cluster/v1/partitions/reassign}: partitions move to other brokers, or stop moving (M32, M33). */
public record ReassignPartitionsRequest(List<Target> targets) {
  /**
   * What one partition is to become.
   *
   * @param replicas brokers that are to hold it, the preferred leader first; null to cancel what is under way
   */
  public record Target(String topic, int partition, @Nullable List<Integer> replicas) {}
}
