package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.OttlaException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The feed of committed metadata (M34). */
final class MetadataPublisherTest {
  private static MetadataPublisher.Entry entry(long index) {
    return new MetadataPublisher.Entry(index, 1, new byte[100]);
  }

  private static List<Long> indexes(MetadataPublisher.Page page) {
    return page.entries().stream().map(MetadataPublisher.Entry::index).toList();
  }

  @Test
  void pageStartsWhereAskedAndKeepsToItsSizeButHoldsAtLeastOneEntry() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    for (int i = 1; i <= 5; i++) {
      publisher.publish(entry(i));
    }
    assertThat(indexes(publisher.read(2, 250, 0))).containsExactly(2L, 3L);
    assertThat(indexes(publisher.read(2, 1, 0))).containsExactly(2L);
    assertThat(indexes(publisher.read(6, 1000, 0))).isEmpty();
    assertThat(publisher.read(6, 1000, 0).endIndex()).isEqualTo(5);
    assertThatThrownBy(() -> publisher.read(0, 1000, 0)).isInstanceOf(OttlaException.class);
    assertThatThrownBy(() -> publisher.publish(entry(7))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void waitingReaderIsWokenByTheEntryItWaitsFor() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    CompletableFuture<List<Long>> read = new CompletableFuture<>();
    Thread reader = Thread.ofVirtual().start(() -> {
      try {
        read.complete(indexes(publisher.read(2, 1000, 60_000)));
      } catch (InterruptedException e) {
        read.completeExceptionally(e);
      }
    });
    publisher.publish(entry(1));
    publisher.publish(entry(2));
    assertThat(read.get(10, TimeUnit.SECONDS)).containsExactly(2L);
    reader.join();
  }

  @Test
  void closingSendsWaitingReadersToAnotherController() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    CompletableFuture<List<Long>> read = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> {
      try {
        read.complete(indexes(publisher.read(1, 1000, 60_000)));
      } catch (InterruptedException | RuntimeException e) {
        read.completeExceptionally(e);
      }
    });
    publisher.close();
    assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(OttlaException.class)
        .hasMessageContaining("ask another one");
  }

  /** M35, Q33: what a snapshot has replaced is not waited for, and not answered with something else. */
  @Test
  void whoAsksForDroppedEntriesIsSentToASnapshot() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    for (int i = 1; i <= 10; i++) {
      publisher.publish(entry(i));
    }
    publisher.dropBefore(7);

    MetadataPublisher.Page gone = publisher.read(6, 1000, 60_000);
    assertThat(gone.snapshotRequired()).isTrue();
    assertThat(gone.entries()).isEmpty();
    assertThat(gone.logStartIndex()).isEqualTo(7);
    assertThat(gone.endIndex()).isEqualTo(10);
    MetadataPublisher.Page kept = publisher.read(7, 1000, 0);
    assertThat(kept.snapshotRequired()).isFalse();
    assertThat(indexes(kept)).containsExactly(7L, 8L, 9L, 10L);

    publisher.dropBefore(3);
    assertThat(publisher.read(7, 1000, 0).logStartIndex()).as("never goes back").isEqualTo(7);
    publisher.dropBefore(100);
    assertThat(publisher.read(11, 1000, 0).logStartIndex()).isEqualTo(11);
    assertThat(publisher.endIndex()).isEqualTo(10);
    publisher.publish(entry(11));
    assertThat(indexes(publisher.read(11, 1000, 0))).containsExactly(11L);
  }

  @Test
  void publishingGoesOnBehindASnapshot() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    publisher.reset(500);
    assertThat(publisher.endIndex()).isEqualTo(500);
    assertThat(publisher.read(1, 1000, 60_000).snapshotRequired()).isTrue();
    assertThat(publisher.read(500, 1000, 60_000).snapshotRequired()).isTrue();
    assertThat(publisher.read(501, 1000, 0).snapshotRequired()).isFalse();
    assertThatThrownBy(() -> publisher.publish(entry(1))).isInstanceOf(IllegalStateException.class);
    publisher.publish(entry(501));
    assertThat(indexes(publisher.read(501, 1000, 0))).containsExactly(501L);
    assertThatThrownBy(() -> publisher.reset(500)).isInstanceOf(IllegalStateException.class);
  }

  /** A reader that waits for the next entry must not wait for one that is skipped. */
  @Test
  void anInstalledSnapshotAnswersReadersThatWaitBelowIt() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    publisher.publish(entry(1));
    CompletableFuture<MetadataPublisher.Page> read = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> {
      try {
        read.complete(publisher.read(2, 1000, 60_000));
      } catch (InterruptedException e) {
        read.completeExceptionally(e);
      }
    });
    publisher.reset(90);
    assertThat(read.get(10, TimeUnit.SECONDS).snapshotRequired()).isTrue();
    assertThat(read.get().logStartIndex()).isEqualTo(91);
  }
}
