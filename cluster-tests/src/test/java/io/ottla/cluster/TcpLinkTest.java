package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.cluster.TcpLink.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A link does to connections what it is told to, with a server behind it that says back what it hears. */
class TcpLinkTest {
  private static final int SILENCE_MS = 100;
  private static final int PATIENCE_MS = 10_000;

  private ServerSocket server = unbound();
  private TcpLink link = new TcpLink(new FreePorts().next(), new InetSocketAddress(0));

  private static ServerSocket unbound() {
    try {
      return new ServerSocket();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void listen() throws IOException {
    link.close();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().start(this::serve);
    link = new TcpLink(new FreePorts().next(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket one = server.accept();
        Thread.ofVirtual().start(() -> echo(one));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void echo(Socket one) {
    try (one) {
      one.getInputStream().transferTo(one.getOutputStream());
    } catch (IOException e) {
      // The test is over.
    }
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), link.port());
    client.setSoTimeout(PATIENCE_MS);
    return client;
  }

  private static void say(Socket client, String words) throws IOException {
    client.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
  }

  private static String hear(Socket client, int bytes) throws IOException {
    return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static void hearsNothing(Socket client) throws IOException {
    client.setSoTimeout(SILENCE_MS);
    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(PATIENCE_MS);
  }

  @Test
  void bytesAndTheEndPassInBothDirections() throws IOException {
    try (Socket client = connect()) {
      say(client, "hello");
      client.shutdownOutput();

      assertThat(hear(client, 5)).isEqualTo("hello");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whatIsHeldUpGoingForthArrivesLate() throws IOException {
    try (Socket client = connect()) {
      say(client, "a");
      assertThat(hear(client, 1)).isEqualTo("a");
      link.hold(Direction.FORTH);
      say(client, "b");
      hearsNothing(client);

      link.heal();

      assertThat(hear(client, 1)).isEqualTo("b");
    }
  }

  @Test
  void whatIsHeldUpComingBackArrivesLate() throws IOException {
    try (Socket client = connect()) {
      link.hold(Direction.BACK);
      say(client, "a");
      hearsNothing(client);

      link.heal();

      assertThat(hear(client, 1)).isEqualTo("a");
    }
  }

  @Test
  void aConnectionMadeWhileNothingPassesWorksAfterwards() throws IOException {
    link.hold(Direction.FORTH);
    try (Socket client = connect()) {
      say(client, "a");
      hearsNothing(client);

      link.heal();

      assertThat(hear(client, 1)).isEqualTo("a");
    }
  }

  @Test
  void aResetEndsConnectionsAndLetsNewOnesThrough() throws IOException {
    try (Socket client = connect()) {
      say(client, "a");
      assertThat(hear(client, 1)).isEqualTo("a");

      link.reset();

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class)
          .isNotInstanceOf(SocketTimeoutException.class);
    }
    try (Socket client = connect()) {
      say(client, "b");
      assertThat(hear(client, 1)).isEqualTo("b");
    }
  }

  @Test
  void aRefusingLinkLooksLikeNobodyUntilItHeals() throws IOException {
    link.refuse();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

    link.heal();

    try (Socket client = connect()) {
      say(client, "a");
      assertThat(hear(client, 1)).isEqualTo("a");
    }
  }

  @Test
  void delayedBytesTakeTheirTime() throws IOException {
    try (Socket client = connect()) {
      link.delay(Direction.BACK, 3 * SILENCE_MS);
      say(client, "a");
      hearsNothing(client);
      assertThat(hear(client, 1)).isEqualTo("a");
    }
  }
}
