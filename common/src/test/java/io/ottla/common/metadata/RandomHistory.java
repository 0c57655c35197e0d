package io.ottla.common.metadata;

import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.ProducerIds;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Entries as controllers might write them, chosen by a seed: brokers register again, are fenced and unfenced, topics are deleted and created anew
 * under their old names, ISRs shrink and grow, settings come and go. Every entry is valid after the ones before it.
 */
final class RandomHistory {
  private static final int BROKERS = 5;
  private static final List<String> TOPICS = List.of("a", "b.c", "b-d", "orders", "Zeitung");
  private static final List<String> KEYS = List.of("retention.ms", "segment.bytes", "cleanup.policy");

  /** The image after each entry; the first is the empty one. */
  final List<MetadataImage> images = new ArrayList<>(List.of(MetadataImage.EMPTY));
  final List<List<MetadataRecord>> entries = new ArrayList<>();
  private final Random random;
  private long term = 1;

  RandomHistory(long seed, int length) {
    random = new Random(seed);
    while (entries.size() < length) {
      add(next());
    }
  }

  /** Term of the entry at an index. */
  long term(int index) {
    return images.get(index).term();
  }

  private MetadataImage now() {
    return images.getLast();
  }

  private void add(List<MetadataRecord> records) {
    term += random.nextInt(20) == 0 ? 1 : 0;
    entries.add(records);
    images.add(MetadataDelta.apply(now(), entries.size(), term, records));
  }

  private List<MetadataRecord> next() {
    return switch (random.nextInt(13)) {
      case 0, 1 -> register();
      case 2, 3 -> unfence();
      case 4 -> leave();
      case 5 -> create();
      case 6 -> remove();
      case 7 -> configure();
      case 8 -> recreate();
      case 9 -> List.of();
      case 10 -> producerIds();
      default -> change();
    };
  }

  private List<MetadataRecord> register() {
    int id = 1 + random.nextInt(BROKERS);
    List<MetadataRecord> records = new ArrayList<>(withdraw(id));
    List<UUID> directories = new ArrayList<>(List.of(new UUID(2, id)));
    if (random.nextBoolean()) {
      directories.add(new UUID(3, 10L * id + random.nextInt(3)));
    }
    Collections.shuffle(directories, random);
    TreeMap<String, FeatureRange> features = new TreeMap<>();
    if (random.nextBoolean()) {
      features.put("metadata.version", new FeatureRange(1, 1 + random.nextInt(9)));
    }
    records.add(new RegisterBroker(id, new UUID(1, random.nextLong()), directories,
        List.of(new Endpoint(Endpoint.INTERNAL, "höst-" + id, 9_000 + random.nextInt(100))),
        random.nextBoolean() ? "rack-" + random.nextInt(2) : null, features));
    return records;
  }

  private List<MetadataRecord> unfence() {
    return broker(false).<List<MetadataRecord>>map(
        broker -> List.of(BrokerChange.unfence(broker.brokerId(), broker.brokerEpoch()))).orElse(List.of());
  }

  /** A broker is fenced, leaves its directories, announces its shutdown, or is removed. */
  private List<MetadataRecord> leave() {
    Optional<BrokerRegistration> found = broker(true);
    if (found.isEmpty()) {
      return List.of();
    }
    BrokerRegistration broker = found.get();
    List<MetadataRecord> records = new ArrayList<>();
    switch (random.nextInt(4)) {
      case 0 -> records.add(BrokerChange.shuttingDown(broker.brokerId(), broker.brokerEpoch()));
      case 1 -> records.add(new BrokerChange(broker.brokerId(), broker.brokerEpoch(), null, null,
          broker.directoryIds().subList(0, 1)));
      case 2 -> {
        records.addAll(withdraw(broker.brokerId()));
        records.add(new UnregisterBroker(broker.brokerId(), broker.brokerEpoch()));
      }
      default -> {
        records.addAll(withdraw(broker.brokerId()));
        records.add(BrokerChange.fence(broker.brokerId(), broker.brokerEpoch()));
      }
    }
    return records;
  }

  private Optional<BrokerRegistration> broker(boolean unfenced) {
    List<BrokerRegistration> all = now().brokers().values().stream().filter(broker -> broker.fenced() != unfenced)
        .toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  /** Out of every ISR, as I16 demands of an entry that takes a broker out of service. */
  private List<MetadataRecord> withdraw(int broker) {
    List<MetadataRecord> records = new ArrayList<>();
    now().forEachPartition((topic, number, state) -> {
      if (state.isr().contains(broker)) {
        List<Integer> isr = state.isr().stream().filter(id -> id != broker).toList();
        records.add(isrChange(topic, number, state, isr));
      }
    });
    return records;
  }

  private PartitionChange isrChange(TopicImage topic, int number, PartitionState state, List<Integer> isr) {
    boolean sufficient = isr.size() >= now().effectiveMinIsr(topic, state);
    List<Integer> elr = sufficient
        ? List.of()
        : state.replicas().stream().filter(id -> !isr.contains(id)).filter(id -> random.nextBoolean()).toList();
    Integer leader = isr.contains(state.leader()) ? null : (Integer) (isr.isEmpty() ? -1 : isr.getFirst());
    return new PartitionChange(topic.id(), number, null, isr, elr, isr.isEmpty() ? state.leader() : null, null, null,
        leader, null, null);
  }

  private List<MetadataRecord> create() {
    String name = TOPICS.get(random.nextInt(TOPICS.size()));
    return now().topic(name).isPresent() ? change() : created(name);
  }

  private List<MetadataRecord> created(String name) {
    List<Integer> unfenced = new ArrayList<>(
        now().brokers().values().stream().filter(broker -> !broker.fenced()).map(BrokerRegistration::brokerId)
            .toList());
    if (unfenced.isEmpty()) {
      return List.of();
    }
    UUID id = new UUID(7, random.nextLong());
    List<MetadataRecord> records = new ArrayList<>(List.of(new TopicRecord(id, name)));
    int partitions = 1 + random.nextInt(random.nextInt(8) == 0 ? 150 : 4);
    for (int number = 0; number < partitions; number++) {
      Collections.shuffle(unfenced, random);
      List<Integer> replicas = List.copyOf(unfenced.subList(0, 1 + random.nextInt(unfenced.size())));
      records.add(new PartitionRecord(id, number, PartitionState.created(replicas, replicas, directories(replicas))));
    }
    if (random.nextBoolean()) {
      records.add(new ConfigRecord(ConfigResource.topic(name), "retention.ms", "" + random.nextInt(1_000)));
    }
    return records;
  }

  /** Mostly the brokers' own ones; sometimes one not yet chosen, or one that is gone. */
  private List<UUID> directories(List<Integer> replicas) {
    return replicas.stream().map(id -> switch (random.nextInt(8)) {
      case 0 -> PartitionState.UNASSIGNED_DIRECTORY;
      case 1 -> new UUID(4, random.nextInt(3));
      default -> {
        List<UUID> own = now().broker(id).orElseThrow().directoryIds();
        yield own.get(random.nextInt(8) == 0 ? own.size() - 1 : 0);
      }
    }).toList();
  }

  private List<MetadataRecord> remove() {
    return topic().<List<MetadataRecord>>map(topic -> List.of(new RemoveTopic(topic.id()))).orElse(List.of());
  }

  /** Deleted and created anew under the same name, in one entry or in two. */
  private List<MetadataRecord> recreate() {
    Optional<TopicImage> found = topic();
    if (found.isEmpty()) {
      return create();
    }
    String name = found.get().name();
    List<MetadataRecord> records = new ArrayList<>(List.of(new RemoveTopic(found.get().id())));
    if (random.nextBoolean()) {
      add(records);
      return created(name);
    }
    records.addAll(created(name));
    return records;
  }

  private Optional<TopicImage> topic() {
    List<TopicImage> topics = now().topics();
    return topics.isEmpty() ? Optional.empty() : Optional.of(topics.get(random.nextInt(topics.size())));
  }

  private List<MetadataRecord> change() {
    Optional<TopicImage> found = topic();
    if (found.isEmpty()) {
      return List.of();
    }
    TopicImage topic = found.get();
    int number = random.nextInt(topic.partitions().size());
    PartitionState state = topic.partitions().get(number);
    return switch (random.nextInt(4)) {
      case 0 -> List.of(leadership(topic, number, state.isr().isEmpty() ? -1 : state.isr().getLast(), null));
      case 1 -> state.isr().size() == 1 && state.hasLeader()
          ? List.of(leadership(topic, number, state.leader(), LeaderRecoveryState.RECOVERING))
          : List.of();
      default -> List.of(recovered(isrChange(topic, number, state, randomIsr(state))));
    };
  }

  private List<Integer> randomIsr(PartitionState state) {
    return state.replicas().stream()
        .filter(id -> now().broker(id).map(broker -> !broker.fenced()).orElse(false) && random.nextInt(4) != 0)
        .toList();
  }

  private static PartitionChange leadership(TopicImage topic, int number, int leader,
      @Nullable LeaderRecoveryState recovery) {
    return new PartitionChange(topic.id(), number, null, null, null, null, null, null, leader, recovery, null);
  }

  private static PartitionChange recovered(PartitionChange change) {
    return new PartitionChange(change.topicId(), change.partition(), null, change.isr(), change.elr(),
        change.lastKnownLeader(), null, null, change.leader(), LeaderRecoveryState.RECOVERED, null);
  }

  private List<MetadataRecord> producerIds() {
    return broker(random.nextBoolean()).<List<MetadataRecord>>map(broker -> List.of(
        new ProducerIds(broker.brokerId(), broker.brokerEpoch(), now().nextProducerId() + 1 + random.nextInt(1_000))))
        .orElse(List.of());
  }

  private List<MetadataRecord> configure() {
    String key = KEYS.get(random.nextInt(KEYS.size()));
    String value = random.nextInt(3) == 0 ? null : Integer.toString(random.nextInt(100));
    ConfigResource resource = switch (random.nextInt(3)) {
      case 0 -> ConfigResource.CLUSTER;
      case 1 -> ConfigResource.broker(1 + random.nextInt(BROKERS));
      default -> topic().map(topic -> ConfigResource.topic(topic.name())).orElse(ConfigResource.CLUSTER);
    };
    return List.of(new ConfigRecord(resource, key, value));
  }
}
