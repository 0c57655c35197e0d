package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.PartitionState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaPlacerTest {
  private static final int SEEDS = Integer.getInteger("ottla.placement.seeds", 2);

  /** A cluster shape: brokers 0 to brokers-1, broker i in rack i mod racks, or without racks. */
  record Shape(int brokers, int racks) {
    String rack(int broker) {
      return racks == 0 ? "" : "r" + broker % racks;
    }

    Set<String> rackNames() {
      Set<String> names = new TreeSet<>();
      for (int broker = 0; broker < brokers; broker++) {
        names.add(rack(broker));
      }
      return names;
    }
  }

  static List<Shape> shapes() {
    List<Shape> shapes = new ArrayList<>();
    for (int brokers = 3; brokers <= 12; brokers++) {
      for (int racks : new int[] {0, 2, 3, 4}) {
        if (racks == 0 || brokers % racks == 0) {
          shapes.add(new Shape(brokers, racks));
        }
      }
    }
    return shapes;
  }

  /** M30, I22: one topic on an empty cluster of equal brokers and equal racks. */
  @ParameterizedTest
  @MethodSource("shapes")
  void oneTopicIsBalanced(Shape shape) {
    MetadataImage image = cluster(shape, Set.of());
    int full = 4 * shape.brokers() * (shape.brokers() - 1);
    for (int replicationFactor = 1; replicationFactor <= Math.min(5, shape.brokers()); replicationFactor++) {
      for (int partitions : new int[] {1, 2, 3, 5, shape.brokers(), shape.brokers() + 1, 17, 50, 100, full - 1, full}) {
        for (int seed = 0; seed < SEEDS; seed++) {
          List<List<Integer>> placed = ReplicaPlacer.of(image, new SeededSource(seed)).place(partitions,
              replicationFactor);
          String what = shape + " RF " + replicationFactor + " P " + partitions + " seed " + seed;
          assertThat(placed).as(what).hasSize(partitions);
          checkSpread(shape, placed, replicationFactor, what);
          if (partitions >= full && replicationFactor >= 2) {
            checkSurvivors(shape, placed, what);
          }
        }
      }
    }
  }

  private static void checkSpread(Shape shape, List<List<Integer>> placed, int replicationFactor, String what) {
    Map<Object, Integer> leaders = zeroes(shape);
    Map<Object, Integer> replicas = zeroes(shape);
    Map<Object, Integer> byRack = new HashMap<>();
    shape.rackNames().forEach(rack -> byRack.put(rack, 0));
    for (List<Integer> partition : placed) {
      assertThat(new HashSet<>(partition)).as(what).hasSize(replicationFactor);
      Set<String> racks = new HashSet<>();
      leaders.merge(partition.getFirst(), 1, Integer::sum);
      for (int broker : partition) {
        replicas.merge(broker, 1, Integer::sum);
        byRack.merge(shape.rack(broker), 1, Integer::sum);
        racks.add(shape.rack(broker));
      }
      assertThat(racks).as(what).hasSize(Math.min(replicationFactor, shape.rackNames().size()));
    }
    assertThat(spread(leaders)).as("leaders per broker, " + what).isLessThanOrEqualTo(1);
    assertThat(spread(replicas)).as("replicas per broker, " + what).isLessThanOrEqualTo(3);
    assertThat(spread(byRack)).as("replicas per rack, " + what).isLessThanOrEqualTo(3);
  }

  /** Losing a broker must not put its leaderships on few others. */
  private static void checkSurvivors(Shape shape, List<List<Integer>> placed, String what) {
    for (int lost = 0; lost < shape.brokers(); lost++) {
      Map<Integer, Integer> heirs = new HashMap<>();
      int led = 0;
      for (List<Integer> partition : placed) {
        if (partition.getFirst() == lost) {
          led++;
          heirs.merge(partition.get(1), 1, Integer::sum);
        }
      }
      int survivors = 0;
      for (int broker = 0; broker < shape.brokers(); broker++) {
        boolean other = shape.racks() == 0 ? broker != lost : !shape.rack(broker).equals(shape.rack(lost));
        survivors += other ? 1 : 0;
      }
      int bound = Math.ceilDiv(3 * led, 2 * survivors);
      assertThat(Collections.max(heirs.values())).as("heirs of broker " + lost + ", " + what)
          .isLessThanOrEqualTo(bound);
    }
  }

  /** M30: many small topics. */
  @ParameterizedTest
  @MethodSource("shapes")
  void aThousandOnePartitionTopicsAreBalanced(Shape shape) {
    for (int replicationFactor = 1; replicationFactor <= Math.min(3, shape.brokers()); replicationFactor += 2) {
      MetadataImage image = cluster(shape, Set.of());
      SeededSource random = new SeededSource(shape.brokers());
      for (int topic = 0; topic < 1_000; topic++) {
        image = with(image, topic, ReplicaPlacer.of(image, random).place(1, replicationFactor));
      }
      Map<Object, Integer> replicas = zeroes(shape);
      Map<Object, Integer> leaders = zeroes(shape);
      image.forEachPartition((topic, number, state) -> {
        leaders.merge(state.preferredLeader(), 1, Integer::sum);
        state.replicas().forEach(broker -> replicas.merge(broker, 1, Integer::sum));
      });
      assertThat(ratio(replicas)).as("replicas, " + shape + " RF " + replicationFactor).isLessThanOrEqualTo(1.3);
      assertThat(ratio(leaders)).as("leaders, " + shape + " RF " + replicationFactor).isLessThanOrEqualTo(1.3);
    }
  }

  /** M28, M30: fenced brokers get nothing while enough unfenced ones exist. */
  @Test
  void fencedBrokersAreSparedWhenPossible() {
    MetadataImage image = cluster(new Shape(6, 2), Set.of(0, 5));
    List<List<Integer>> placed = ReplicaPlacer.of(image, new SeededSource(3)).place(60, 3);

    assertThat(placed).allSatisfy(replicas -> assertThat(replicas).doesNotContain(0, 5));
  }

  /** M28: where there are too few unfenced brokers, fenced ones follow but never come first. */
  @Test
  void fencedBrokersFollowWhenNeededButNeverLead() {
    MetadataImage image = cluster(new Shape(4, 0), Set.of(0, 1));
    List<List<Integer>> placed = ReplicaPlacer.of(image, new SeededSource(3)).place(60, 3);

    assertThat(placed).allSatisfy(replicas -> {
      assertThat(replicas.getFirst()).isIn(2, 3);
      assertThat(replicas).contains(2, 3);
    });
  }

  /** M28: a broker that is leaving gets nothing. */
  @Test
  void brokersInControlledShutdownGetNothing() {
    MetadataImage image = cluster(new Shape(4, 0), Set.of());
    image = MetadataDelta.apply(image, image.index() + 1, 1,
        List.of(BrokerChange.shuttingDown(2, image.broker(2).orElseThrow().brokerEpoch())));
    assertThat(ReplicaPlacer.of(image, new SeededSource(3)).place(60, 3))
        .allSatisfy(replicas -> assertThat(replicas).doesNotContain(2));
  }

  @Test
  void theSeedDecidesThePlacement() {
    MetadataImage image = cluster(new Shape(9, 3), Set.of());
    List<List<Integer>> first = ReplicaPlacer.of(image, new SeededSource(5)).place(40, 3);
    assertThat(ReplicaPlacer.of(image, new SeededSource(5)).place(40, 3)).isEqualTo(first);
    assertThat(ReplicaPlacer.of(image, new SeededSource(6)).place(40, 3)).isNotEqualTo(first);
  }

  private static MetadataImage cluster(Shape shape, Set<Integer> fenced) {
    MetadataImage image = MetadataImage.EMPTY;
    for (int id = 0; id < shape.brokers(); id++) {
      long index = image.index() + 1;
      List<MetadataRecord> records = new ArrayList<>();
      records.add(new RegisterBroker(id, new UUID(1, id), List.of(new UUID(2, id)),
          List.of(new Endpoint(Endpoint.INTERNAL, "h", 1)), shape.racks() == 0 ? null : shape.rack(id),
          new TreeMap<>()));
      if (!fenced.contains(id)) {
        records.add(BrokerChange.unfence(id, index));
      }
      image = MetadataDelta.apply(image, index, 1, records);
    }
    return image;
  }

  private static MetadataImage with(MetadataImage image, int topic, List<List<Integer>> placed) {
    UUID id = new UUID(9, topic);
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new TopicRecord(id, "t" + topic));
    for (int number = 0; number < placed.size(); number++) {
      List<Integer> replicas = placed.get(number);
      records.add(new PartitionRecord(id, number, PartitionState.created(replicas, replicas,
          replicas.stream().map(replica -> new UUID(2, replica)).toList())));
    }
    return MetadataDelta.apply(image, image.index() + 1, 1, records);
  }

  private static Map<Object, Integer> zeroes(Shape shape) {
    Map<Object, Integer> zeroes = new HashMap<>();
    for (int broker = 0; broker < shape.brokers(); broker++) {
      zeroes.put(broker, 0);
    }
    return zeroes;
  }

  private static int spread(Map<Object, Integer> counts) {
    return Collections.max(counts.values()) - Collections.min(counts.values());
  }

  private static double ratio(Map<Object, Integer> counts) {
    return Collections.max(counts.values()) / (double) Math.max(1, Collections.min(counts.values()));
  }
}
