package io.ottla.benchmarks.history;

/** A partition by name. */
record TopicPartition(String topic, int partition) {
  @Override
  public String toString() {
    return topic + "-" + partition;
  }
}
