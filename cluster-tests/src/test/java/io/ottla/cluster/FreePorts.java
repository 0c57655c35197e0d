package io.ottla.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports on loopback that nobody listens on. They lie below the range from which systems choose the local port of outgoing connections, so
 * that no connection takes a node's port while that node is down.
 */
final class FreePorts {
  private static final int LOWEST = 12_000;
  private static final int HIGHEST = 30_000;
  private static final int MOST_ATTEMPTS = 10_000;

  private final Random random = new Random();
  private final Set<Integer> given = new HashSet<>();

  /** A port not given before. */
  int next() {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      int port = random.nextInt(LOWEST, HIGHEST);
      if (!given.contains(port) && bindable(port)) {
        given.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + LOWEST + " and " + HIGHEST);
  }

  private static boolean bindable(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
