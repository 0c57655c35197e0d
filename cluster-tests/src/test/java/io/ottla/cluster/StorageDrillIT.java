package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.BrokerApi.KeyedValue;
import io.ottla.cluster.history.StoredRecord;
import io.ottla.cluster.history.WriteOutcome;
import io.ottla.common.fault.StorageFaults;
import io.ottla.common.wire.ReplicaStatusResponse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Disks of real brokers with two directories each fail in one way after the other (F19, F20): what lies there goes offline or is refused, all the
 * rest serves on, and what was lost is filled again from the others (P43, P44, P45). Nothing acknowledged is missing afterwards.
 */
@Tag("drill")
class StorageDrillIT {
  private static final String FIRST = "data";
  private static final String SECOND = "data-2";
  private static final int PARTITIONS = 6;
  private static final int RECORDS = 60;
  private static final Duration CALL = Duration.ofSeconds(15);
  private static final Duration RECOVERY = Duration.ofMinutes(3);

  @RegisterExtension
  static final SharedCluster SHARED = new SharedCluster(ClusterHarness.of(1, 3).withLogDirs(FIRST, SECOND)
      // A busy machine is not to be taken for a dead broker: leader epochs tell here whose disk failed.
      .with("broker.session.timeout.ms", "12000").with("replica.lag.time.max.ms", "5000")
      .with("http.produce.timeout.ms", "3000").with("spring.profiles.active", "test").with("faults.enabled", "true"));

  private final ClusterHarness cluster = SHARED.cluster();
  private final Map<StoredAt, String> acknowledged = new HashMap<>();
  private int values;

  private record StoredAt(int partition, long offset) {}

  @Test
  void aDirectoryThatVanishesTakesItsReplicasOfflineAndNoOthersUntilTheyAreFilledAgain() throws IOException {
    String topic = topic("vanishing");
    Node victim = cluster.brokers().getFirst();
    Set<Integer> lost = partitionsIn(victim, SECOND, topic);
    assertThat(lost).isNotEmpty().hasSizeLessThan(PARTITIONS);
    Map<Integer, Integer> epochs = epochs(victim, topic);

    Files.move(victim.directory().resolve(SECOND), victim.directory().resolve("gone"));
    Waiting.until("what was lost is begun anew", RECOVERY, () -> {
      produce(topic, victim);
      return partitionsIn(victim, FIRST, topic).size() == PARTITIONS;
    });
    checkEverything(topic);
    // A lost replica begins a new leader epoch, and no other does.
    epochs(victim, topic).forEach((partition, epoch) -> assertThat(epoch > epochs.getOrDefault(partition, -1))
        .as("partition %s has a new leader epoch", partition).isEqualTo(lost.contains(partition)));
    assertThat(victim.isRunning()).isTrue();

    // It is there again, with its old replicas, at the next start: they do not count any more.
    victim.kill();
    ClusterHarness.deleteTree(victim.directory().resolve(SECOND));
    Files.move(victim.directory().resolve("gone"), victim.directory().resolve(SECOND));
    victim.start();
    cluster.awaitReady(victim);
    assertThat(partitionsIn(victim, SECOND, topic)).isEmpty();
    checkEverything(topic);
    mustWrite(topic, victim);
    checkEverything(topic);
  }

  @Test
  void aFullDiskRefusesAppendsAndNothingElse() {
    String topic = topic("filling");
    Node victim = cluster.brokers().getFirst();
    Set<Integer> led = ledBy(victim, topic);
    assertThat(led).isNotEmpty();

    cluster.internal().storageFaults(victim, new StorageFaults(false, 0, 0, false, true));
    Waiting.until("others do without the one whose disk is full", RECOVERY, () -> {
      produce(topic, victim);
      return cluster.api(victim).describe(topic).partitions().stream()
          .allMatch(one -> led.contains(one.number()) || !one.inSync().contains(victim.id()));
    });
    Set<Integer> written = produce(topic, victim);
    assertThat(written).doesNotContainAnyElementsOf(led);
    assertThat(written).hasSize(PARTITIONS - led.size());
    mustReadEverything(topic, victim);
    assertThat(ledBy(victim, topic)).isEqualTo(led);

    cluster.internal().storageFaults(victim, StorageFaults.NONE);
    mustWrite(topic, victim);
    checkEverything(topic);
  }

  @Test
  void aReplicaThatRottedGoesOfflineAloneAndIsBegunAnew() throws IOException {
    String topic = topic("rotting");
    Node victim = cluster.brokers().getFirst();
    int rotten = ledBy(victim, topic).iterator().next();
    Map<Integer, Integer> epochs = epochs(victim, topic);

    Path replica = replica(victim, topic, rotten);
    try (RandomAccessFile file = new RandomAccessFile(replica.resolve("00000000000000000000.log").toFile(), "rw")) {
      file.seek(file.length() - 5);
      int one = file.read();
      file.seek(file.length() - 5);
      file.write(~one);
    }
    // It is found by whoever reads it.
    mustReadEverything(topic, victim);
    checkEverything(topic);
    epochs(victim, topic).forEach((partition, epoch) -> assertThat(epoch > epochs.getOrDefault(partition, -1))
        .as("partition %s has a new leader epoch", partition).isEqualTo(partition == rotten));
    try (Stream<Path> beside = Files.list(Path.of(String.valueOf(replica.getParent())))) {
      assertThat(beside).anyMatch(one -> one.toString().endsWith(".stray"));
    }
    mustWrite(topic, victim);
    checkEverything(topic);
  }

  // ---- the topic and what is known of it

  private String topic(String name) {
    Node any = cluster.brokers().getFirst();
    CreateOutcome created = cluster.api(any).createTopic(name, PARTITIONS, 3,
        Map.of("min.insync.replicas", "2"), CALL);
    assertThat(created.kind()).as(created.detail()).isEqualTo(CreateOutcome.Kind.ACKNOWLEDGED);
    cluster.brokers().forEach(broker -> cluster.awaitHealthy(broker, name, PARTITIONS, 3, RECOVERY));
    mustWrite(name, any);
    return name;
  }

  /** Writes records to all partitions; returns those that took one. */
  private Set<Integer> produce(String topic, Node via) {
    List<KeyedValue> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      records.add(new KeyedValue("key-" + i, "\"" + topic + "-" + values++ + "\""));
    }
    List<WriteOutcome> outcomes = cluster.api(via).produce(topic, records, CALL);
    Set<Integer> written = new TreeSet<>();
    for (int i = 0; i < RECORDS; i++) {
      if (outcomes.get(i) instanceof WriteOutcome.Acknowledged(int partition, long offset)) {
        written.add(partition);
        assertThat(acknowledged.put(new StoredAt(partition, offset), records.get(i).value())).isNull();
      }
    }
    return written;
  }

  private void mustWrite(String topic, Node via) {
    Waiting.until(topic + " is written", RECOVERY, () -> produce(topic, via).size() == PARTITIONS);
  }

  private void checkEverything(String topic) {
    cluster.brokers().forEach(broker -> cluster.awaitHealthy(broker, topic, PARTITIONS, 3, RECOVERY));
    cluster.awaitConverged(topic, PARTITIONS, RECOVERY);
    cluster.brokers().forEach(broker -> mustReadEverything(topic, broker));
  }

  private void mustReadEverything(String topic, Node via) {
    Map<StoredAt, String> read = new HashMap<>();
    for (List<StoredRecord> records : cluster.api(via).readAll(topic, PARTITIONS, RECOVERY).values()) {
      records.forEach(one -> read.put(new StoredAt(one.partition(), one.offset()), one.value()));
    }
    assertThat(read).as("read through %s", via).containsAllEntriesOf(acknowledged);
  }

  private Set<Integer> ledBy(Node broker, String topic) {
    Set<Integer> led = new TreeSet<>();
    cluster.api(broker).describe(topic).partitions().stream().filter(one -> one.leader() == broker.id())
        .forEach(one -> led.add(one.number()));
    return led;
  }

  private Map<Integer, Integer> epochs(Node broker, String topic) {
    Map<Integer, Integer> epochs = new TreeMap<>();
    replicas(broker, topic).forEach(one -> epochs.put(one.partition(), one.leaderEpoch()));
    assertThat(epochs).hasSize(PARTITIONS);
    return epochs;
  }

  private List<ReplicaStatusResponse.Replica> replicas(Node broker, String topic) {
    return cluster.internal().replicas(broker).replicas().stream().filter(one -> one.topic().equals(topic)).toList();
  }

  /** Partitions of the topic whose replica lies in that directory of the broker. */
  private Set<Integer> partitionsIn(Node broker, String directory, String topic) {
    Set<Integer> found = new TreeSet<>();
    replicas(broker, topic).stream().filter(one -> Files.isDirectory(path(broker, directory, one)))
        .forEach(one -> found.add(one.partition()));
    return found;
  }

  private Path replica(Node broker, String topic, int partition) {
    ReplicaStatusResponse.Replica replica = replicas(broker, topic).stream()
        .filter(one -> one.partition() == partition).findFirst().orElseThrow();
    return Stream.of(FIRST, SECOND).map(directory -> path(broker, directory, replica)).filter(Files::isDirectory)
        .findFirst().orElseThrow();
  }

  private static Path path(Node broker, String directory, ReplicaStatusResponse.Replica replica) {
    return broker.directory().resolve(directory).resolve("partitions")
        .resolve(replica.topicId() + "-" + replica.partition());
  }
}
