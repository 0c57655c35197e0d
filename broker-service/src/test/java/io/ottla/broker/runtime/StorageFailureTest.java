package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.lifecycle.StorageReport;
import io.ottla.broker.log.MemoryDisk;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.wire.LostReplica;
import io.ottla.common.wire.ReplicaDirectory;
import io.ottla.common.wire.ReplicaStatusResponse.Replica;
import io.ottla.common.wire.RestartClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker with two log directories whose disks fail in every way that is known (P43 to P45, F19, F20). */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StorageFailureTest {
  private static final String LOG_FILE = "00000000000000000000.log";

  @TempDir
  private Path root;
  private final MetadataLog log = MetadataLog.withBrokers(3);
  private final MemoryDisk first = new MemoryDisk(new UUID(2, 1));
  private final MemoryDisk second = new MemoryDisk(new UUID(2, 101));
  private MetadataImage image = MetadataImage.EMPTY;
  private UUID topic = new UUID(0, 0);

  /** Four partitions that broker 1 leads alone: two in each directory. */
  @BeforeEach
  void createTopic() {
    log.add(new ConfigRecord(ConfigResource.CLUSTER, TopicConfigs.MIN_INSYNC_REPLICAS, "1"));
    topic = log.create("t", 4, 1, 2, 3);
    for (int partition = 0; partition < 4; partition++) {
      log.change(topic, partition, List.of(1), null);
    }
  }

  private TestHost start(long brokerEpoch) throws Exception {
    image = MetadataImage.EMPTY;
    TestHost host = new TestHost(root, brokerEpoch, List.of(first, second));
    hand(host);
    return host;
  }

  private void hand(TestHost host) {
    MetadataImage next = log.image();
    host.manager.onDelta(MetadataDelta.between(image, next));
    image = next;
  }

  private TopicIdPartition id(int partition) {
    return new TopicIdPartition(topic, partition);
  }

  private List<Integer> in(MemoryDisk disk) {
    List<Integer> found = new ArrayList<>();
    for (int partition = 0; partition < 4; partition++) {
      if (disk.holds(id(partition))) {
        found.add(partition);
      }
    }
    return found;
  }

  private CompletableFuture<AppendOutcome> append(TestHost host, int partition) {
    BatchBuilder batch = new BatchBuilder(1_000);
    batch.add(System.currentTimeMillis(), null, new byte[100], List.of());
    return host.manager.append(id(partition), batch.build(), -1, 30_000);
  }

  private static ErrorCode error(CompletableFuture<AppendOutcome> append) throws Exception {
    assertThat(append.get()).isInstanceOf(AppendOutcome.Failed.class);
    return ((AppendOutcome.Failed) append.get()).code();
  }

  private ErrorCode readError(TestHost host, int partition) throws Exception {
    ReadOutcome outcome = host.manager.read(id(partition), 0, 1_000, 1, 0).get();
    assertThat(outcome).isInstanceOf(ReadOutcome.Failed.class);
    return ((ReadOutcome.Failed) outcome).code();
  }

  private static void assertDone(CompletableFuture<AppendOutcome> append) throws Exception {
    assertThat(append.get()).isInstanceOf(AppendOutcome.Ok.class);
  }

  private void assertReadable(TestHost host, int partition) throws Exception {
    assertThat(host.manager.read(id(partition), 0, 1_000, 1, 0).get()).isInstanceOfSatisfying(ReadOutcome.Ok.class,
        ok -> assertThat(ok.batches().remaining()).isPositive());
  }

  private Replica replica(TestHost host, int partition) {
    return host.manager.status(false).replicas().stream().filter(one -> one.partition() == partition).findFirst()
        .orElseThrow();
  }

  private void awaitNews(TestHost host) throws InterruptedException {
    host.news.acquire();
  }

  private List<Integer> lost(StorageReport report) {
    return report.lostReplicas().stream().map(LostReplica::partition).toList();
  }

  @Test
  void newReplicasGoToTheDirectoryWithTheFewest() throws Exception {
    try (TestHost host = start(1)) {
      assertThat(in(first)).hasSize(2);
      assertThat(in(second)).hasSize(2);
      assertThat(host.manager.storageReport().replicaDirectories()).as("where the metadata has another directory")
          .containsExactlyElementsOf(in(second).stream()
              .map(number -> new ReplicaDirectory(topic, number, second.directoryId())).toList());
    }
  }

  /** P44: at once, for good, and for that directory alone. */
  @Test
  void aFailedForceTakesItsDirectoryOfflineAndTheOtherServesOn() throws Exception {
    try (TestHost host = start(1)) {
      List<Integer> hit = in(first);
      int well = in(second).getFirst();
      assertDone(append(host, hit.getFirst()));
      assertDone(append(host, well));
      first.failForces();

      assertThat(error(append(host, hit.getFirst()))).as("what became of it is not known")
          .isEqualTo(ErrorCode.INDETERMINATE);
      awaitNews(host);
      for (int partition : hit) {
        assertThat(replica(host, partition).role()).isEqualTo("OFFLINE");
        assertThat(error(append(host, partition))).isEqualTo(ErrorCode.NOT_LEADER);
        assertThat(readError(host, partition)).isEqualTo(ErrorCode.NOT_LEADER);
      }
      assertDone(append(host, well));
      assertReadable(host, well);
      assertThat(lost(host.manager.storageReport())).containsExactlyElementsOf(hit);
      assertThat(host.manager.storageReport().offlineDirectoryIds()).as("not before its replicas are known to be lost")
          .isEmpty();
      assertThat(host.manager.isOnline(first.directoryId())).isFalse();
      assertThat(host.failures).isEmpty();
    }
  }

  @Test
  void aBadSectorAndAFailedWriteDoTheSame() throws Exception {
    try (TestHost host = start(1)) {
      int hit = in(first).getFirst();
      assertDone(append(host, hit));
      first.failReads();
      assertThat(readError(host, hit)).isEqualTo(ErrorCode.NOT_LEADER);
      awaitNews(host);
      assertThat(host.manager.isOnline(first.directoryId())).isFalse();
      assertThat(host.failures).isEmpty();

      second.failWrites();
      assertThat(error(append(host, in(second).getFirst()))).isEqualTo(ErrorCode.INDETERMINATE);
      while (host.failures.isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(host.failures).as("the last directory ends the process").hasSize(1);
    }
  }

  /** P45: nothing is begun anew before the removal is committed, and then with another incarnation. */
  @Test
  void aReplicaOfALostDirectoryIsBegunAnewInAnotherOneAfterItsRemoval() throws Exception {
    try (TestHost host = start(1)) {
      int hit = in(first).getFirst();
      assertDone(append(host, hit));
      UUID before = host.dirs.getFirst().store().log(id(hit)).orElseThrow().replicaIncarnation();
      first.failForces();
      append(host, hit);
      awaitNews(host);

      log.change(topic, hit, List.of(2, 1), 2);
      hand(host);
      assertThat(in(second)).as("in the ISR, by an election that knew nothing of the loss").doesNotContain(hit);
      assertThat(lost(host.manager.storageReport())).contains(hit);

      log.loseReplica(topic, hit, List.of(2), 2);
      hand(host);
      assertThat(in(second)).contains(hit);
      assertThat(replica(host, hit)).extracting(Replica::role, Replica::logEndOffset).containsExactly("FOLLOWER", 0L);
      assertThat(host.dirs.getLast().store().log(id(hit)).orElseThrow().replicaIncarnation()).isNotEqualTo(before);
      assertThat(lost(host.manager.storageReport())).doesNotContain(hit);
      assertThat(host.manager.storageReport().replicaDirectories())
          .contains(new ReplicaDirectory(topic, hit, second.directoryId()));

      for (int other : in(first)) {
        if (other != hit) {
          log.loseReplica(topic, other, List.of(2), 2);
        }
      }
      hand(host);
      assertThat(host.manager.storageReport().offlineDirectoryIds()).containsExactly(first.directoryId());
    }
  }

  /** P43, I32: a batch that rotted is never served, and nothing but its replica suffers. */
  @Test
  void aRottenBatchTakesItsReplicaOfflineAndNothingElse() throws Exception {
    try (TestHost host = start(1)) {
      List<Integer> sameDirectory = in(first);
      int rotten = sameDirectory.getFirst();
      int neighbour = sameDirectory.getLast();
      assertDone(append(host, rotten));
      assertDone(append(host, neighbour));
      first.rot(id(rotten), LOG_FILE, 90);

      assertThat(readError(host, rotten)).isEqualTo(ErrorCode.NOT_LEADER);
      awaitNews(host);
      assertThat(lost(host.manager.storageReport())).containsExactly(rotten);
      assertDone(append(host, neighbour));
      assertReadable(host, neighbour);
      assertThat(host.manager.isOnline(first.directoryId())).isTrue();

      log.loseReplica(topic, rotten, List.of(2), 2);
      hand(host);
      assertThat(replica(host, rotten)).extracting(Replica::role, Replica::logEndOffset)
          .containsExactly("FOLLOWER", 0L);
      assertThat(host.failures).isEmpty();
    }
  }

  /** P43: the last one keeps what is left, until somebody decides that this is good enough. */
  @Test
  void theLastReplicaKeepsWhatIsLeftOfItsLog() throws Exception {
    try (TestHost host = start(1)) {
      int rotten = in(first).getFirst();
      assertDone(append(host, rotten));
      assertDone(append(host, rotten));
      first.rot(id(rotten), LOG_FILE, first.size(id(rotten), LOG_FILE) - 20);
      readError(host, rotten);
      awaitNews(host);

      log.loseReplica(topic, rotten, List.of(), PartitionState.NO_LEADER);
      hand(host);
      assertThat(first.holds(id(rotten))).isTrue();
      assertThat(lost(host.manager.storageReport())).as("the controllers know").isEmpty();
      assertThat(replica(host, rotten).role()).isEqualTo("OFFLINE");

      log.loseReplica(topic, rotten, List.of(1), 1);
      hand(host);
      assertThat(replica(host, rotten)).extracting(Replica::role, Replica::logEndOffset).as("the sound first batch")
          .containsExactly("LEADER", 1L);
      assertReadable(host, rotten);
    }
  }

  /** P44, F19: a full disk refuses appends and nothing else, and is cured by room. */
  @Test
  void aFullDiskRefusesAppendsServesReadsAndRecoversByItself() throws Exception {
    try (TestHost host = start(1)) {
      int partition = in(first).getFirst();
      assertDone(append(host, partition));
      first.setRoom(40);

      assertThat(error(append(host, partition))).isEqualTo(ErrorCode.STORAGE_FULL);
      assertThat(replica(host, partition).logEndOffset()).isEqualTo(1);
      assertReadable(host, partition);
      assertDone(append(host, in(second).getFirst()));
      assertThat(host.manager.storageReport())
          .extracting(StorageReport::lostReplicas, StorageReport::offlineDirectoryIds)
          .containsExactly(List.of(), List.of());

      UUID other = log.create("other", 1, 1, 2);
      hand(host);
      assertThat(second.holds(new TopicIdPartition(other, 0))).as("where there is room").isTrue();

      first.setRoom(1 << 20);
      assertDone(append(host, partition));
      assertThat(replica(host, partition).logEndOffset()).isEqualTo(2);
      assertThat(host.failures).isEmpty();
    }
  }

  /** P44: with no room anywhere, new replicas and new leaderships wait for it. */
  @Test
  void whatFindsNoRoomIsDoneOnceThereIsSome() throws Exception {
    UUID led = log.create("led", 1, 2, 1);
    try (TestHost host = start(1)) {
      first.setRoom(0);
      second.setRoom(0);
      log.change(led, 0, List.of(1), 1);
      UUID late = log.create("late", 1, 1, 2);
      hand(host);
      assertThat(host.manager.status(false).replicas()).noneMatch(one -> one.topicId().equals(late));
      assertThat(host.manager.counts().leaders()).isEqualTo(4);

      first.setRoom(1 << 20);
      second.setRoom(1 << 20);
      host.manager.retryUndone();
      assertThat(host.manager.counts().leaders()).isEqualTo(6);
      assertThat(host.failures).isEmpty();
    }
  }

  /** M13, P45: a replica whose directory is gone at a start is not believed to be empty. */
  @Test
  void aReplicaThatVanishedIsBegunAnewOnlyWhenAnotherBrokerLeads() throws Exception {
    int gone;
    int behind;
    try (TestHost host = start(1)) {
      gone = in(second).getFirst();
      behind = in(second).getLast();
      assertDone(append(host, gone));
    }
    second.wipe(id(gone));
    second.wipe(id(behind));
    for (int partition = 0; partition < 4; partition++) {
      log.loseReplica(topic, partition, List.of(2), 2);
    }
    log.loseReplica(topic, gone, List.of(), PartitionState.NO_LEADER);
    log.register(1);
    try (TestHost host = start(log.end() - 1)) {
      assertThat(host.restartClass).isEqualTo(RestartClass.LOSSY);
      assertThat(second.holds(id(gone)) || first.holds(id(gone))).as("nobody knows what it held").isFalse();
      assertThat(second.holds(id(behind)) || first.holds(id(behind))).isTrue();

      log.loseReplica(topic, gone, List.of(2), 2);
      hand(host);
      assertThat(replica(host, gone)).extracting(Replica::role, Replica::logEndOffset).containsExactly("FOLLOWER", 0L);
    }
  }

  /** P43: a start knows of the rot that the process before found. */
  @Test
  void rotFoundWhileServingIsKnownToTheNextStart() throws Exception {
    int rotten;
    try (TestHost host = start(1)) {
      rotten = in(first).getFirst();
      assertDone(append(host, rotten));
      first.rot(id(rotten), LOG_FILE, 90);
      readError(host, rotten);
      awaitNews(host);
      while (!host.store.isDamaged(id(rotten))) {
        Thread.onSpinWait();
      }
    }
    for (int partition = 0; partition < 4; partition++) {
      log.loseReplica(topic, partition, List.of(2), 2);
    }
    log.register(1);
    try (TestHost host = start(log.end() - 1)) {
      assertThat(host.restartClass).isEqualTo(RestartClass.LOSSY);
      assertThat(replica(host, rotten)).extracting(Replica::role, Replica::logEndOffset)
          .containsExactly("FOLLOWER", 0L);
    }
  }
}
