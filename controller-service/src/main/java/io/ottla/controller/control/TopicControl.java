package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.control.CreateTopicCommand.Created;
import io.ottla.controller.control.DeleteTopicCommand.Deleted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;

/** Decides about topics: creation with its checks, counts and placement (M6, M7, M28 to M31), and deletion. Pure but for the random source. */
final class TopicControl {
  private static final String DEFAULT_REPLICATION = "3";
  private static final String DEFAULT_PARTITIONS = "1";

  private final RandomSource random;

  TopicControl(RandomSource random) {
    this.random = random;
  }

  /**
   * @param removedUpTo no topic has been deleted after this index
   */
  Decision<Created> create(MetadataImage image, long removedUpTo, CreateTopicCommand command) {
    UUID chosen = command.topicId();
    if (chosen != null && !command.validateOnly()) {
      Optional<TopicImage> there = image.topic(chosen);
      if (there.isPresent()) {
        return again(image, there.get(), command);
      }
      if (command.chosenAtIndex() < removedUpTo) {
        return Decision.reject(ErrorCode.STALE_TOPIC_ID, "Topic id " + chosen + " was chosen at index "
            + command.chosenAtIndex() + ", and a topic was deleted up to " + removedUpTo + "; choose another.",
            image.index());
      }
    }
    return create(image, command);
  }

  /** The sender's own earlier attempt, whose answer it did not get. */
  private static Decision<Created> again(MetadataImage image, TopicImage topic, CreateTopicCommand command) {
    return topic.name().equals(command.name())
        ? Decision.accept(List.of(),
            new Created(topic.id(), topic.name(), topic.partitions().size(),
                topic.partition(0).map(first -> first.replicas().size()).orElse(0), image.index()),
            image.index())
        : Decision.reject(ErrorCode.INVALID_REQUEST, "Topic id " + topic.id() + " is that of another topic.",
            image.index());
  }

  private Decision<Created> create(MetadataImage image, CreateTopicCommand command) {
    try {
      checkName(image, command.name());
      List<List<Integer>> assignments = assignments(image, command);
      int replicationFactor = assignments.getFirst().size();
      checkConfigs(command.configs(), replicationFactor);
      List<MetadataRecord> records = records(image, command, assignments);
      checkSize(command.name(), records, replicationFactor);
      return command.validateOnly()
          ? Decision.accept(List.of(),
              new Created(null, command.name(), assignments.size(), replicationFactor, 0), image.index())
          : Decision.accept(records, new Created(((TopicRecord) records.getFirst()).topicId(), command.name(),
              assignments.size(), replicationFactor, image.index() + 1), image.index());
    } catch (OttlaException refusal) {
      return Decision.reject(refusal.code(), refusal.getMessage(), image.index());
    }
  }

  Decision<Deleted> delete(MetadataImage image, DeleteTopicCommand command) {
    Optional<TopicImage> topic = image.topic(command.name());
    return topic.isEmpty()
        ? Decision.reject(ErrorCode.UNKNOWN_TOPIC, "Topic '" + command.name() + "' does not exist.", image.index())
        : Decision.accept(List.of(new RemoveTopic(topic.get().id())),
            new Deleted(topic.get().id(), image.index() + 1), image.index());
  }

  private static void checkName(MetadataImage image, String name) {
    TopicNames.problem(name).ifPresent(problem -> {
      throw new OttlaException(ErrorCode.INVALID_TOPIC_NAME, problem);
    });
    if (image.topicIdsByName().containsKey(name)) {
      throw new OttlaException(ErrorCode.TOPIC_EXISTS, "Topic '" + name + "' already exists.");
    }
    TopicNames.collision(image, name).ifPresent(other -> {
      throw new OttlaException(ErrorCode.INVALID_TOPIC_NAME,
          "Topic '" + name + "' collides with existing topic '" + other + "': '.' and '_' count as equal.");
    });
  }

  private List<List<Integer>> assignments(MetadataImage image, CreateTopicCommand command) {
    SortedMap<Integer, List<Integer>> manual = command.assignments();
    if (manual == null) {
      return placed(image, command);
    }
    if (command.partitions() != null || command.replicationFactor() != null) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST,
          "Give either assignments or partition count and replication factor, not both.");
    }
    checkManual(image, manual);
    return List.copyOf(manual.values());
  }

  /** M6: numbered from 0, one replication factor, registered brokers, no broker twice. */
  private static void checkManual(MetadataImage image, SortedMap<Integer, List<Integer>> manual) {
    if (manual.isEmpty() || manual.firstKey() != 0 || manual.lastKey() != manual.size() - 1) {
      throw badAssignment("Partitions must be numbered from 0 without gaps.");
    }
    checkPartitionCount(manual.size());
    int replicationFactor = manual.getOrDefault(0, List.of()).size();
    manual.forEach((number, replicas) -> {
      if (replicas.isEmpty() || replicas.size() != replicationFactor) {
        throw badAssignment("All partitions need the same number of replicas, at least one; partition " + number
            + " has " + replicas.size() + ".");
      }
      if (new HashSet<>(replicas).size() != replicas.size()) {
        throw badAssignment("Partition " + number + " names a broker twice: " + replicas + ".");
      }
      replicas.stream().filter(id -> !image.brokers().containsKey(id)).findFirst().ifPresent(id -> {
        throw badAssignment("Partition " + number + " names broker " + id + ", which is not registered.");
      });
      replicas.stream().filter(image::isDraining).findFirst().ifPresent(id -> {
        throw badAssignment("Partition " + number + " names broker " + id + ", which is being decommissioned.");
      });
      if (replicas.stream().noneMatch(image::isActive)) {
        throw badAssignment("Partition " + number + " would have no active replica: " + replicas + ".");
      }
    });
  }

  private static OttlaException badAssignment(String message) {
    return new OttlaException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
  }

  private List<List<Integer>> placed(MetadataImage image, CreateTopicCommand command) {
    Integer askedPartitions = command.partitions();
    int partitions = askedPartitions == null
        ? clusterNumber(image, ClusterConfigs.NUM_PARTITIONS, DEFAULT_PARTITIONS)
        : askedPartitions;
    checkPartitionCount(partitions);
    int usable = (int) image.brokers().values().stream().filter(broker -> ReplicaPlacer.mayTakeReplicas(image, broker))
        .count();
    Integer asked = command.replicationFactor();
    int replicationFactor = asked == null
        ? Math.min(clusterNumber(image, ClusterConfigs.DEFAULT_REPLICATION_FACTOR, DEFAULT_REPLICATION),
            Math.max(1, usable))
        : asked;
    checkBrokers(image, replicationFactor);
    return ReplicaPlacer.of(image, random).place(partitions, replicationFactor);
  }

  /** M6: there must be brokers for so many replicas, and one of them must be able to lead. */
  static void checkBrokers(MetadataImage image, int replicationFactor) {
    if (replicationFactor < 1) {
      throw new OttlaException(ErrorCode.INVALID_REPLICATION_FACTOR, "Replication factor must be larger than 0.");
    }
    List<BrokerRegistration> usable = image.brokers().values().stream()
        .filter(broker -> ReplicaPlacer.mayTakeReplicas(image, broker)).toList();
    if (usable.stream().noneMatch(BrokerRegistration::active)) {
      throw new OttlaException(ErrorCode.LEADER_NOT_AVAILABLE, "No broker is active; try again when one is.");
    }
    if (replicationFactor > usable.size()) {
      throw new OttlaException(ErrorCode.INVALID_REPLICATION_FACTOR,
          "Replication factor: " + replicationFactor + " larger than available brokers: " + usable.size() + ".");
    }
  }

  /** The topic of that name. */
  static TopicImage require(MetadataImage image, String name) {
    return image.topic(name).orElseThrow(
        () -> new OttlaException(ErrorCode.UNKNOWN_TOPIC, "Topic '" + name + "' does not exist."));
  }

  private static int clusterNumber(MetadataImage image, String key, String defaultValue) {
    return Integer.parseInt(image.clusterConfig(key).orElse(defaultValue));
  }

  static void checkPartitionCount(int partitions) {
    if (partitions < 1) {
      throw new OttlaException(ErrorCode.INVALID_PARTITIONS, "Number of partitions must be larger than 0.");
    }
    if (partitions >= MetadataRecord.MAX_PER_ENTRY) {
      throw new OttlaException(ErrorCode.INVALID_PARTITIONS,
          "Number of partitions must be smaller than " + MetadataRecord.MAX_PER_ENTRY
              + ": a topic is created whole, in one entry of the metadata log. Spread the data over several topics.");
    }
  }

  /** M7. */
  private static void checkConfigs(SortedMap<String, String> configs, int replicationFactor) {
    TopicConfigs.problem(configs).ifPresent(problem -> {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, problem);
    });
    String minIsr = configs.get(TopicConfigs.MIN_INSYNC_REPLICAS);
    if (minIsr != null && Integer.parseInt(minIsr) > replicationFactor) {
      throw new OttlaException(ErrorCode.INVALID_CONFIG,
          TopicConfigs.MIN_INSYNC_REPLICAS + "=" + minIsr + " is more than the replication factor "
              + replicationFactor + ".");
    }
  }

  private List<MetadataRecord> records(MetadataImage image, CreateTopicCommand command,
      List<List<Integer>> assignments) {
    UUID chosen = command.topicId();
    UUID topicId = chosen == null ? unusedId(image) : chosen;
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new TopicRecord(topicId, command.name()));
    // Partitions on the same brokers begin in the same state, which is kept once.
    Map<List<Integer>, PartitionState> states = new HashMap<>();
    for (int number = 0; number < assignments.size(); number++) {
      records.add(new PartitionRecord(topicId, number,
          states.computeIfAbsent(assignments.get(number), replicas -> created(image, replicas))));
    }
    command.configs()
        .forEach((key, value) -> records.add(new ConfigRecord(ConfigResource.topic(command.name()), key, value)));
    return records;
  }

  /** M31: the ISR starts with the active replicas only. */
  static PartitionState created(MetadataImage image, List<Integer> replicas) {
    List<UUID> directories = replicas.stream()
        .map(id -> image.broker(id).map(BrokerRegistration::directoryForNewReplica)
            .orElse(PartitionState.UNASSIGNED_DIRECTORY))
        .toList();
    return PartitionState.created(replicas, replicas.stream().filter(image::isActive).toList(), directories);
  }

  private UUID unusedId(MetadataImage image) {
    UUID id = random.nextUuid();
    while (image.topic(id).isPresent()) {
      id = random.nextUuid();
    }
    return id;
  }

  /** I19: a topic is created whole or not at all, so it must fit one entry (section 2.1). */
  private static void checkSize(String name, List<MetadataRecord> records, int replicationFactor) {
    EntrySize size = EntrySize.of(records);
    if (!size.fits()) {
      throw new OttlaException(ErrorCode.INVALID_PARTITIONS, "Topic '" + name + "' with replication factor "
          + replicationFactor + " takes " + size.records() + " records of " + size.bytes()
          + " bytes; a topic is created whole, "
          + "in one entry of at most " + MetadataRecord.MAX_PER_ENTRY + " records and " + MetadataRecord.MAX_ENTRY_BYTES
          + " bytes. Create it with fewer partitions or replicas, or spread the data over several topics.");
    }
  }
}
