package io.ottla.broker.catalog;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.PartitionRecord;
import io.ottla.common.metadata.MetadataRecord.RegisterBroker;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import io.ottla.common.metadata.PartitionState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A committed metadata log as tests write it, with the image after every entry. */
public final class MetadataLog {
  /** The cluster of every log. */
  public static final String CLUSTER = "cluster";
  private final List<List<MetadataRecord>> entries = new ArrayList<>();
  private final List<MetadataImage> images = new ArrayList<>(List.of(MetadataImage.EMPTY));

  /** Brokers 1 to n, registered and unfenced. */
  public static MetadataLog withBrokers(int count) {
    MetadataLog log = new MetadataLog();
    for (int id = 1; id <= count; id++) {
      log.register(id);
    }
    return log;
  }

  /** Registers and unfences a broker, which must be in no ISR. */
  public void register(int id) {
    add(new RegisterBroker(id, new UUID(1, end() + 1), List.of(new UUID(2, id)),
        List.of(new Endpoint(Endpoint.INTERNAL, "127.0.0.1", 9_000 + id)), null, new TreeMap<>()));
    add(BrokerChange.unfence(id, end()));
  }

  /** Creates a topic whose partitions all have these replicas; the first leads. */
  public UUID create(String name, int partitions, Integer... replicas) {
    UUID id = new UUID(7, end() + 1);
    List<MetadataRecord> records = new ArrayList<>(List.of(new TopicRecord(id, name)));
    List<UUID> directories = List.of(replicas).stream().map(broker -> new UUID(2, broker)).toList();
    for (int number = 0; number < partitions; number++) {
      records.add(new PartitionRecord(id, number,
          PartitionState.created(List.of(replicas), List.of(replicas), directories)));
    }
    add(records.toArray(MetadataRecord[]::new));
    return id;
  }

  /** Deletes a topic. */
  public void delete(String name) {
    add(new RemoveTopic(image().topic(name).orElseThrow().id()));
  }

  /** Gives a partition an ISR and, when it is not null, a leader. */
  public void change(UUID topic, int partition, List<Integer> isr, @Nullable Integer leader) {
    add(new PartitionChange(topic, partition, null, isr, null, null, null, null, leader, null, null));
  }

  /** Gives a partition other replicas, an ISR, and a new leadership. */
  public void move(UUID topic, int partition, List<Integer> replicas, List<Integer> isr, int leader) {
    add(new PartitionChange(topic, partition, replicas, isr, null, null, List.of(), List.of(), leader, null,
        replicas.stream().map(broker -> new UUID(2, broker)).toList()));
  }

  /** Takes a replica that lost its log out of ISR and ELR, as controllers do: in a new leader epoch (P45). */
  public void loseReplica(UUID topic, int partition, List<Integer> isr, int leader) {
    add(new PartitionChange(topic, partition, null, isr, List.of(), null, null, null, leader, null, null));
  }

  /** Appends an entry of term 1. */
  public void add(MetadataRecord... records) {
    entries.add(List.of(records));
    images.add(MetadataDelta.apply(image(), end(), 1, List.of(records)));
  }

  /** Index of the last entry. */
  public long end() {
    return entries.size();
  }

  /** The image after the last entry. */
  public MetadataImage image() {
    return images.getLast();
  }

  /** The image after an entry. */
  public MetadataImage image(long index) {
    return images.get((int) index);
  }

  /** The bytes of an entry. */
  public byte[] json(long index) {
    return MetadataJson.encode(entries.get((int) index - 1));
  }

  /** Entries from an index on. */
  public List<MetadataPage.Entry> from(long index) {
    List<MetadataPage.Entry> found = new ArrayList<>();
    for (long at = index; at <= end(); at++) {
      found.add(new MetadataPage.Entry(at, 1, json(at)));
    }
    return found;
  }

  /** What a snapshot after an entry consists of. */
  public byte[] snapshot(long index) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageSnapshot.write(image(index), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
