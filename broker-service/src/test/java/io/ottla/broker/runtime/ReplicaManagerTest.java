package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.FetchResponse;
import io.ottla.common.wire.ReplicaStatusResponse.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas under metadata that comes entry by entry, and under metadata that jumps (M35, M38 to M40, P28, F17). */
class ReplicaManagerTest {
  @TempDir
  private Path root;
  private final MetadataLog log = MetadataLog.withBrokers(3);
  private MetadataImage image = MetadataImage.EMPTY;

  /** The registration of broker 1 is the first entry. */
  private TestHost start() throws Exception {
    return new TestHost(root, 1);
  }

  private void stepTo(TestHost host, long index) {
    while (image.index() < index) {
      hand(host, image.index() + 1);
    }
  }

  /** One delta for all entries up to an index, as after a snapshot. */
  private void hand(TestHost host, long index) {
    MetadataImage next = log.image(index);
    host.manager.onDelta(MetadataDelta.between(image, next));
    image = next;
  }

  private static Replica replica(TestHost host, UUID topic, int partition) {
    return host.manager.status(false).replicas().stream()
        .filter(one -> one.topicId().equals(topic) && one.partition() == partition).findFirst().orElseThrow();
  }

  private static void expect(TestHost host, UUID topic, int partition, String role, int leaderEpoch) {
    assertThat(replica(host, topic, partition)).extracting(Replica::role, Replica::leaderEpoch)
        .as("partition " + partition)
        .containsExactly(role, leaderEpoch);
  }

  private List<String> directories(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(suffix)).toList();
    }
  }

  /** P28: what counts is the last state, whatever lay between. */
  @Test
  void aJumpOverSeveralEpochsLeadsToTheFinalRoles() throws Exception {
    UUID topic = log.create("t", 5, 1, 2, 3);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      for (int partition = 0; partition < 5; partition++) {
        expect(host, topic, partition, "LEADER", 0);
      }
      CompletableFuture<AppendOutcome> waiting = append(host, topic, 0, 100, 60_000);

      log.change(topic, 0, List.of(1, 2), 2);
      log.change(topic, 0, List.of(1, 2), 1);
      log.change(topic, 1, List.of(1, 2), 2);
      log.change(topic, 1, List.of(2, 3), 3);
      log.change(topic, 2, List.of(1), null);
      log.change(topic, 2, List.of(1, 3), null);
      log.change(topic, 3, List.of(2), 2);
      log.change(topic, 3, List.of(2), PartitionState.NO_LEADER);
      hand(host, log.end());

      expect(host, topic, 0, "LEADER", 2);
      expect(host, topic, 1, "FOLLOWER", 2);
      expect(host, topic, 2, "LEADER", 0);
      expect(host, topic, 3, "OFFLINE", 2);
      expect(host, topic, 4, "LEADER", 0);
      assertThat(waiting.get()).as("its leadership ended in between").isInstanceOfSatisfying(AppendOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
      assertThat(replica(host, topic, 0).logEndOffset()).as("nobody truncates a leader").isEqualTo(1);

      log.change(topic, 1, List.of(3, 1), null);
      log.change(topic, 1, List.of(3, 1), 1);
      log.change(topic, 3, List.of(2), 2);
      hand(host, log.end());
      expect(host, topic, 1, "LEADER", 3);
      expect(host, topic, 3, "FOLLOWER", 3);
      assertThat(host.failures).isEmpty();
    }
  }

  /** F17, M40: a topic deleted and created anew meanwhile is another one, and its log is a new one. */
  @Test
  void aJumpDeletesAndCreates() throws Exception {
    UUID first = log.create("t", 2, 1, 2, 3);
    UUID gone = log.create("gone", 1, 2, 1);
    UUID foreign = log.create("foreign", 1, 2, 3);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      append(host, first, 0, 100, 1_000);
      assertThat(host.store.logs()).hasSize(3);

      log.delete("t");
      UUID second = log.create("t", 3, 1, 2);
      log.delete("gone");
      log.delete("foreign");
      hand(host, log.end());

      assertThat(host.store.log(new TopicIdPartition(first, 0))).isEmpty();
      assertThat(host.store.log(new TopicIdPartition(gone, 0))).isEmpty();
      assertThat(host.store.log(new TopicIdPartition(foreign, 0))).isEmpty();
      assertThat(host.store.logs()).hasSize(3);
      assertThat(replica(host, second, 0).logEndOffset()).isZero();
      expect(host, second, 2, "LEADER", 0);
      assertThat(directories(".stray")).isEmpty();
      assertThat(host.failures).isEmpty();
    }
  }

  /** M38, M39: logs are judged once the own registration is applied, be it by an entry or by a snapshot, and not before. */
  @Test
  void noLogIsStrayBeforeTheRegistrationIsApplied() throws Exception {
    for (boolean jumps : new boolean[] {false, true}) {
      UUID kept = log.create("kept" + jumps, 1, 1, 2);
      UUID dropped = log.create("dropped" + jumps, 1, 1, 2);
      try (TestHost before = start()) {
        before.store.create(new PartitionMetadata(new TopicIdPartition(kept, 0), "kept", new UUID(5, 1)));
        before.store.create(new PartitionMetadata(new TopicIdPartition(dropped, 0), "dropped", new UUID(5, 2)));
      }
      log.delete("dropped" + jumps);
      long beforeRegistration = log.end();
      log.change(kept, 0, List.of(2), 2);
      log.add(new ConfigRecord(ConfigResource.CLUSTER, "a", "b"));
      image = MetadataImage.EMPTY;
      int strays = directories(".stray").size();
      try (TestHost host = new TestHost(root, log.end())) {
        hand(host, beforeRegistration);
        assertThat(host.manager.isReconciled()).isFalse();
        assertThat(host.store.log(new TopicIdPartition(dropped, 0))).isPresent();
        assertThat(directories(".stray")).hasSize(strays);
        if (jumps) {
          hand(host, log.end());
        } else {
          stepTo(host, log.end());
        }
        assertThat(host.manager.isReconciled()).isTrue();
        assertThat(host.store.log(new TopicIdPartition(kept, 0))).isPresent();
        assertThat(host.store.log(new TopicIdPartition(dropped, 0))).isEmpty();
        assertThat(directories(".stray")).hasSize(strays + 1);
        expect(host, kept, 0, "FOLLOWER", 1);
        assertThat(host.failures).isEmpty();
      }
    }
  }

  /** M33: the log goes with the change that completes the move, not before; whoever waits is told that the outcome is unknown. */
  @Test
  void aReplicaMovedAwayDeletesItsLogOnceTheChangeIsApplied() throws Exception {
    UUID led = log.create("led", 1, 1, 2);
    UUID followed = log.create("followed", 1, 2, 1);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      CompletableFuture<AppendOutcome> waiting = append(host, led, 0, 100, 60_000);
      log.add(new PartitionChange(led, 0, List.of(3, 2, 1), null, null, null, List.of(3), List.of(1), null, null,
          List.of(new UUID(2, 3), new UUID(2, 2), new UUID(2, 1))));
      stepTo(host, log.end());
      expect(host, led, 0, "LEADER", 0);
      assertThat(waiting).isNotDone();

      log.move(led, 0, List.of(3, 2), List.of(3, 2), 3);
      log.move(followed, 0, List.of(2, 3), List.of(2), 2);
      hand(host, log.end());
      assertThat(waiting.get()).isInstanceOfSatisfying(AppendOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
      assertThat(host.manager.status(false).replicas()).isEmpty();
      assertThat(host.store.logs()).isEmpty();
      assertThat(directories(".stray")).isEmpty();
      assertThat(append(host, led, 0, 100, 1_000).get()).isInstanceOfSatisfying(AppendOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.NOT_LEADER));

      log.move(led, 0, List.of(2, 1), List.of(2), 2);
      hand(host, log.end());
      expect(host, led, 0, "FOLLOWER", 2);
      assertThat(replica(host, led, 0).logEndOffset()).as("it begins anew").isZero();
      assertThat(host.failures).isEmpty();
    }
  }

  /** M20, P30: a leader that was replaced without knowing it must not tell a reader that what it read elsewhere does not exist. */
  @Test
  void aLeaderWithoutALeaseDoesNotSayWhereTheLogEnds() throws Exception {
    UUID topic = log.create("t", 1, 1, 2);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      assertThat(read(host, topic, 0)).isInstanceOf(ReadOutcome.Ok.class);
      assertThat(read(host, topic, 7)).isInstanceOfSatisfying(ReadOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.NOT_LEADER));
    }
  }

  private static ReadOutcome read(TestHost host, UUID topic, long offset) throws Exception {
    return host.manager.read(new TopicIdPartition(topic, 0), offset, 1_000, 1, 0).get();
  }

  /** Settings reach the replicas they are for, entry by entry and in a jump. */
  @Test
  void settingsReachTheReplicasTheyAreFor() throws Exception {
    UUID own = log.create("own", 1, 1, 2);
    UUID other = log.create("other", 1, 1, 2);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      log.add(new ConfigRecord(ConfigResource.topic("own"), TopicConfigs.MAX_MESSAGE_BYTES, "500"));
      stepTo(host, log.end());
      assertThat(refusal(host, own, 1_000)).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
      assertThat(refusal(host, other, 1_000)).isNull();

      log.add(new ConfigRecord(ConfigResource.CLUSTER, "message.max.bytes", "400"));
      hand(host, log.end());
      assertThat(refusal(host, own, 420)).as("its own setting wins").isNull();
      assertThat(refusal(host, other, 420)).isEqualTo(ErrorCode.RECORD_TOO_LARGE);

      log.add(new ConfigRecord(ConfigResource.topic("own"), TopicConfigs.MAX_MESSAGE_BYTES, null));
      log.add(new ConfigRecord(ConfigResource.topic("other"), TopicConfigs.MAX_MESSAGE_BYTES, "5000"));
      hand(host, log.end());
      assertThat(refusal(host, own, 420)).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
      assertThat(refusal(host, other, 420)).isNull();
    }
  }

  /** P12: else it would ask for what is gone for ever. */
  @Test
  void aFollowerThatFellBehindTheLogStartIsToldWhereTheLogBegins() throws Exception {
    UUID topic = log.create("t", 1, 1, 2);
    log.add(new ConfigRecord(ConfigResource.topic("t"), TopicConfigs.MIN_INSYNC_REPLICAS, "1"));
    log.change(topic, 0, List.of(1), null);
    try (TestHost host = start()) {
      stepTo(host, log.end());
      assertThat(append(host, topic, 0, 100, 60_000).get()).isInstanceOf(AppendOutcome.Ok.class);
      host.store.log(new TopicIdPartition(topic, 0)).orElseThrow().raiseLogStart(1, 1);

      FetchRequest.Partition asked = new FetchRequest.Partition(topic, 0, new UUID(6, 2), 0, 0, -1, 0, 0, 0, 1_000);
      FetchResponse.Partition told = host.manager.fetch(
          new FetchRequest(MetadataLog.CLUSTER, 2, image.broker(2).orElseThrow().brokerEpoch(), 1, 0, 1, 1_000,
              List.of(asked)))
          .header().partitions().getFirst();

      assertThat(told.error()).isEqualTo(ErrorCode.OFFSET_TRIMMED);
      assertThat(told.logStartOffset()).isEqualTo(1);
    }
  }

  private static @Nullable ErrorCode refusal(TestHost host, UUID topic, int bytes)
      throws Exception {
    CompletableFuture<AppendOutcome> append = append(host, topic, 0, bytes, 60_000);
    return append.isDone() && append.get() instanceof AppendOutcome.Failed failed ? failed.code() : null;
  }

  private static CompletableFuture<AppendOutcome> append(TestHost host, UUID topic, int partition, int bytes,
      long timeoutMs) {
    BatchBuilder batch = new BatchBuilder(bytes + 100);
    batch.add(System.currentTimeMillis(), null, new byte[bytes], List.of());
    return host.manager.append(new TopicIdPartition(topic, partition), batch.build(), -1, timeoutMs);
  }
}
