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
  void closingLetsWaitingReadersGo() throws Exception {
    MetadataPublisher publisher = new MetadataPublisher();
    CompletableFuture<List<Long>> read = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> {
      try {
        read.complete(indexes(publisher.read(1, 1000, 60_000)));
      } catch (InterruptedException e) {
        read.completeExceptionally(e);
      }
    });
    publisher.close();
    assertThat(read.get(10, TimeUnit.SECONDS)).isEmpty();
  }
}
