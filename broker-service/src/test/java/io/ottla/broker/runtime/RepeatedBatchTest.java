package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.broker.catalog.MetadataLog;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.wire.FetchRequest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader with real logs and threads gets the same batch of an idempotent producer again (P9, P37). */
class RepeatedBatchTest {
  @TempDir
  private Path root;
  private final MetadataLog log = MetadataLog.withBrokers(2);
  private MetadataImage image = MetadataImage.EMPTY;
  private UUID topic = new UUID(0, 0);
  private long requests;

  @BeforeEach
  void create() {
    topic = log.create("t", 1, 1, 2);
  }

  private void follow(TestHost host) {
    while (image.index() < log.end()) {
      MetadataImage next = log.image(image.index() + 1);
      host.manager.onDelta(MetadataDelta.between(image, next));
      image = next;
    }
  }

  private static ByteBuffer batch(int sequence) {
    BatchBuilder batch = new BatchBuilder(100);
    batch.add(System.currentTimeMillis(), null, new byte[] {(byte) sequence}, List.of());
    batch.producer(5, (short) 0, sequence);
    return batch.build();
  }

  private CompletableFuture<AppendOutcome> append(TestHost host, int sequence, int acks) {
    return host.manager.append(new TopicIdPartition(topic, 0), batch(sequence), acks, 60_000);
  }

  private long end(TestHost host) {
    return host.store.log(new TopicIdPartition(topic, 0)).orElseThrow().logEndOffset();
  }

  /** Broker 2 says how far it has forced the leader's records. */
  private void followerHas(TestHost host, long offset) throws InterruptedException {
    requests++;
    host.manager.fetch(new FetchRequest(MetadataLog.CLUSTER, 2, log.image().broker(2).orElseThrow().brokerEpoch(),
        requests, 0, 1, 1_000, List.of(new FetchRequest.Partition(topic, 0, new UUID(2, 2), 0, offset, 0, offset, 0, 0,
            1_000))));
  }

  private static AppendOutcome.Ok acknowledged(CompletableFuture<AppendOutcome> append) throws Exception {
    return (AppendOutcome.Ok) append.get();
  }

  @Test
  void itIsAnsweredWithTheOriginalsOffsetAndNotBeforeTheOriginalIsCommitted() throws Exception {
    try (TestHost host = new TestHost(root, 1)) {
      follow(host);
      CompletableFuture<AppendOutcome> first = append(host, 0, -1);
      CompletableFuture<AppendOutcome> second = append(host, 1, -1);
      CompletableFuture<AppendOutcome> again = append(host, 0, -1);
      assertThat(end(host)).isEqualTo(2);
      await().until(() -> host.store.log(new TopicIdPartition(topic, 0)).orElseThrow().durableOffset() == 2);
      assertThat(List.of(first, second, again)).noneMatch(CompletableFuture::isDone);

      followerHas(host, 1);
      assertThat(acknowledged(again)).as("before those that came after the original").isEqualTo(acknowledged(first));
      assertThat(acknowledged(again).baseOffset()).isZero();
      assertThat(second.isDone()).isFalse();
      followerHas(host, 2);
      assertThat(acknowledged(second).baseOffset()).isEqualTo(1);

      assertThat(append(host, 1, -1)).as("at once, since it is committed").isDone();
      assertThat(acknowledged(append(host, 1, -1)).baseOffset()).isEqualTo(1);
      assertThat(end(host)).isEqualTo(2);
      assertThat(host.manager.producers().remembered()).isEqualTo(1);
      assertThat(host.manager.producers().duplicatesAnswered()).isEqualTo(3);
      assertThat(host.manager.waiting()).as("nothing is kept for what is answered").isZero();
    }
  }

  /** The leadership ends before the original is committed: the repetition is as unknown as the original. */
  @Test
  void itIsNotAcknowledgedWhenTheLeadershipEnds() throws Exception {
    try (TestHost host = new TestHost(root, 1)) {
      follow(host);
      append(host, 0, -1);
      CompletableFuture<AppendOutcome> again = append(host, 0, -1);
      log.change(topic, 0, List.of(1, 2), 2);
      follow(host);
      assertThat(again.get()).isInstanceOfSatisfying(AppendOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INDETERMINATE));
    }
  }

  @Test
  void withoutAllAcksAnIdempotentProducerIsRefused() throws Exception {
    try (TestHost host = new TestHost(root, 1)) {
      follow(host);
      for (int acks : new int[] {0, 1}) {
        assertThat(host.manager.append(new TopicIdPartition(topic, 0), batch(0), acks, 1_000).get())
            .isInstanceOfSatisfying(AppendOutcome.Failed.class,
                failed -> assertThat(failed.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
      }
      assertThat(end(host)).isZero();
      assertThat(append(host, 3, -1)).isNotDone();
      assertThat(append(host, 7, -1).get()).isInstanceOfSatisfying(AppendOutcome.Failed.class,
          failed -> assertThat(failed.code()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE));
    }
  }
}
