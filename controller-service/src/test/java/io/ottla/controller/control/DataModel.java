package io.ottla.controller.control;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/**
 * What the metadata is about: records in logs. Remembers for every partition what was ever committed, that is held by the whole ISR while it
 * had at least min ISR members, and so knows whether an election lost any of it (I24, I25).
 */
final class DataModel {
  private final Map<Integer, Map<TopicIdPartition, List<Integer>>> logs = new HashMap<>();
  private final Map<TopicIdPartition, List<Integer>> committed = new HashMap<>();
  private int nextRecord;
  private int commits;

  List<Integer> log(int brokerId, TopicIdPartition id) {
    return logs.computeIfAbsent(brokerId, key -> new HashMap<>()).computeIfAbsent(id, key -> new ArrayList<>());
  }

  /** How often anything was committed: a run without is worth nothing. */
  int commits() {
    return commits;
  }

  void append(int leader, TopicIdPartition id) {
    nextRecord++;
    log(leader, id).add(nextRecord);
  }

  /** A follower truncates to what it shares with the leader and copies the rest. */
  void replicate(int leader, int follower, TopicIdPartition id) {
    List<Integer> source = log(leader, id);
    List<Integer> target = log(follower, id);
    target.clear();
    target.addAll(source);
  }

  /** Everything the whole ISR holds is committed, if the ISR suffices. */
  void commit(TopicIdPartition id, int leader, Iterable<Integer> maximalIsr, boolean sufficient) {
    List<Integer> source = log(leader, id);
    int held = source.size();
    for (int member : maximalIsr) {
      held = Math.min(held, common(source, log(member, id)));
    }
    List<Integer> known = committed.computeIfAbsent(id, key -> new ArrayList<>());
    if (sufficient && held > known.size()) {
      require(common(source, known) == known.size(),
          "I24: leader " + leader + " of " + id + " lacks committed records");
      known.addAll(source.subList(known.size(), held));
      commits++;
    }
  }

  /** The broker's logs lose some of their ends. */
  void cut(int brokerId, IntPredicate loses) {
    logs.getOrDefault(brokerId, Map.of()).values().forEach(log -> {
      if (!log.isEmpty() && loses.test(log.size())) {
        log.subList(log.size() / 2, log.size()).clear();
      }
    });
  }

  /** The broker has deleted its replica of a partition. */
  void forget(int brokerId, TopicIdPartition id) {
    logs.getOrDefault(brokerId, new HashMap<>()).remove(id);
  }

  void wipe(int brokerId) {
    logs.remove(brokerId);
  }

  /** A log that cannot be used is as good as gone. */
  void lose(int brokerId, TopicIdPartition id) {
    log(brokerId, id).clear();
  }

  Map<TopicIdPartition, List<Integer>> copy(int brokerId) {
    Map<TopicIdPartition, List<Integer>> copy = new HashMap<>();
    logs.getOrDefault(brokerId, Map.of()).forEach((id, log) -> copy.put(id, List.copyOf(log)));
    return copy;
  }

  void restore(int brokerId, Map<TopicIdPartition, List<Integer>> copy) {
    Map<TopicIdPartition, List<Integer>> restored = new HashMap<>();
    copy.forEach((id, log) -> restored.put(id, new ArrayList<>(log)));
    logs.put(brokerId, restored);
  }

  /** I24, I25: whoever leads, may lead, or is in sync holds everything committed. */
  void check(MetadataImage image, BiPredicate<Integer, TopicIdPartition> usable) {
    image.forEachPartition((topic, number, state) -> {
      TopicIdPartition id = new TopicIdPartition(topic.id(), number);
      checkMembers(id, state, state.isr(), "ISR", usable);
      checkMembers(id, state, state.elr(), "ELR", usable);
    });
  }

  private void checkMembers(TopicIdPartition id, PartitionState state, List<Integer> members, String what,
      BiPredicate<Integer, TopicIdPartition> usable) {
    List<Integer> known = committed.getOrDefault(id, List.of());
    for (int member : members) {
      boolean holds = !usable.test(member, id) || common(log(member, id), known) == known.size();
      require(holds,
          "I25: broker " + member + " in the " + what + " of " + id + " has " + log(member, id) + ", committed is "
              + known + ": " + state);
    }
  }

  private static int common(List<Integer> one, List<Integer> other) {
    int length = Math.min(one.size(), other.size());
    for (int i = 0; i < length; i++) {
      if (!one.get(i).equals(other.get(i))) {
        return i;
      }
    }
    return length;
  }

  private static void require(boolean holds, String violation) {
    if (!holds) {
      throw new AssertionError(violation);
    }
  }
}
