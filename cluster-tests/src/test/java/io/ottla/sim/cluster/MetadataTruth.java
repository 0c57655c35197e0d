package io.ottla.sim.cluster;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.MetadataChecks;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.MetadataPublisher;
import io.ottla.sim.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The committed metadata, learned from whichever controller applies an entry first; every entry is checked when it appears, and every other node
 * that applies it must have the same (I6, I13, I15 to I20).
 */
final class MetadataTruth {
  private final MetadataChecks checks = new MetadataChecks();
  private final Consumer<MetadataDelta> listener;
  private final List<Entry> entries = new ArrayList<>();
  private MetadataImage newest = MetadataImage.EMPTY;

  private record Entry(MetadataImage image, String json) {}

  /** @param listener told of every entry, once it is known */
  MetadataTruth(Consumer<MetadataDelta> listener) {
    this.listener = listener;
  }

  /** After the newest committed entry that anybody has applied. */
  MetadataImage newest() {
    return newest;
  }

  /** The partition in it, if its topic lives. */
  Optional<PartitionState> partition(TopicIdPartition id) {
    return newest.partition(id.topicId(), id.partition());
  }

  /** Takes over what a controller has applied beyond that. */
  void learnFrom(SimController node) {
    Controller controller = node.controller();
    if (controller.metadata().endIndex() <= newest.index()) {
      return;
    }
    try {
      MetadataPublisher.Page page = controller.metadata().read(newest.index() + 1, Integer.MAX_VALUE, 0);
      if (page.snapshotRequired()) {
        throw new InvariantViolation("I6", "controller " + node.address() + " knows a snapshot of " + page.endIndex()
            + ", beyond everything anybody has applied, " + newest.index());
      }
      page.entries().forEach(this::add);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(MetadataPublisher.Entry entry) {
    List<MetadataRecord> records = MetadataJson.decode(entry.json());
    MetadataDelta delta = MetadataDelta.of(newest, entry.index(), entry.term(), records);
    try {
      checks.check(newest, records, delta.image());
    } catch (AssertionError broken) {
      throw new InvariantViolation(String.valueOf(broken.getMessage()), "by " + records);
    }
    newest = delta.image();
    entries.add(new Entry(newest, records.toString()));
    listener.accept(delta);
  }

  /** The records of an entry, for people. */
  String records(long index) {
    return entries.get((int) index - 1).json();
  }

  /** I13, I20: an image that some node has must be the committed one of its index. */
  void mustBeTrue(String whose, MetadataImage image) {
    if (image.index() > newest.index() || (image.index() > 0 && !entries.get((int) image.index() - 1).image().digest()
        .equals(image.digest()))) {
      throw new InvariantViolation("I20", whose + " has " + image + ", which is not what was committed");
    }
  }
}
