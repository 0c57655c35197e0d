package io.ottla.common.metadata;

import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Small images and records for the tests of this package. */
final class MetadataFixtures {
  static final UUID TOPIC = new UUID(7, 1);

  private MetadataFixtures() {
  }

  static RegisterBroker register(int brokerId) {
    return new RegisterBroker(brokerId, new UUID(1, brokerId), List.of(new UUID(2, brokerId)),
        List.of(new Endpoint(Endpoint.INTERNAL, "host" + brokerId, 19_000 + brokerId)),
        brokerId % 2 == 0 ? "even" : null,
        new TreeMap<>());
  }

  static PartitionRecord partition(UUID topicId, int number, List<Integer> replicas) {
    List<UUID> directories = replicas.stream().map(id -> new UUID(2, id)).toList();
    return new PartitionRecord(topicId, number, PartitionState.created(replicas, replicas, directories));
  }

  /** Brokers 1 to 3, unfenced, at indexes 1 to 3; topic "orders" with two partitions on all of them at index 4. */
  static MetadataImage threeBrokersOneTopic() {
    MetadataImage image = MetadataImage.EMPTY;
    for (int id = 1; id <= 3; id++) {
      image = MetadataDelta.apply(image, id, 1, List.of(register(id), BrokerChange.unfence(id, id)));
    }
    return MetadataDelta.apply(image, 4, 1, List.of(new TopicRecord(TOPIC, "orders"),
        partition(TOPIC, 0, List.of(1, 2, 3)), partition(TOPIC, 1, List.of(2, 3, 1))));
  }

  static MetadataImage next(MetadataImage image, MetadataRecord... records) {
    return MetadataDelta.apply(image, image.index() + 1, image.term(), List.of(records));
  }

  static PartitionChange isr(int partition, List<Integer> isr, @Nullable Integer leader) {
    return new PartitionChange(TOPIC, partition, null, isr, null, null, null, null, leader, null, null);
  }

  static PartitionState state(MetadataImage image, int partition) {
    return image.partition(TOPIC, partition).orElseThrow();
  }

  static List<MetadataRecord> oneOfEach() {
    List<MetadataRecord> records = new ArrayList<>();
    TreeMap<String, FeatureRange> features = new TreeMap<>();
    features.put("metadata.version", new FeatureRange(1, 3));
    records.add(new RegisterBroker(4, new UUID(-5, 9), List.of(new UUID(3, 3), new UUID(4, 4)),
        List.of(new Endpoint(Endpoint.CLIENT, "h", 8081)), "rack-a", features));
    records.add(register(1));
    records.add(new MetadataRecord.UnregisterBroker(4, Long.MAX_VALUE));
    records.add(BrokerChange.fence(4, 1L << 60));
    records.add(new BrokerChange(4, 8, null, true, List.of(new UUID(9, 9))));
    records.add(new TopicRecord(TOPIC, "orders"));
    records.add(new MetadataRecord.RemoveTopic(TOPIC));
    records.add(partition(TOPIC, 0, List.of(1, 2, 3)));
    records.add(isr(0, List.of(1), null));
    records.add(new PartitionChange(TOPIC, 1, List.of(1, 2), List.of(), List.of(1), 2, List.of(2), List.of(1), -1,
        LeaderRecoveryState.RECOVERING, List.of(new UUID(0, 1), new UUID(0, 2))));
    records.add(new MetadataRecord.ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "1000"));
    records.add(new MetadataRecord.ConfigRecord(ConfigResource.CLUSTER, "durability", null));
    records.add(new MetadataRecord.ProducerIds(4, 8, Long.MAX_VALUE));
    return records;
  }
}
