package io.ottla.controller.http.outbound;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.matching.RequestPatternBuilder;
import io.ottla.common.fault.NodeFaults;
import io.ottla.controller.http.RaftJson;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.runtime.RaftTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Messages to slow, refusing, lying, broken and half-open peers: each is lost, once, in time, and nothing else happens (Q9, Q50). */
final class RaftHttpTransportTest {
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(1, 1));
  private static final ReplicaKey PEER = new ReplicaKey(2, new UUID(2, 2));
  private static final Duration TIMEOUT = Duration.ofMillis(1_500);

  private final WireMockServer server = new WireMockServer(
      WireMockConfiguration.options().dynamicPort().containerThreads(40));
  private final List<AutoCloseable> open = new ArrayList<>();

  RaftHttpTransportTest() throws Exception {
    server.start();
    // The first call of a JVM loads half of Netty; its time is not what is measured here.
    answering(aResponse().withStatus(200));
    outcome(send(transport(server.port()), append(1, 0)));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    server.stop();
  }

  private RaftHttpTransport transport(int port) {
    RaftHttpTransport transport = new RaftHttpTransport(SELF, Map.of(), TIMEOUT, NodeFaults.OFF);
    transport.peers(List.of(new Voter(SELF, "127.0.0.1", 1), new Voter(PEER, "127.0.0.1", port)));
    open.add(transport);
    return transport;
  }

  private static RaftMessage.AppendRequest append(long requestId, int entries) {
    List<LogEntry> list = new ArrayList<>();
    for (int i = 1; i <= entries; i++) {
      list.add(new LogEntry(i, 1, EntryType.DATA, new byte[100]));
    }
    return new RaftMessage.AppendRequest(new Envelope("c", SELF, PEER, 1, requestId), 0, 0, list, 0);
  }

  private static RaftMessage.Reply accepted(RaftMessage.AppendRequest request) {
    return new RaftMessage.AppendReply(request.envelope().reply(PEER, 1), true, request.lastIndex(), 0, 0);
  }

  private static CompletableFuture<Optional<RaftMessage.Reply>> send(RaftTransport transport,
      RaftMessage.Request request) {
    CompletableFuture<Optional<RaftMessage.Reply>> outcome = new CompletableFuture<>();
    transport.send(request, new RaftTransport.AnswerHandler() {
      @Override
      public void onReply(RaftMessage.Reply reply) {
        assertThat(outcome.complete(Optional.of(reply))).as("one outcome").isTrue();
      }

      @Override
      public void onLost() {
        assertThat(outcome.complete(Optional.empty())).as("one outcome").isTrue();
      }
    });
    return outcome;
  }

  private static Optional<RaftMessage.Reply> outcome(CompletableFuture<Optional<RaftMessage.Reply>> sent)
      throws Exception {
    return sent.get(30, TimeUnit.SECONDS);
  }

  private void answering(ResponseDefinitionBuilder response) {
    server.resetAll();
    server.stubFor(post(anyUrl()).willReturn(response));
  }

  private static ResponseDefinitionBuilder body(RaftMessage.Reply reply) {
    return aResponse().withStatus(200).withBody(RaftJson.write(reply));
  }

  @Test
  void answerOfAHealthyPeerIsHandedOver() throws Exception {
    RaftMessage.AppendRequest request = append(5, 2);
    answering(body(accepted(request)));
    assertThat(outcome(send(transport(server.port()), request))).contains(accepted(request));
    server.verify(1, postRequestedFor(urlEqualTo("/raft/v1/append")));
  }

  @Test
  void slowPeerCountsAsLostAfterTheTimeoutAndIsNotAskedTwice() throws Exception {
    RaftMessage.AppendRequest request = append(5, 0);
    RaftHttpTransport transport = transport(server.port());
    answering(body(accepted(request)).withFixedDelay(6_000));
    long start = System.nanoTime();
    assertThat(outcome(send(transport, request))).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(5_500));
    server.verify(1, postRequestedFor(anyUrl()));
  }

  @Test
  void stalledBodyIsBoundByTheTimeoutToo() throws Exception {
    RaftMessage.AppendRequest request = append(5, 0);
    answering(body(accepted(request)).withChunkedDribbleDelay(20, 20_000));
    assertThat(outcome(send(transport(server.port()), request))).isEmpty();
  }

  @Test
  void refusedConnectionIsLostAtOnce() throws Exception {
    int freePort;
    try (ServerSocket socket = new ServerSocket(0)) {
      freePort = socket.getLocalPort();
    }
    assertThat(outcome(send(transport(freePort), append(5, 0)))).isEmpty();
  }

  @Test
  void brokenConnectionsAreLostWithoutARepeat() throws Exception {
    RaftHttpTransport transport = transport(server.port());
    for (Fault fault : List.of(Fault.CONNECTION_RESET_BY_PEER, Fault.EMPTY_RESPONSE, Fault.RANDOM_DATA_THEN_CLOSE,
        Fault.MALFORMED_RESPONSE_CHUNK)) {
      answering(aResponse().withFault(fault));
      assertThat(outcome(send(transport, append(5, 1)))).as("%s", fault).isEmpty();
      server.verify(1, postRequestedFor(anyUrl()));
    }
  }

  @Test
  void lyingPeerIsNotBelieved() throws Exception {
    RaftMessage.AppendRequest request = append(5, 2);
    RaftHttpTransport transport = transport(server.port());
    List<ResponseDefinitionBuilder> lies = List.of(body(accepted(append(6, 2))),
        body(
            new RaftMessage.AppendReply(request.envelope().reply(new ReplicaKey(3, new UUID(3, 3)), 1), true, 2, 0, 0)),
        body(new RaftMessage.MisaddressedReply(request.envelope().reply(PEER, 1), "not me")),
        aResponse().withStatus(500).withBody(RaftJson.write(accepted(request))),
        aResponse().withStatus(200).withBody("<html>a proxy</html>"), aResponse().withStatus(200).withBody("null"),
        aResponse().withStatus(200), aResponse().withStatus(302).withHeader("Location", "/elsewhere"));
    for (ResponseDefinitionBuilder lie : lies) {
      answering(lie);
      assertThat(outcome(send(transport, request))).as("%s", lie.build()).isEmpty();
    }
  }

  /** It is spoken to many times a second, and a controller whose disk was replaced stays another one until somebody acts. */
  @Test
  void peerThatIsAnotherOneIsComplainedAboutOnce() throws Exception {
    RaftMessage.AppendRequest request = append(5, 0);
    RaftHttpTransport transport = transport(server.port());
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(RaftHttpTransport.class);
    log.start();
    logger.addAppender(log);
    Level before = logger.getLevel();
    logger.setLevel(Level.WARN);
    try {
      for (int i = 0; i < 3; i++) {
        answering(body(new RaftMessage.MisaddressedReply(request.envelope().reply(PEER, 1), "not me")));
        outcome(send(transport, request));
        outcome(send(transport, request));
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).hasSize(i + 1).last().asString()
            .contains("event=raft_misaddressed");
        answering(body(accepted(request)));
        outcome(send(transport, request));
      }
    } finally {
      logger.setLevel(before);
      logger.detachAppender(log);
    }
  }

  @Test
  void heartbeatDoesNotWaitBehindAppendsThatHang() throws Exception {
    RaftMessage.AppendRequest heartbeat = append(100, 0);
    server.resetAll();
    server.stubFor(post(anyUrl()).atPriority(2).willReturn(body(accepted(heartbeat))));
    server.stubFor(post(anyUrl()).atPriority(1).withRequestBody(matchingJsonPath("$.entries[0]"))
        .willReturn(aResponse().withStatus(200).withFixedDelay(6_000)));
    RaftHttpTransport transport = transport(server.port());
    List<CompletableFuture<Optional<RaftMessage.Reply>>> hanging = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      hanging.add(send(transport, append(i, 3)));
    }
    assertThat(outcome(send(transport, heartbeat))).contains(accepted(heartbeat));
    for (CompletableFuture<Optional<RaftMessage.Reply>> one : hanging) {
      assertThat(outcome(one)).isEmpty();
    }
  }

  @Test
  void halfOpenConnectionsAreReplacedAfterThreeTimeouts() throws Exception {
    List<Socket> accepted = Collections.synchronizedList(new ArrayList<>());
    ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(silent);
    Thread acceptor = Thread.ofVirtual().start(() -> {
      while (!silent.isClosed()) {
        try {
          accepted.add(silent.accept());
        } catch (IOException e) {
          return;
        }
      }
    });
    RaftHttpTransport transport = transport(silent.getLocalPort());
    for (int i = 0; i < 4; i++) {
      assertThat(outcome(send(transport, append(i, 0)))).isEmpty();
    }
    assertThat(accepted.size()).as("connections").isGreaterThanOrEqualTo(2);
    assertThat(anyEnds(accepted)).as("one of the old connections is closed").isTrue();
    silent.close();
    acceptor.join();
  }

  private static boolean anyEnds(List<Socket> connections) throws IOException {
    for (int look = 0; look < 50; look++) {
      for (Socket one : List.copyOf(connections)) {
        one.setSoTimeout(100);
        try {
          one.getInputStream().readAllBytes();
          return true;
        } catch (SocketTimeoutException e) {
          // still open
        }
      }
    }
    return false;
  }

  /** Seen in failovers: the first message of a process took 25 ms, the next ones 2. */
  @Test
  void connectionsAreOpenedBeforeTheyAreNeeded() throws Exception {
    WireMockServer peer = new WireMockServer(WireMockConfiguration.options().dynamicPort());
    open.add(peer::stop);
    peer.start();
    RaftHttpTransport transport = transport(peer.port());
    await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> peer.verify(2, identityAsked()));

    transport.peers(List.of(new Voter(PEER, "127.0.0.1", peer.port())));
    outcome(send(transport, append(5, 0)));
    peer.verify(2, identityAsked());
  }

  private static RequestPatternBuilder identityAsked() {
    return getRequestedFor(urlEqualTo("/raft/v1/identity"));
  }

  @Test
  void messageToAStrangerIsLost() throws Exception {
    RaftMessage.VoteRequest stranger = new RaftMessage.VoteRequest(
        new Envelope("c", SELF, new ReplicaKey(9, new UUID(9, 9)), 1, 1), 0, 0, false);
    assertThat(outcome(send(transport(server.port()), stranger))).isEmpty();
  }
}
