package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.ottla.broker.catalog.MetadataPage;
import io.ottla.broker.http.outbound.ActiveController.Address;
import io.ottla.common.config.Listener;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Following the metadata at controllers that come, go, and stand still. */
class HttpMetadataSourceLeaderTest {
  private static final String METADATA = "/cluster/v1/metadata";
  private static final int NOBODY = 1;

  private final WireMockServer first = started();
  private final WireMockServer second = started();
  private final ActiveController active = new ActiveController();

  private static WireMockServer started() {
    WireMockServer server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    server.start();
    return server;
  }

  @AfterEach
  void stop() {
    first.stop();
    second.stop();
  }

  private HttpMetadataSource source(int... ports) {
    return new HttpMetadataSource(java.util.Arrays.stream(ports)
        .mapToObj(port -> new Listener(Listener.INTERNAL, "127.0.0.1", port)).toList(), 0, active, NodeFaults.OFF);
  }

  private static ResponseDefinitionBuilder nothingNew(WireMockServer leader, long term) {
    return aResponse().withBody(WireJson.write(new MetadataFetchResponse("c", term, 3, 1,
        new LeaderHint(1, term, "127.0.0.1", leader.port()), List.of())));
  }

  @Test
  void everyAnswerTellsWhoLeads() throws Exception {
    first.stubFor(get(urlPathEqualTo(METADATA)).willReturn(nothingNew(second, 6)));
    try (HttpMetadataSource source = source(first.port())) {
      assertThat(source.fetch(4, 1_000, 0).commitIndex()).isEqualTo(3);
      assertThat(active.address()).isEqualTo(new Address("127.0.0.1", second.port()));
    }
  }

  @Test
  void theNextControllerIsAskedAfterOneIsGone() throws Exception {
    second.stubFor(get(urlPathEqualTo(METADATA)).willReturn(nothingNew(second, 6)));
    try (HttpMetadataSource source = source(NOBODY, second.port())) {
      assertThatThrownBy(() -> source.fetch(4, 1_000, 500)).isInstanceOf(IOException.class);
      source.next();
      assertThat(source.fetch(4, 1_000, 500).term()).isEqualTo(6);
    }
  }

  /** It was the active one, another is now, and it has not said a word: perhaps it stands still. */
  @Test
  void aSilentControllerThatLostItsLeadershipIsLeftAtOnce() {
    first.stubFor(get(urlPathEqualTo(METADATA)).willReturn(nothingNew(first, 6).withFixedDelay(20_000)));
    active.heard(new LeaderHint(1, 6, "127.0.0.1", first.port()));
    try (HttpMetadataSource source = source(first.port(), second.port())) {
      CompletableFuture<Object> fetch = fetching(source);
      active.heard(new LeaderHint(2, 7, "127.0.0.1", second.port()));
      assertThatThrownBy(() -> fetch.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
          .rootCause().isInstanceOf(IOException.class).hasMessageContaining("stand still");
    }
  }

  /** Whoever was not active anyway says nothing by its silence: a long poll is silent. */
  @Test
  void aLongPollAtAnotherControllerGoesOn() throws Exception {
    first.stubFor(get(urlPathEqualTo(METADATA)).willReturn(nothingNew(second, 7).withFixedDelay(1_000)));
    active.heard(new LeaderHint(3, 6, "127.0.0.1", NOBODY));
    try (HttpMetadataSource source = source(first.port())) {
      CompletableFuture<Object> fetch = fetching(source);
      active.heard(new LeaderHint(2, 7, "127.0.0.1", second.port()));
      assertThat(fetch.get(30, TimeUnit.SECONDS)).isInstanceOf(MetadataPage.class);
    }
  }

  private CompletableFuture<Object> fetching(HttpMetadataSource source) {
    CompletableFuture<Object> fetch = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        fetch.complete(source.fetch(4, 1_000, 5_000));
      } catch (IOException | InterruptedException e) {
        fetch.completeExceptionally(e);
      }
    });
    await().atMost(Duration.ofSeconds(30)).until(
        () -> first.countRequestsMatching(getRequestedFor(urlPathEqualTo(METADATA)).build()).getCount() == 1);
    return fetch;
  }
}
