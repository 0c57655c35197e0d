package io.ottla.cluster;

import io.ottla.common.wire.ReplicaStatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares what brokers say about their replicas of a topic. */
final class ReplicaComparison {
  private ReplicaComparison() {
  }

  /** The log end of each partition when every broker holds the same; null while they differ. */
  static @Nullable Map<Integer, Long> agreedEnds(List<ReplicaStatusResponse> brokers, String topic, int partitions) {
    Map<Integer, Long> ends = new TreeMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      List<ReplicaStatusResponse.Replica> replicas = replicas(brokers, topic, partition);
      if (replicas.size() != brokers.size() || !equal(replicas)) {
        return null;
      }
      ends.put(partition, replicas.getFirst().logEndOffset());
    }
    return ends;
  }

  private static boolean equal(List<ReplicaStatusResponse.Replica> replicas) {
    ReplicaStatusResponse.Replica first = replicas.getFirst();
    long leaders = replicas.stream().filter(one -> one.role().equals("LEADER")).count();
    return leaders == 1 && replicas.stream()
        .allMatch(one -> one.topicId().equals(first.topicId()) && one.leaderEpoch() == first.leaderEpoch()
            && one.logStartOffset() == first.logStartOffset() && one.logEndOffset() == first.logEndOffset()
            && one.highWatermark() == one.logEndOffset() && one.durableOffset() == one.logEndOffset()
            && !one.digest().isEmpty() && one.digest().equals(first.digest()));
  }

  private static List<ReplicaStatusResponse.Replica> replicas(List<ReplicaStatusResponse> brokers, String topic,
      int partition) {
    List<ReplicaStatusResponse.Replica> found = new ArrayList<>();
    brokers.forEach(broker -> broker.replicas().stream()
        .filter(one -> one.topic().equals(topic) && one.partition() == partition).forEach(found::add));
    return found;
  }

  static String describe(List<ReplicaStatusResponse> brokers, String topic) {
    return brokers.stream().map(broker -> "broker " + broker.brokerId() + broker.replicas().stream()
        .filter(one -> one.topic().equals(topic)).map(one -> "\n  " + one).collect(Collectors.joining()))
        .collect(Collectors.joining("\n", "\n", ""));
  }
}
