package io.ottla.broker.catalog;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Controllers in memory. */
final class FakeMetadataSource implements MetadataSource {
  private final List<Controller> controllers;
  private int at;

  /** One controller: a log, of which it has kept a part, and what is wrong with it. */
  static final class Controller {
    final MetadataLog log;
    String clusterId = MetadataLog.CLUSTER;
    long logStartIndex = 1;
    /** What it says it has committed; -1 for all there is. */
    long commitIndex = -1;
    long snapshotIndex;
    long claimedIndex = -1;
    boolean gone;
    byte @Nullable [] damagedSnapshot;
    int fetches;
    int snapshots;
    int snapshotsOpen;

    Controller(MetadataLog log) {
      this.log = log;
    }

    /** Keeps what comes after an entry, and a snapshot of everything up to it. */
    Controller keepingAfter(long index) {
      snapshotIndex = index;
      logStartIndex = index + 1;
      return this;
    }

    private MetadataPage page(long fromIndex, int maxBytes) throws IOException {
      fetches++;
      requirePresent();
      long commit = commitIndex < 0 ? log.end() : commitIndex;
      List<MetadataPage.Entry> entries = fromIndex < logStartIndex || fromIndex > commit
          ? List.of()
          : log.from(fromIndex).subList(0, (int) (commit - fromIndex + 1));
      int count = 0;
      long bytes = 0;
      while (count < entries.size() && (count == 0 || bytes + entries.get(count).records().length <= maxBytes)) {
        bytes += entries.get(count).records().length;
        count++;
      }
      return new MetadataPage(clusterId, 1, commit, logStartIndex, entries.subList(0, count));
    }

    private MetadataSnapshot snapshot() throws IOException {
      snapshots++;
      requirePresent();
      if (snapshotIndex == 0) {
        throw new IOException("no snapshot");
      }
      byte[] damaged = damagedSnapshot;
      InputStream state = new ByteArrayInputStream(damaged == null ? log.snapshot(snapshotIndex) : damaged) {
        @Override
        public void close() {
          snapshotsOpen--;
        }
      };
      snapshotsOpen++;
      return new MetadataSnapshot(clusterId, claimedIndex < 0 ? snapshotIndex : claimedIndex, 1, state);
    }

    private void requirePresent() throws IOException {
      if (gone) {
        throw new IOException("gone");
      }
    }
  }

  FakeMetadataSource(Controller... controllers) {
    this.controllers = List.of(controllers);
  }

  @Override
  public MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) throws IOException {
    return controllers.get(at).page(fromIndex, maxBytes);
  }

  @Override
  public MetadataSnapshot snapshot() throws IOException {
    return controllers.get(at).snapshot();
  }

  @Override
  public void next() {
    at = (at + 1) % controllers.size();
  }
}
