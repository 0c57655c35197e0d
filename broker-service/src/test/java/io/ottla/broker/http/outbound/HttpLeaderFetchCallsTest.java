package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.ottla.broker.runtime.LeaderFetchCalls;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.FetchResponse;
import io.ottla.common.wire.WireJson;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fetches from leaders that are slow, broken, half-open, or talk nonsense. */
class HttpLeaderFetchCallsTest {
  private static final String FETCH = "/replica/v1/fetch";

  private final WireMockServer leader = started();
  private final HttpLeaderFetchCalls calls = new HttpLeaderFetchCalls(1, NodeFaults.OFF);

  private static WireMockServer started() {
    WireMockServer server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    server.start();
    return server;
  }

  @AfterEach
  void stop() {
    calls.close();
    leader.stop();
  }

  private CompletableFuture<LeaderFetchCalls.Reply> fetch(long timeoutMs) {
    return calls.fetch(new Endpoint(Endpoint.INTERNAL, "127.0.0.1", leader.port()),
        new FetchRequest("c", 1, 2, 3, 500, 1, 1_000, List.of()), Duration.ofMillis(timeoutMs));
  }

  private void assertFails(long timeoutMs) {
    assertThatThrownBy(() -> fetch(timeoutMs).get(10, TimeUnit.SECONDS))
        .isInstanceOf(java.util.concurrent.ExecutionException.class);
    leader.verify(1, postRequestedFor(urlEqualTo(FETCH)));
  }

  @Test
  void recordsComeBackVerbatimBehindTheHeader() throws Exception {
    FetchResponse header = new FetchResponse(
        List.of(new FetchResponse.Partition(new UUID(1, 1), 0, null, 5, 7, 0, null, 3)));
    byte[] head = BinaryFrame.head(header);
    byte[] body = ByteBuffer.allocate(head.length + 3).put(head).put(new byte[] {1, 2, 3}).array();
    leader.stubFor(post(FETCH).willReturn(aResponse().withBody(body)));
    LeaderFetchCalls.Reply reply = fetch(10_000).get(10, TimeUnit.SECONDS);
    assertThat(reply.header()).isEqualTo(header);
    assertThat(reply.batches()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aBrokenConnectionFailsTheCallAndNothingIsRepeated(Fault fault) {
    leader.stubFor(post(FETCH).willReturn(aResponse().withFault(fault)));
    assertFails(5_000);
  }

  @Test
  void aLeaderThatNeverAnswersIsGivenUp() {
    leader.stubFor(post(FETCH).willReturn(aResponse().withFixedDelay(30_000)));
    assertFails(300);
  }

  @Test
  void aBodyThatDripsIsGivenUp() {
    leader.stubFor(post(FETCH).willReturn(aResponse().withBody(new byte[1_000]).withChunkedDribbleDelay(100, 30_000)));
    assertFails(500);
  }

  @Test
  void aFrameWhoseHeaderRunsPastItsEndIsNoAnswer() {
    leader.stubFor(post(FETCH).willReturn(aResponse().withBody(new byte[] {0x7F, 0, 0, 0, '{'})));
    assertFails(5_000);
  }

  @Test
  void aRefusalIsAFailure() {
    leader.stubFor(post(FETCH).willReturn(aResponse().withStatus(409)
        .withBody(WireJson.write(new ErrorReply(ErrorCode.INVALID_CLUSTER_ID, "other cluster", null)))));
    assertFails(5_000);
  }

  @Test
  void givingUpACallEndsIt() {
    leader.stubFor(post(FETCH).willReturn(aResponse().withFixedDelay(30_000)));
    CompletableFuture<LeaderFetchCalls.Reply> call = fetch(60_000);
    call.cancel(false);
    assertThat(call).isCancelled();
  }
}
