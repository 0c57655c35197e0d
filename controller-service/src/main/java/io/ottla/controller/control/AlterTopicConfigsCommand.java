package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Someone changes settings of a topic: those named are stored or reset, the others stay (M7, M23). All of it happens in one entry, or nothing.
 *
 * @param topic name of the topic
 * @param changes by name: the new value, or empty to go back to the default
 * @param validateOnly check everything, change nothing
 */
public record AlterTopicConfigsCommand(String topic, SortedMap<String, Optional<String>> changes, boolean validateOnly)
    implements
      AdminCommand<AlterTopicConfigsCommand.Altered> {

  /** Copies the changes. */
  public AlterTopicConfigsCommand {
    changes = Collections.unmodifiableSortedMap(new TreeMap<>(changes));
  }

  /**
   * The reply.
   *
   * @param metadataIndex index of the entry with the change; of an earlier one when nothing had to be changed
   */
  public record Altered(long metadataIndex) {}

  @Override
  public Decision<Altered> decide(AdminContext context) {
    return context.judge(() -> decide(context.image()));
  }

  private Decision<Altered> decide(MetadataImage image) {
    TopicImage found = TopicControl.require(image, topic);
    changes.forEach((name, value) -> check(found, name, value));
    SortedMap<String, String> stored = image.configs(ConfigResource.topic(topic));
    List<MetadataRecord> records = new ArrayList<>();
    changes.forEach((name, value) -> {
      if (!Objects.equals(stored.get(name), value.orElse(null))) {
        records.add(new ConfigRecord(ConfigResource.topic(topic), name, value.orElse(null)));
      }
    });
    if (minIsrChanges(image, found)) {
      clearElrs(found, records);
    }
    EntrySize size = EntrySize.of(records);
    if (!size.fits()) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST,
          "The change takes " + size.describe() + ". Change fewer settings at once.");
    }
    return records.isEmpty() || validateOnly
        ? Decision.accept(List.of(), new Altered(image.index()), image.index())
        : Decision.accept(records, new Altered(image.index() + 1), image.index());
  }

  private static void check(TopicImage topic, String name, Optional<String> value) {
    if (TopicConfigs.key(name).isEmpty()) {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, "Unknown topic configuration " + name + ".");
    }
    value.flatMap(wanted -> TopicConfigs.problem(name, wanted)).ifPresent(problem -> {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, problem);
    });
    if (name.equals(TopicConfigs.MIN_INSYNC_REPLICAS) && value.isPresent()) {
      checkMinIsr(topic, Integer.parseInt(value.get()));
    }
  }

  /** More than any partition has, or is about to get, is a mistake: it would count as fewer without saying so. */
  private static void checkMinIsr(TopicImage topic, int minIsr) {
    int most = topic.partitions().stream().mapToInt(state -> state.target().size()).max().orElse(0);
    if (minIsr > most) {
      throw new OttlaException(ErrorCode.INVALID_CONFIG, TopicConfigs.MIN_INSYNC_REPLICAS + "=" + minIsr
          + " is more than the replication factor " + most + "; add replicas by a reassignment first.");
    }
  }

  private boolean minIsrChanges(MetadataImage image, TopicImage found) {
    Optional<String> wanted = changes.get(TopicConfigs.MIN_INSYNC_REPLICAS);
    return wanted != null && !wanted.map(Integer::parseInt)
        .orElseGet(() -> image.minIsrWithoutOwnSetting()).equals(image.configuredMinIsr(found));
  }

  /** M23: who is in an ELR is so by the old min ISR. Where the ISR is empty nothing commits meanwhile, and the ELR is the way back. */
  private static void clearElrs(TopicImage topic, List<MetadataRecord> records) {
    for (int number = 0; number < topic.partitions().size(); number++) {
      PartitionState state = topic.partitions().get(number);
      if (!state.isr().isEmpty() && !state.elr().isEmpty()) {
        records.add(new PartitionChange(topic.id(), number, null, null, List.of(), null, null, null, null, null, null));
      }
    }
  }

  /** As the canonical form, from a map in any order. */
  public static AlterTopicConfigsCommand of(String topic, Map<String, Optional<String>> changes, boolean validateOnly) {
    return new AlterTopicConfigsCommand(topic, new TreeMap<>(changes), validateOnly);
  }
}
