package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.ottla.broker.catalog.MetadataCatalog;
import io.ottla.broker.catalog.MetadataFollower;
import io.ottla.broker.catalog.MetadataLog;
import io.ottla.broker.catalog.MetadataPage;
import io.ottla.broker.catalog.MetadataSnapshot;
import io.ottla.broker.catalog.MetadataSource;
import io.ottla.broker.catalog.MetadataSourceContract;
import io.ottla.broker.http.outbound.HttpMetadataSource.Patience;
import io.ottla.common.config.Listener;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.MetadataSnapshotCall;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Controllers that serve metadata over HTTP, and some that are slow, broken, absent, or lie. */
class HttpMetadataSourceTest extends MetadataSourceContract {
  private static final String METADATA = "/cluster/v1/metadata";
  private static final Patience LONG = new Patience(30_000, 30_000, 30_000, 60_000);

  private final WireMockServer first = started();
  private final WireMockServer second = started();
  private HttpMetadataSource source = source(LONG);
  private final MetadataLog log = MetadataLog.withBrokers(3);

  private static WireMockServer started() {
    WireMockServer server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    server.start();
    return server;
  }

  private HttpMetadataSource source(Patience patience) {
    return new HttpMetadataSource(List.of(new Listener(Listener.INTERNAL, "127.0.0.1", first.port()),
        new Listener(Listener.INTERNAL, "127.0.0.1", second.port())), 0, new ActiveController(),
        NodeFaults.OFF, patience);
  }

  private void beImpatient(Patience patience) {
    source.close();
    source = source(patience);
  }

  @AfterEach
  void stop() {
    source.close();
    first.stop();
    second.stop();
  }

  @Override
  protected MetadataSource source(MetadataLog served, long logStartIndex, long snapshotIndex) {
    serve(first, served, logStartIndex);
    if (snapshotIndex > 0) {
      first.stubFor(get(MetadataSnapshotCall.PATH).willReturn(snapshot(served, snapshotIndex)));
    }
    serve(second, new MetadataLog(), 1);
    return source;
  }

  private static void serve(WireMockServer server, MetadataLog served, long logStartIndex) {
    for (long from = 1; from <= served.end() + 1; from++) {
      List<MetadataFetchResponse.Entry> entries = from < logStartIndex
          ? List.of()
          : served.from(from).stream().map(HttpMetadataSourceTest::wire).toList();
      byte[] body = WireJson.write(new MetadataFetchResponse(MetadataLog.CLUSTER, 1, served.end(), logStartIndex,
          new LeaderHint(1, 1, "127.0.0.1", 1), entries));
      server.stubFor(get(urlPathEqualTo(METADATA)).withQueryParam("fromIndex", equalTo(Long.toString(from)))
          .willReturn(aResponse().withBody(body)));
    }
  }

  /** As controllers write it: the stored bytes, not parsed again. */
  private static MetadataFetchResponse.Entry wire(MetadataPage.Entry entry) {
    return new MetadataFetchResponse.Entry(entry.index(), entry.term(),
        new POJONode(new RawValue(new String(entry.records(), StandardCharsets.UTF_8))));
  }

  private static ResponseDefinitionBuilder snapshot(MetadataLog served, long index) {
    return snapshot(MetadataLog.CLUSTER, index, served.snapshot(index));
  }

  private static ResponseDefinitionBuilder snapshot(String cluster, long index, byte[] body) {
    return aResponse().withHeader(MetadataSnapshotCall.CLUSTER_HEADER, cluster)
        .withHeader(MetadataSnapshotCall.INDEX_HEADER, Long.toString(index))
        .withHeader(MetadataSnapshotCall.TERM_HEADER, "1").withBody(body);
  }

  private void offer(ResponseDefinitionBuilder answer) {
    first.stubFor(get(MetadataSnapshotCall.PATH).willReturn(answer));
  }

  private MetadataImage load() throws IOException, InterruptedException {
    try (MetadataSnapshot snapshot = source.snapshot()) {
      return ImageSnapshot.read(snapshot.state(), snapshot.index(), snapshot.term());
    }
  }

  private void refuses() {
    assertThatThrownBy(this::load).isInstanceOf(IOException.class);
  }

  /** Long before the answer would be whole. */
  private void refusesInTime() {
    long startNanos = System.nanoTime();
    refuses();
    assertThat((System.nanoTime() - startNanos) / 1_000_000).isLessThan(30_000);
  }

  /** More than fits any buffer on the way, so that it really is a stream. */
  @Test
  void aLargeSnapshotIsReadWhileItComes() throws Exception {
    for (int topic = 0; topic < 20; topic++) {
      log.create("topic-" + topic, 1_000, 1, 2, 3);
    }
    offer(snapshot(log, log.end()));
    assertThat(load().digest()).isEqualTo(log.image().digest());
  }

  @Test
  void aControllerThatDoesNotBeginIsGivenUp() {
    beImpatient(new Patience(1_000, 300, 30_000, 60_000));
    offer(snapshot(log, log.end()).withFixedDelay(60_000));
    refusesInTime();
  }

  /** F21: every piece comes in time, and the whole never does. */
  @Test
  void aDrippingBodyIsGivenUp() {
    log.create("a", 500, 1, 2, 3);
    beImpatient(new Patience(1_000, 30_000, 30_000, 1_000));
    offer(snapshot(log, log.end()).withChunkedDribbleDelay(600, 60_000));
    refusesInTime();
  }

  @Test
  void aStalledBodyIsGivenUp() {
    log.create("a", 500, 1, 2, 3);
    beImpatient(new Patience(1_000, 30_000, 500, 60_000));
    offer(snapshot(log, log.end()).withChunkedDribbleDelay(60, 90_000));
    refusesInTime();
  }

  @Test
  void brokenAnswersAreFailures() {
    for (Fault fault : Fault.values()) {
      offer(snapshot(log, log.end()).withFault(fault));
      refuses();
    }
    offer(aResponse().withStatus(503).withBody(WireJson.write(new ErrorReply(ErrorCode.BUSY, "no", null))));
    refuses();
    offer(aResponse().withBody("<html>a proxy</html>"));
    refuses();
    first.stop();
    refuses();
  }

  /** The end of the body proves nothing: what is whole says so itself. */
  @Test
  void aTruncatedSnapshotIsNone() {
    log.create("a", 500, 1, 2, 3);
    byte[] whole = log.snapshot(log.end());
    for (int length : new int[] {0, 1, whole.length / 3, whole.length - 2}) {
      offer(snapshot(MetadataLog.CLUSTER, log.end(), Arrays.copyOf(whole, length)));
      refuses();
    }
  }

  @Test
  void headersThatLieOrLackAreFailures() {
    byte[] whole = log.snapshot(log.end());
    offer(snapshot(MetadataLog.CLUSTER, log.end() + 1, whole));
    refuses();
    offer(aResponse().withHeader(MetadataSnapshotCall.CLUSTER_HEADER, MetadataLog.CLUSTER)
        .withHeader(MetadataSnapshotCall.INDEX_HEADER, Long.toString(log.end()))
        .withHeader(MetadataSnapshotCall.TERM_HEADER, "7").withBody(whole));
    refuses();
    offer(aResponse().withHeader(MetadataSnapshotCall.CLUSTER_HEADER, MetadataLog.CLUSTER).withBody(whole));
    refuses();
    offer(aResponse().withHeader(MetadataSnapshotCall.INDEX_HEADER, "1").withBody(whole));
    refuses();
  }

  @Test
  void answersThatAreNoPagesAreFailures() {
    for (String body : List.of("", "[]", "{}", "null",
        "{\"clusterId\":\"c\",\"term\":1,\"commitIndex\":1,\"logStartIndex\":1}",
        "{\"clusterId\":\"c\",\"term\":\"x\",\"commitIndex\":1,\"logStartIndex\":1,\"entries\":[]}",
        "{\"clusterId\":\"c\",\"term\":1,\"commitIndex\":1,\"logStartIndex\":1,\"entries\":[{\"index\":1,\"term\":1}]}",
        "{\"clusterId\":\"c\",\"term\":1,\"commitIndex\":1,\"logStartIndex\":1,\"entries\":[{\"index\":1,\"term\":1,\"records\":{}}]}",
        "{\"clusterId\":\"c\",\"term\":1,\"commitIndex\":1,\"logStartIndex\":1,\"entries\":[")) {
      first.stubFor(get(urlPathEqualTo(METADATA)).willReturn(aResponse().withBody(body)));
      assertThatThrownBy(() -> source.fetch(1, 1_000, 0)).as(body).isInstanceOf(IOException.class);
    }
  }

  /** M37: what is wrong with one controller, another one makes good. */
  @Test
  void theFollowerTakesTheSnapshotOfTheNextController() throws Exception {
    log.create("a", 50, 1, 2, 3);
    long at = log.end();
    serve(first, log, at + 1);
    serve(second, log, at + 1);
    second.stubFor(get(MetadataSnapshotCall.PATH).willReturn(snapshot(log, at)));
    List<ResponseDefinitionBuilder> bad = List.of(snapshot("other", at, log.snapshot(at)),
        snapshot(MetadataLog.CLUSTER, at, Arrays.copyOf(log.snapshot(at), 400)), aResponse().withStatus(404));
    for (ResponseDefinitionBuilder answer : bad) {
      offer(answer);
      MetadataCatalog catalog = new MetadataCatalog();
      try (HttpMetadataSource both = source(LONG);
          MetadataFollower follower = new MetadataFollower(both, catalog, delta -> {}, () -> MetadataLog.CLUSTER,
              cause -> {})) {
        follower.start();
        assertThat(catalog.await(at, Duration.ofSeconds(60))).isTrue();
        assertThat(catalog.image().digest()).isEqualTo(log.image().digest());
      }
    }
  }
}
