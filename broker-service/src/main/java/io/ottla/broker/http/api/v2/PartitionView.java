package io.ottla.broker.http.api.v2;

import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A partition in a topic's description.
 *
 * @param partition its number
 * @param leader the leading broker, -1 for none
 * @param replicas in assignment order
 */
public record PartitionView(int partition, int leader, List<ReplicaView> replicas) {
  static PartitionView of(int number, PartitionState state) {
    List<ReplicaView> replicas = state.replicas().stream()
        .map(broker -> new ReplicaView(broker, broker == state.leader(), state.isr().contains(broker))).toList();
    return new PartitionView(number, state.leader(), replicas);
  }

  static List<PartitionView> of(TopicImage topic) {
    List<PartitionView> views = new ArrayList<>();
    for (PartitionState state : topic.partitions()) {
      views.add(of(views.size(), state));
    }
    return views;
  }
}
