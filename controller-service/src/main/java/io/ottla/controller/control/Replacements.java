package io.ottla.controller.control;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Chooses brokers in place of those that leave for good, each at its predecessor's place in the assignment, so that preferred leaderships follow
 * the same goals (M28): another rack than the other replicas, then fewest replicas of the topic, then fewest of all. Counts what it has given
 * out. Used for one entry and thrown away; one thread.
 */
final class Replacements {
  private final MetadataImage image;
  private final List<BrokerRegistration> candidates;
  private final Map<Integer, Integer> replicas = new HashMap<>();
  private final Map<UUID, Map<Integer, Integer>> givenByTopic = new HashMap<>();

  Replacements(MetadataImage image) {
    this.image = image;
    this.candidates = image.brokers().values().stream()
        .filter(broker -> broker.active() && ReplicaPlacer.mayTakeReplicas(image, broker)).toList();
    image.topics().forEach(topic -> topic.shares()
        .forEach((broker, share) -> replicas.merge(broker, share.replicas(), Integer::sum)));
  }

  /** The replicas with others in place of those that leave; empty when there are not enough brokers in service. */
  Optional<List<Integer>> replace(TopicImage topic, List<Integer> target, Set<Integer> leaving) {
    List<Integer> replaced = new ArrayList<>(target);
    Map<Integer, Integer> given = givenByTopic.computeIfAbsent(topic.id(), id -> new HashMap<>());
    for (int at = 0; at < replaced.size(); at++) {
      if (leaving.contains(replaced.get(at))) {
        Optional<BrokerRegistration> chosen = choose(topic, given, replaced, leaving);
        if (chosen.isEmpty()) {
          return Optional.empty();
        }
        replaced.set(at, chosen.get().brokerId());
      }
    }
    replaced.stream().filter(id -> !target.contains(id)).forEach(id -> {
      replicas.merge(id, 1, Integer::sum);
      given.merge(id, 1, Integer::sum);
    });
    return Optional.of(List.copyOf(replaced));
  }

  private Optional<BrokerRegistration> choose(TopicImage topic, Map<Integer, Integer> given, List<Integer> taken,
      Set<Integer> leaving) {
    return candidates.stream().filter(broker -> !taken.contains(broker.brokerId()))
        .min(Comparator.<BrokerRegistration>comparingLong(broker -> inItsRack(broker, taken, leaving))
            .thenComparingInt(broker -> topic.shares().of(broker.brokerId()).replicas()
                + given.getOrDefault(broker.brokerId(), 0))
            .thenComparingInt(broker -> replicas.getOrDefault(broker.brokerId(), 0))
            .thenComparingInt(BrokerRegistration::brokerId));
  }

  private long inItsRack(BrokerRegistration broker, List<Integer> taken, Set<Integer> leaving) {
    return taken.stream().filter(id -> !leaving.contains(id)).flatMap(id -> image.broker(id).stream())
        .filter(other -> Objects.equals(other.rack(), broker.rack())).count();
  }
}
