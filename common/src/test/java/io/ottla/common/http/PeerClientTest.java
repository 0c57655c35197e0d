package io.ottla.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.DeleteTopicRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

/** The internal server and the client to it, over real sockets. */
class PeerClientTest {
  private static final Duration SECOND = Duration.ofSeconds(5);

  private final InternalServer server = InternalServer.start("127.0.0.1", 0);
  private final LoopResources loops = PeerClient.loops("test", 1);
  private final PeerClient client = new PeerClient("test", "127.0.0.1", server.port(), 2, loops);

  @AfterEach
  void close() {
    client.close();
    loops.dispose();
    server.close();
  }

  @Test
  void carriesARecordThereAndAnAnswerBack() throws Exception {
    server.route("POST", "/x", (request, response) -> InternalExchange.reply(response,
        InternalExchange.json(request, 1000, DeleteTopicRequest.class)));
    PeerResponse answer = PeerClient.await(client.postJson("/x", new DeleteTopicRequest("orders"), SECOND));
    assertThat(answer.ok()).isTrue();
    assertThat(answer.json(DeleteTopicRequest.class).name()).isEqualTo("orders");
  }

  @Test
  void refusalsArriveWithTheirCode() throws Exception {
    server.route("GET", "/refuse", (request, response) -> {
      throw new OttlaException(ErrorCode.STALE_BROKER_EPOCH, "register again");
    });
    PeerResponse answer = PeerClient.await(client.get("/refuse", SECOND));
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.error().code()).isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
  }

  @Test
  void malformedJsonIsRefusedNotAnswered500() throws Exception {
    server.route("POST", "/x", (request, response) -> InternalExchange.reply(response,
        InternalExchange.json(request, 1000, DeleteTopicRequest.class)));
    PeerResponse answer = PeerClient.await(client.post("/x", org.springframework.http.MediaType.APPLICATION_JSON,
        new byte[] {'{', '"'}, SECOND));
    assertThat(answer.error().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void anUnknownPathOfAStartingPeerIsRetriable() throws Exception {
    assertThat(PeerClient.await(client.get("/nowhere", SECOND)).error().code())
        .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Test
  void aRefusedConnectionWasCertainlyNotSent() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (PeerClient dead = new PeerClient("test", "127.0.0.1", free, 1, loops)) {
      assertThatThrownBy(() -> PeerClient.await(dead.get("/x", SECOND))).isInstanceOfSatisfying(PeerException.class,
          failure -> {
            assertThat(failure.mayHaveBeenSent()).isFalse();
            assertThat(failure.wasRefused()).isTrue();
          });
    }
  }

  @Test
  void anUnknownHostIsNotARefusal() {
    try (PeerClient lost = new PeerClient("test", "no-such-host.invalid", 1, 1, loops)) {
      assertThatThrownBy(() -> PeerClient.await(lost.get("/x", SECOND))).isInstanceOfSatisfying(PeerException.class,
          failure -> {
            assertThat(failure.mayHaveBeenSent()).isFalse();
            assertThat(failure.wasRefused()).isFalse();
          });
    }
  }

  @Test
  void anAnswerThatDoesNotComeMayHaveBeenSent() {
    CountDownLatch release = new CountDownLatch(1);
    server.route("GET", "/slow", (request, response) -> {
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    assertThatThrownBy(() -> PeerClient.await(client.get("/slow", Duration.ofMillis(200))))
        .isInstanceOfSatisfying(PeerException.class, failure -> assertThat(failure.mayHaveBeenSent()).isTrue());
    release.countDown();
  }

  @Test
  void aPeerThatDropsTheConnectionIsNotAskedTwice() throws Exception {
    try (ServerSocket dropping = new ServerSocket(0);
        PeerClient toDropping = new PeerClient("test", "127.0.0.1", dropping.getLocalPort(), 1, loops)) {
      java.util.concurrent.atomic.AtomicInteger accepted = new java.util.concurrent.atomic.AtomicInteger();
      Thread.ofVirtual().start(() -> {
        try {
          while (true) {
            try (java.net.Socket socket = dropping.accept()) {
              accepted.incrementAndGet();
              int first = socket.getInputStream().read();
              assertThat(first).isPositive();
            }
          }
        } catch (IOException e) {
          // the test is over
        }
      });
      assertThatThrownBy(() -> PeerClient.await(toDropping.get("/x", SECOND))).isInstanceOfSatisfying(
          PeerException.class,
          failure -> assertThat(failure.mayHaveBeenSent()).isTrue());
      assertThat(accepted).hasValue(1);
    }
  }
}
