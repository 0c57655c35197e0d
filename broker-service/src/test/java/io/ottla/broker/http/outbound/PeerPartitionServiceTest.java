package io.ottla.broker.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.ForwardAppendResponse;
import io.ottla.common.wire.ForwardReadRequest;
import io.ottla.common.wire.ForwardReadResponse;
import io.ottla.common.wire.WireJson;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Forwarded calls against slow, broken, half-open and lying peers. */
class PeerPartitionServiceTest {
  private static final TopicIdPartition PARTITION = new TopicIdPartition(new UUID(1, 2), 3);
  private static final String APPEND = "/replica/v1/append";
  private static final String READ = "/replica/v1/read";

  private final WireMockServer peer = started();
  private final PeerPartitionServices services = new PeerPartitionServices(101, () -> "cluster-1", 1,
      NodeFaults.OFF);
  private final PartitionService service = services.apply(new Endpoint("INTERNAL", "127.0.0.1", peer.port()));

  private static WireMockServer started() {
    WireMockServer server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    server.start();
    return server;
  }

  @AfterEach
  void stop() {
    services.close();
    peer.stop();
  }

  private AppendOutcome append(long timeoutMs) {
    return service.append(PARTITION, ByteBuffer.wrap(new byte[] {1, 2, 3}), -1, timeoutMs).join();
  }

  private static ErrorCode code(AppendOutcome outcome) {
    return ((AppendOutcome.Failed) outcome).code();
  }

  @Test
  void theBatchTravelsVerbatimAndTheAnswerComesBack() throws Exception {
    peer.stubFor(post(APPEND).willReturn(aResponse()
        .withBody(
            WireJson.write(new ForwardAppendResponse(List.of(new ForwardAppendResponse.Item(null, null, 42, 7)))))));
    assertThat(append(20_000)).isEqualTo(new AppendOutcome.Ok(42, 7, -1));
    byte[] sent = peer.findAll(postRequestedFor(urlEqualTo(APPEND))).getFirst().getBody();
    assertThat(Arrays.copyOfRange(sent, sent.length - 3, sent.length)).containsExactly(1, 2, 3);
    assertThat(new String(BinaryFrame.parse(sent).header(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("cluster-1");
  }

  @Test
  void aRefusalOfOneItemKeepsItsCode() {
    peer.stubFor(post(APPEND).willReturn(aResponse().withBody(WireJson.write(
        new ForwardAppendResponse(List.of(new ForwardAppendResponse.Item(ErrorCode.NOT_LEADER, "moved", -1, 3)))))));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.NOT_LEADER);
  }

  @Test
  void aRefusalOfTheCallKeepsItsCode() {
    peer.stubFor(post(APPEND).willReturn(aResponse().withStatus(409)
        .withBody(WireJson.write(new ErrorReply(ErrorCode.INVALID_CLUSTER_ID, "other cluster", null)))));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.INVALID_CLUSTER_ID);
  }

  @Test
  void aPeerThatIsGoneCertainlyWroteNothing() {
    peer.stop();
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aBrokenAnswerIsUnknownAndTheCallIsNotRepeated(Fault fault) {
    peer.stubFor(post(APPEND).willReturn(aResponse().withFault(fault)));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.INDETERMINATE);
    peer.verify(1, postRequestedFor(urlEqualTo(APPEND)));
  }

  @Test
  void anAnswerThatComesTooLateIsUnknown() {
    peer.stubFor(post(APPEND).willReturn(aResponse().withFixedDelay(3_000)));
    assertThat(code(append(100))).isEqualTo(ErrorCode.INDETERMINATE);
  }

  @Test
  void anAnswerThatIsNotOneIsUnknown() {
    peer.stubFor(post(APPEND).willReturn(aResponse().withBody("<html>")));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.INDETERMINATE);
    peer.stubFor(post(APPEND).willReturn(aResponse().withBody("{\"items\":[]}")));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.INDETERMINATE);
    peer.stubFor(post(APPEND).willReturn(aResponse().withStatus(500).withBody("oops")));
    assertThat(code(append(20_000))).isEqualTo(ErrorCode.INDETERMINATE);
  }

  @Test
  void aReadBringsTheBytesThePeerSent() {
    byte[] head = BinaryFrame.head(new ForwardReadResponse(5, 9, 1, 7, 2));
    byte[] body = Arrays.copyOf(head, head.length + 2);
    body[head.length] = 8;
    body[head.length + 1] = 9;
    peer.stubFor(post(READ).willReturn(aResponse().withBody(body)));
    ReadOutcome outcome = service.read(PARTITION, ForwardReadRequest.EARLIEST, 100, 1, 0).join();
    assertThat(outcome).isInstanceOfSatisfying(ReadOutcome.Ok.class, ok -> {
      assertThat(ok.startOffset()).isEqualTo(5);
      assertThat(ok.highWatermark()).isEqualTo(9);
      assertThat(ok.batches().remaining()).isEqualTo(2);
    });
  }

  @Test
  void aReadCutShortIsNotBelieved() {
    byte[] head = BinaryFrame.head(new ForwardReadResponse(5, 9, 1, 7, 200));
    peer.stubFor(post(READ).willReturn(aResponse().withBody(head)));
    assertThat(service.read(PARTITION, 5, 100, 1, 0).join()).isInstanceOfSatisfying(ReadOutcome.Failed.class,
        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE));
  }
}
