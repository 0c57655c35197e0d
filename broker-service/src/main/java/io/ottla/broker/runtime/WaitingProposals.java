package io.ottla.broker.runtime;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.ottla.common.id.TopicIdPartition;

/**
 * ISR proposals that wait for the next call, one of each partition: a leader that proposes again has given up what it proposed before, and a
 * request that names a partition twice would have one of them refused whatever it says (P24). Not thread-safe.
 *
 * @param <P> a proposal
 */
final class WaitingProposals<P> {
  private final Map<TopicIdPartition, P> waiting = new LinkedHashMap<>();

  /** The newest proposal of a partition; it goes behind those of others. */
  void add(TopicIdPartition partition, P proposal) {
    waiting.remove(partition);
    waiting.put(partition, proposal);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Takes those that have waited longest. */
  List<P> take(int most) {
    List<P> taken = new ArrayList<>(Math.min(most, waiting.size()));
    Iterator<P> all = waiting.values().iterator();
    while (all.hasNext() && taken.size() < most) {
      taken.add(all.next());
      all.remove();
    }
    return taken;
  }
}
