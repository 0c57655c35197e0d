package io.ottla.cluster;

import java.util.List;

/** A topic as a broker describes it to clients. */
record TopicView(String name, List<Partition> partitions) {
  /** @param leader broker id, -1 for none */
  record Partition(int number, int leader, List<Integer> replicas, List<Integer> inSync) {}

  /** Whether every partition has a leader and all of its replicas in sync. */
  boolean isHealthy(int expectedPartitions, int expectedReplicas) {
    return partitions.size() == expectedPartitions && partitions.stream().allMatch(one -> one.leader() >= 0
        && one.replicas().size() == expectedReplicas && one.inSync().size() == expectedReplicas);
  }

  int leaderOf(int partition) {
    return partitions.stream().filter(one -> one.number() == partition).findFirst().orElseThrow().leader();
  }
}
