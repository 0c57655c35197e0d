package io.ottla.common.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cluster/v1/topics/configs}: settings of a topic are stored or reset, the others stay (M7, M23).
 *
 * @param topic the topic's name
 * @param validateOnly check everything, change nothing
 */
public record AlterTopicConfigsRequest(String topic, List<Change> changes, boolean validateOnly) {
  /**
   * One change.
   *
   * @param value the new value, null to go back to the default
   */
  public record Change(String name, @Nullable String value) {}
}
