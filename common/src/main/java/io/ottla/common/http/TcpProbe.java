package io.ottla.common.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/** Attempts to connect, and what they say about the process at the other end. Blocks; any thread. */
final class TcpProbe {
  /**
   * Far below the operating system's own limit (at least 3 s). A {@link ConnectException} stands for a refusal or for that limit, and its message
   * is in the language of the system; with a shorter limit of ours, which raises another exception, it is a refusal.
   */
  static final int TIMEOUT_MS = 500;
  /** Ends connections of machines that vanished without a word after about ten seconds of silence. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE = Map.of(ExtendedSocketOptions.TCP_KEEPIDLE, 4,
      ExtendedSocketOptions.TCP_KEEPINTERVAL, 2, ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private TcpProbe() {
  }

  /** What became of an attempt. */
  sealed interface Outcome {
    /** Somebody accepted, or will: the operating system did. */
    record Connected(Socket socket) implements Outcome {}

    /** Every address refused: nobody listens at any of them. */
    record Refused() implements Outcome {}

    /** It cannot be told whether somebody listens. */
    record Unclear(String reason) implements Outcome {}
  }

  /**
   * All addresses of a host.
   *
   * @throws IOException when the name cannot be resolved
   */
  static List<InetSocketAddress> resolve(String host, int port) throws IOException {
    return Arrays.stream(InetAddress.getAllByName(host)).map(address -> new InetSocketAddress(address, port)).toList();
  }

  /** Tries the addresses in order until one accepts. A refusal counts only when all refuse. */
  static Outcome connect(List<InetSocketAddress> addresses) {
    List<String> unclear = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      switch (connect(address)) {
        case Outcome.Connected connected -> {
          return connected;
        }
        case Outcome.Unclear(String reason) -> unclear.add(reason);
        case Outcome.Refused() -> {
        }
      }
    }
    boolean allRefused = unclear.isEmpty() && !addresses.isEmpty();
    return allRefused ? new Outcome.Refused() : new Outcome.Unclear(unclear.toString());
  }

  private static Outcome connect(InetSocketAddress address) {
    Socket socket = new Socket();
    try {
      prepare(socket);
      socket.connect(address, TIMEOUT_MS);
      if (isConnectedToItself(socket)) {
        socket.setSoLinger(true, 0);
        socket.close();
        return new Outcome.Refused();
      }
      return new Outcome.Connected(socket);
    } catch (IOException e) {
      closeQuietly(socket);
      return e instanceof ConnectException
          ? new Outcome.Refused()
          : new Outcome.Unclear(address + ": " + e.getMessage());
    }
  }

  private static void prepare(Socket socket) throws IOException {
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
      if (socket.supportedOptions().contains(option.getKey())) {
        socket.setOption(option.getKey(), option.getValue());
      }
    }
  }

  /**
   * On one machine the port that an attempt starts from can by chance be the one it goes to, and TCP then connects the socket with itself. That
   * proves that nobody listens, and the port must be let go before the process that owns it comes back.
   */
  private static boolean isConnectedToItself(Socket socket) {
    return socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress());
  }

  /** Ends a connection of which nothing more is wanted. */
  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // There is no data that could be lost, and the descriptor is released in any case.
    }
  }
}
