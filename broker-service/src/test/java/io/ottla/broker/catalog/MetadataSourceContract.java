package io.ottla.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataJson;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the follower relies on, whether controllers are in memory or behind HTTP (M34, M35). */
public abstract class MetadataSourceContract {
  private static final int MUCH = 1 << 20;

  /** A source of two controllers: the first serves this log from an index on and a snapshot, the second nothing but an empty log. */
  protected abstract MetadataSource source(MetadataLog log, long logStartIndex, long snapshotIndex);

  private static MetadataLog log() {
    MetadataLog log = MetadataLog.withBrokers(3);
    log.create("ä\"b\\", 3, 1, 2, 3);
    log.create("b", 2, 3, 1);
    return log;
  }

  @Test
  void entriesComeFromTheIndexAskedForWithTheirBytes() throws Exception {
    MetadataLog log = log();
    MetadataPage page = source(log, 1, 0).fetch(3, MUCH, 0);
    assertThat(page.clusterId()).isEqualTo(MetadataLog.CLUSTER);
    assertThat(page.term()).isEqualTo(1);
    assertThat(page.commitIndex()).isEqualTo(log.end());
    assertThat(page.logStartIndex()).isEqualTo(1);
    assertThat(page.entries()).extracting(MetadataPage.Entry::index).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
    for (MetadataPage.Entry entry : page.entries()) {
      assertThat(entry.term()).isEqualTo(1);
      assertThat(MetadataJson.decode(entry.records())).isEqualTo(MetadataJson.decode(log.json(entry.index())));
    }
  }

  @Test
  void beyondTheEndThereIsAnEmptyPage() throws Exception {
    MetadataPage page = source(log(), 1, 0).fetch(9, MUCH, 0);
    assertThat(page.entries()).isEmpty();
    assertThat(page.commitIndex()).isEqualTo(8);
  }

  /** M35. */
  @Test
  void belowTheStartOfTheLogThereIsOnlyASnapshot() throws Exception {
    MetadataLog log = log();
    MetadataSource source = source(log, 7, 6);
    MetadataPage page = source.fetch(6, MUCH, 0);
    assertThat(page.entries()).isEmpty();
    assertThat(page.logStartIndex()).isEqualTo(7);
    assertThat(source.fetch(7, MUCH, 0).entries()).hasSize(2);

    try (MetadataSnapshot snapshot = source.snapshot()) {
      assertThat(snapshot.clusterId()).isEqualTo(MetadataLog.CLUSTER);
      assertThat(snapshot.index()).isEqualTo(6);
      assertThat(snapshot.term()).isEqualTo(1);
      assertThat(ImageSnapshot.read(snapshot.state(), 6, 1).digest()).isEqualTo(log.image(6).digest());
    }
  }

  @Test
  void aSnapshotMayBeLeftUnread() throws Exception {
    MetadataSource source = source(log(), 7, 6);
    for (int i = 0; i < 5; i++) {
      source.snapshot().close();
    }
    assertThat(source.fetch(7, MUCH, 0).entries()).hasSize(2);
  }

  @Test
  void withoutASnapshotTheCallFails() {
    assertThatThrownBy(() -> source(log(), 1, 0).snapshot()).isInstanceOf(IOException.class);
  }

  @Test
  void nextTurnsToAnotherControllerAndComesRound() throws Exception {
    MetadataSource source = source(log(), 1, 0);
    source.next();
    assertThat(source.fetch(1, MUCH, 0).commitIndex()).isZero();
    source.next();
    assertThat(source.fetch(1, MUCH, 0).commitIndex()).isEqualTo(8);
  }
}
