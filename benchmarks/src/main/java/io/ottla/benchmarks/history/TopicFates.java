package io.ottla.benchmarks.history;

import io.ottla.benchmarks.history.Event.TopicChange;
import io.ottla.benchmarks.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What became of topics, as those know who created and deleted them; a topic is changed by one process only. */
final class TopicFates {
  private final Map<String, List<TopicChange>> changes = new TreeMap<>();
  private final List<Event.TopicList> lists = new ArrayList<>();

  void add(TopicChange change) {
    changes.computeIfAbsent(change.topic(), _ -> new ArrayList<>()).add(change);
  }

  void add(Event.TopicList list) {
    lists.add(list);
  }

  /** Whether nobody ever tried to delete it, so that everything in it stays. */
  boolean isKept(String topic) {
    return changes.getOrDefault(topic, List.of()).stream().allMatch(TopicChange::created);
  }

  /** When the last deletion began that was over before that moment; the least long for none. */
  long lastDeletionBefore(String topic, long time) {
    return changes.getOrDefault(topic, List.of()).stream()
        .filter(one -> !one.created() && one.outcome() == Outcome.OK && one.end() < time)
        .mapToLong(TopicChange::start).max().orElse(Long.MIN_VALUE);
  }

  /** I10: acknowledged topics exist, deleted and refused ones do not; where an outcome is unknown, both are right. */
  void check(Findings findings) {
    for (Event.TopicList list : lists) {
      Set<String> present = new HashSet<>(list.topics());
      changes.forEach((topic, course) -> {
        if (course.stream().noneMatch(one -> one.outcome() == Outcome.INFO)) {
          boolean exists = false;
          for (TopicChange change : course) {
            exists = change.outcome() == Outcome.OK ? change.created() : exists;
          }
          if (present.contains(topic) != exists) {
            findings.report(Rule.TOPICS_DIFFER, topic + (exists ? " was acknowledged and is not" : " is gone or was"
                + " refused and is") + " listed by broker " + list.broker() + "; last change: " + course.getLast());
          }
        }
      });
    }
  }
}
