package io.ottla.benchmarks.scale;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Follows the committed metadata as a broker does, from the first entry on, and tells when something came true. Owns one thread. */
final class MetadataWatch implements AutoCloseable {
  private static final int PAGE_BYTES = 4 << 20;
  private static final int WAIT_MS = 500;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final List<String> urls;
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofMillis(500)).build();
  private final Thread thread = Thread.ofPlatform().name("metadata").daemon().unstarted(this::run);
  private volatile boolean stopping;
  private MetadataImage image = MetadataImage.EMPTY;
  private long appliedAtNanos;
  private @Nullable RuntimeException failure;

  /** What was seen first. */
  record Seen(MetadataImage image, long atNanos) {}

  MetadataWatch(List<String> urls) {
    this.urls = List.copyOf(urls);
    thread.start();
  }

  private void run() {
    try {
      for (int source = 0; !stopping;) {
        source += round(urls.get(source % urls.size())) ? 0 : 1;
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  /** One call; false when another controller should be asked next. */
  private boolean round(String url) {
    String query = "/cluster/v1/metadata?fromIndex=" + (image().index() + 1) + "&maxBytes=" + PAGE_BYTES + "&maxWaitMs="
        + WAIT_MS;
    try {
      HttpResponse<byte[]> response = client.send(
          HttpRequest.newBuilder(URI.create(url + query)).timeout(LIMIT).GET().build(), BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        Api.pause(20);
        return false;
      }
      MetadataFetchResponse page = WireJson.read(response.body(), MetadataFetchResponse.class);
      page.entries().forEach(this::apply);
      return true;
    } catch (IOException e) {
      Api.pause(20);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
      return false;
    }
  }

  private synchronized void apply(MetadataFetchResponse.Entry entry) {
    if (entry.index() != image.index() + 1) {
      throw new BenchmarkFailure("entry " + entry.index() + " of the metadata follows " + image.index());
    }
    image = MetadataDelta.of(image, entry.index(), entry.term(), MetadataJson.decode(WireJson.write(entry.records())))
        .image();
    appliedAtNanos = System.nanoTime();
    notifyAll();
  }

  /** All that is known to be committed. */
  synchronized MetadataImage image() {
    return image;
  }

  /** Waits until the metadata is as wanted; looks at it after entries were applied, not necessarily after each. */
  synchronized Seen await(String what, Predicate<MetadataImage> wanted, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!wanted.test(image)) {
      if (failure != null) {
        throw failure;
      }
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new BenchmarkFailure("not within " + limit.toSeconds() + " s: " + what + "; " + image);
      }
      try {
        wait(leftMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchmarkFailure("interrupted", e);
      }
    }
    return new Seen(image, appliedAtNanos);
  }

  @Override
  public void close() {
    stopping = true;
    client.shutdownNow();
  }
}
