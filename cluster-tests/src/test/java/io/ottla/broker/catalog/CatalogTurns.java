package io.ottla.broker.catalog;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A production metadata follower without its thread: what a controller said is handed in, and taken over in one turn. */
public final class CatalogTurns {
  private final MetadataCatalog catalog = new MetadataCatalog();
  private final Answers answers = new Answers();
  private final MetadataFollower follower;

  /** Parameters as those of {@link MetadataFollower}. */
  public CatalogTurns(MetadataListener listener, Supplier<String> clusterId, Consumer<Throwable> fatal) {
    this.follower = new MetadataFollower(answers, catalog, listener, clusterId, fatal);
  }

  /** The published image. */
  public MetadataCatalog catalog() {
    return catalog;
  }

  /** The entry to ask for next. */
  public long wanted() {
    return catalog.image().index() + 1;
  }

  /**
   * Takes over what a controller said; false when it was of no use, so that another one is to be asked.
   *
   * @param snapshot its newest snapshot, asked for after a page that begins too late
   */
  public boolean take(MetadataPage page, @Nullable MetadataSnapshot snapshot) throws InterruptedException {
    answers.page = page;
    answers.snapshot = snapshot;
    return follower.round();
  }

  /** What was handed in last. */
  private static final class Answers implements MetadataSource {
    private @Nullable MetadataPage page;
    private @Nullable MetadataSnapshot snapshot;

    @Override
    public MetadataPage fetch(long fromIndex, int maxBytes, int maxWaitMs) throws IOException {
      MetadataPage answer = page;
      page = null;
      if (answer == null) {
        throw new IOException("nobody answered");
      }
      return answer;
    }

    @Override
    public MetadataSnapshot snapshot() throws IOException {
      MetadataSnapshot answer = snapshot;
      snapshot = null;
      if (answer == null) {
        throw new IOException("nobody has a snapshot");
      }
      return answer;
    }

    @Override
    public void next() {
      // Whoever takes the turns asks another one.
    }
  }
}
