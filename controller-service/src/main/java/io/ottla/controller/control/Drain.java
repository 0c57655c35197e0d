package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.UnregisterBroker;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Moves the replicas of brokers that are being decommissioned to others, some at a time, and unregisters those that hold nothing any more and
 * have stopped. Pure: all of it follows from the image, so that a new controller goes on where the last one stopped (M5).
 */
final class Drain {
  /** Partitions moved at once: enough to keep disks and network busy, few enough that something is finished soon. */
  static final int MAX_MOVING = 100;

  private Drain() {
  }

  static BrokerRegistration require(MetadataImage image, int brokerId) {
    return image.broker(brokerId).orElseThrow(() -> new OttlaException(ErrorCode.UNKNOWN_BROKER,
        "Broker " + brokerId + " is not registered; registered are " + image.brokers().keySet() + "."));
  }

  static int replicasOf(MetadataImage image, int brokerId) {
    return image.topics().stream().mapToInt(topic -> topic.shares().of(brokerId).replicas()).sum();
  }

  /** The records that remove a broker and what is stored about it. */
  static List<MetadataRecord> unregister(MetadataImage image, BrokerRegistration broker) {
    List<MetadataRecord> records = new ArrayList<>();
    image.configs(ConfigResource.broker(broker.brokerId())).keySet()
        .forEach(key -> records.add(new ConfigRecord(ConfigResource.broker(broker.brokerId()), key, null)));
    records.add(new UnregisterBroker(broker.brokerId(), broker.brokerEpoch()));
    return records;
  }

  /** Brokers that are being decommissioned. */
  static List<BrokerRegistration> draining(MetadataImage image) {
    return image.brokers().values().stream().filter(broker -> image.isDraining(broker.brokerId())).toList();
  }

  /** What is due: moves to begin, or one broker to unregister. */
  static List<MetadataRecord> next(MetadataImage image, Piece piece) {
    List<BrokerRegistration> draining = draining(image);
    if (draining.isEmpty()) {
      return List.of();
    }
    Optional<BrokerRegistration> empty = draining.stream()
        .filter(broker -> broker.fenced() && replicasOf(image, broker.brokerId()) == 0).findFirst();
    if (empty.isPresent()) {
      return unregister(image, empty.get());
    }
    begin(image, new TreeSet<>(draining.stream().map(BrokerRegistration::brokerId).toList()), piece);
    return piece.records();
  }

  private static void begin(MetadataImage image, Set<Integer> leaving, Piece piece) {
    int room = MAX_MOVING - image.topics().stream().mapToInt(topic -> topic.shares().reassigning()).sum();
    Replacements replacements = new Replacements(image);
    for (TopicImage topic : image.topics()) {
      boolean concerned = leaving.stream().anyMatch(id -> topic.shares().of(id).replicas() > 0);
      for (int number = 0; concerned && number < topic.partitions().size(); number++) {
        if (piece.records().size() >= room || piece.isOverflown()) {
          return;
        }
        begin(image, topic, number, leaving, replacements).ifPresent(piece::offer);
      }
    }
  }

  /** Empty when the partition need not be moved, or cannot be now. */
  private static Optional<PartitionChange> begin(MetadataImage image, TopicImage topic, int number,
      Set<Integer> leaving, Replacements replacements) {
    PartitionState state = topic.partitions().get(number);
    return state.target().stream().noneMatch(leaving::contains)
        ? Optional.empty()
        : replacements.replace(topic, state.target(), leaving)
            .flatMap(target -> ReassignPartitionsCommand.start(image, topic, number, state, target));
  }
}
