package io.ottla.controller.control;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Places the replicas of a new topic (M28 to M30): leaders striped over a rack-interleaved order of brokers; the first follower in another
 * rack, on the broker that follows this leader least often, so that a lost leader's partitions spread over all others; further followers in
 * unused racks on the least loaded broker. Load within the topic counts first, load of the whole broker second, chance last. Used for one
 * topic and thrown away; one thread.
 */
final class ReplicaPlacer {
  private static final int FOLLOWER_SLACK = 1;

  private final List<Candidate> brokers;
  private final RandomSource random;
  private final Map<String, Integer> rackReplicas = new HashMap<>();

  private ReplicaPlacer(List<Candidate> brokers, RandomSource random) {
    this.brokers = brokers;
    this.random = random;
  }

  /** Whether a broker may get replicas: it is not on its way out, for a while or for good. */
  static boolean mayTakeReplicas(MetadataImage image, BrokerRegistration broker) {
    return !broker.inControlledShutdown() && !image.isDraining(broker.brokerId());
  }

  /** A placer over the brokers of an image that are not on their way out, knowing what each already carries. */
  static ReplicaPlacer of(MetadataImage image, RandomSource random) {
    return new ReplicaPlacer(interleaved(candidates(image).values()), random);
  }

  /** As the other form, for further partitions of a topic: they go on where its placement has ended (M31). */
  static ReplicaPlacer growing(MetadataImage image, TopicImage topic, RandomSource random) {
    Map<Integer, Candidate> candidates = candidates(image);
    ReplicaPlacer placer = new ReplicaPlacer(interleaved(candidates.values()), random);
    topic.partitions().forEach(state -> placer.count(state.target(), candidates));
    return placer;
  }

  private void count(List<Integer> replicas, Map<Integer, Candidate> candidates) {
    Candidate leader = candidates.get(replicas.getFirst());
    if (leader != null) {
      leader.leaders++;
    }
    if (leader != null && replicas.size() > 1) {
      leader.followedBy.merge(replicas.get(1), 1, Integer::sum);
    }
    for (Integer replica : replicas) {
      Candidate broker = candidates.get(replica);
      if (broker != null) {
        broker.replicas++;
        rackReplicas.merge(broker.rack, 1, Integer::sum);
      }
    }
  }

  private static Map<Integer, Candidate> candidates(MetadataImage image) {
    Map<Integer, Candidate> candidates = new TreeMap<>();
    for (BrokerRegistration broker : image.brokers().values()) {
      if (mayTakeReplicas(image, broker)) {
        candidates.put(broker.brokerId(), new Candidate(broker.brokerId(), broker.rack(), broker.fenced()));
      }
    }
    for (TopicImage topic : image.topics()) {
      topic.shares().forEach((broker, share) -> {
        Candidate candidate = candidates.get(broker);
        if (candidate != null) {
          candidate.allReplicas += share.replicas();
          candidate.allLeaders += share.preferred();
        }
      });
    }
    return candidates;
  }

  /**
   * Assignments of all partitions, preferred leader first.
   *
   * @param partitions number of partitions, at least 1
   * @param replicationFactor replicas per partition, at most the number of candidates
   */
  List<List<Integer>> place(int partitions, int replicationFactor) {
    long unfenced = brokers.stream().filter(broker -> !broker.fenced).count();
    if (unfenced == 0 || replicationFactor > brokers.size()) {
      throw new IllegalArgumentException(
          "cannot place " + replicationFactor + " replicas on " + brokers.size() + " brokers, " + unfenced
              + " unfenced");
    }
    boolean fencedNeeded = unfenced < replicationFactor;
    List<Candidate> usable = brokers.stream().filter(broker -> fencedNeeded || !broker.fenced).toList();
    rotate(usable);
    List<List<Integer>> assignments = new ArrayList<>(partitions);
    for (int number = 0; number < partitions; number++) {
      assignments.add(placeOne(usable, replicationFactor).stream().map(broker -> broker.id).toList());
    }
    return assignments;
  }

  private List<Candidate> placeOne(List<Candidate> usable, int replicationFactor) {
    List<Candidate> chosen = new ArrayList<>(replicationFactor);
    Candidate leader = pick(usable, broker -> !broker.fenced, List.of(b -> b.leaders, b -> b.allLeaders, b -> b.order));
    leader.leaders++;
    leader.allLeaders++;
    take(chosen, leader);
    if (replicationFactor > 1) {
      Candidate follower = firstFollower(usable, leader);
      leader.followedBy.merge(follower.id, 1, Integer::sum);
      take(chosen, follower);
    }
    while (chosen.size() < replicationFactor) {
      take(chosen, furtherFollower(usable, chosen));
    }
    return chosen;
  }

  private Candidate firstFollower(List<Candidate> usable, Candidate leader) {
    boolean otherRack = usable.stream().anyMatch(broker -> !broker.rack.equals(leader.rack));
    List<Candidate> eligible = usable.stream()
        .filter(broker -> broker != leader && (!otherRack || !broker.rack.equals(leader.rack))).toList();
    boolean unfenced = eligible.stream().anyMatch(broker -> !broker.fenced);
    List<Candidate> preferred = eligible.stream().filter(broker -> !unfenced || !broker.fenced).toList();
    int least = preferred.stream().mapToInt(broker -> broker.replicas).min().orElse(0);
    return pick(preferred, broker -> broker.replicas <= least + FOLLOWER_SLACK,
        List.of(b -> leader.followedBy.getOrDefault(b.id, 0), b -> b.replicas, b -> b.allReplicas,
            b -> rackReplicas.getOrDefault(b.rack, 0)));
  }

  private Candidate furtherFollower(List<Candidate> usable, List<Candidate> chosen) {
    return pick(usable, broker -> !chosen.contains(broker),
        List.of(b -> chosen.stream().filter(c -> c.rack.equals(b.rack)).count(), b -> b.fenced ? 1 : 0, b -> b.replicas,
            b -> b.allReplicas, b -> rackReplicas.getOrDefault(b.rack, 0)));
  }

  /** The candidate smallest by the given keys in their order; among equals, chance decides. */
  private Candidate pick(List<Candidate> from, Predicate<Candidate> eligible, List<ToLongFunction<Candidate>> keys) {
    Comparator<Candidate> order = Comparator.comparingLong(keys.getFirst());
    for (ToLongFunction<Candidate> key : keys.subList(1, keys.size())) {
      order = order.thenComparingLong(key);
    }
    Candidate best = null;
    int equals = 0;
    for (Candidate candidate : from) {
      if (eligible.test(candidate)) {
        int comparison = best == null ? -1 : order.compare(candidate, best);
        equals = comparison < 0 ? 1 : comparison == 0 ? equals + 1 : equals;
        boolean takes = comparison < 0 || (comparison == 0 && random.nextInt(equals) == 0);
        best = takes ? candidate : best;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no broker left to choose among " + from.size());
    }
    return best;
  }

  private void take(List<Candidate> chosen, Candidate broker) {
    broker.replicas++;
    broker.allReplicas++;
    rackReplicas.merge(broker.rack, 1, Integer::sum);
    chosen.add(broker);
  }

  /** Each topic starts dealing leaders at another broker. */
  private void rotate(List<Candidate> usable) {
    int start = random.nextInt(usable.size());
    for (int i = 0; i < usable.size(); i++) {
      usable.get(i).order = Math.floorMod(i - start, usable.size());
    }
  }

  /** Brokers ordered so that neighbours are in different racks as long as possible. */
  private static List<Candidate> interleaved(Collection<Candidate> candidates) {
    Map<String, List<Candidate>> byRack = new TreeMap<>();
    for (Candidate candidate : candidates) {
      byRack.computeIfAbsent(candidate.rack, rack -> new ArrayList<>()).add(candidate);
    }
    List<Candidate> order = new ArrayList<>(candidates.size());
    for (int turn = 0; order.size() < candidates.size(); turn++) {
      for (List<Candidate> rack : byRack.values()) {
        if (turn < rack.size()) {
          order.add(rack.get(turn));
        }
      }
    }
    return order;
  }

  /** A broker with its load: within the topic, and in all. Brokers without a rack share one. */
  private static final class Candidate {
    private final int id;
    private final String rack;
    private final boolean fenced;
    private final Map<Integer, Integer> followedBy = new HashMap<>();
    private int order;
    private int leaders;
    private int replicas;
    private int allLeaders;
    private int allReplicas;

    private Candidate(int id, @Nullable String rack, boolean fenced) {
      this.id = id;
      this.rack = rack == null ? "" : rack;
      this.fenced = fenced;
    }
  }
}
