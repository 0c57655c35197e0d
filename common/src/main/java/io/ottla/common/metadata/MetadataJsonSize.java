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
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Upper bounds of the encoded size of records: names and punctuation at their longest, plus what has no fixed length. */
final class MetadataJsonSize {
  /** All names of fields, punctuation, and every value of fixed length but those of lists. */
  private static final int FIXED = 340;
  /** A 32-bit number with its sign and a comma. */
  private static final int NUMBER = 12;
  /** An id in quotes and a comma. */
  private static final int ID = 39;
  /** A character at worst, as an escape. */
  private static final int CHARACTER = 6;
  private static final int ENDPOINT = 60;
  private static final int FEATURE = 2 * NUMBER + 10;

  private MetadataJsonSize() {
  }

  static int bound(MetadataRecord metadataRecord) {
    return FIXED + switch (metadataRecord) {
      case RegisterBroker register -> bound(register);
      case UnregisterBroker _,RemoveTopic _,ProducerIds _ -> 0;
      case BrokerChange change -> ids(change.directoryIds());
      case TopicRecord topic -> text(topic.name());
      case PartitionRecord partition -> bound(partition.state());
      case PartitionChange change -> numbers(change.replicas()) + numbers(change.isr()) + numbers(change.elr())
          + numbers(change.adding()) + numbers(change.removing()) + ids(change.directories());
      case ConfigRecord config -> text(config.resource().name()) + text(config.key()) + text(config.value());
    };
  }

  private static int bound(RegisterBroker register) {
    int bound = ids(register.directoryIds()) + text(register.rack());
    for (Endpoint endpoint : register.endpoints()) {
      bound += ENDPOINT + text(endpoint.name()) + text(endpoint.host());
    }
    for (Map.Entry<String, FeatureRange> feature : register.features().entrySet()) {
      bound += FEATURE + text(feature.getKey());
    }
    return bound;
  }

  private static int bound(PartitionState state) {
    return numbers(state.replicas()) + numbers(state.isr()) + numbers(state.elr()) + numbers(state.adding())
        + numbers(state.removing()) + ids(state.directories());
  }

  private static int numbers(@Nullable Collection<Integer> numbers) {
    return numbers == null ? 0 : numbers.size() * NUMBER;
  }

  private static int ids(@Nullable Collection<?> ids) {
    return ids == null ? 0 : ids.size() * ID;
  }

  private static int text(@Nullable String text) {
    return text == null ? 0 : text.length() * CHARACTER;
  }
}
