package io.ottla.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The way of one node's connections to another, through this process: it forwards, until it is told to do what networks do. Answers come
 * back on the connection of their request, so each connection has two directions, which can be held up apart from each other. What is held
 * up is not lost but late, as with a real connection whose packets get lost for a while: it arrives once the direction is free again, if
 * the connection still lives. Virtual threads; its methods may be called by any thread.
 */
final class TcpLink implements AutoCloseable {
  /** Where bytes go on a connection. */
  enum Direction {
    /** From the side that connected: requests. */
    FORTH,
    /** To the side that connected: answers. */
    BACK
  }

  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int CONNECT_MS = 1_000;
  private static final int BACKLOG = 200;

  private final int port;
  private final InetSocketAddress target;
  private final Map<Direction, Gate> gates = new EnumMap<>(Direction.class);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listener;

  /** Lets bytes of one direction pass, or not, or later. */
  private static final class Gate {
    private boolean held;
    private boolean closed;
    private long delayMs;

    synchronized void hold(boolean hold) {
      held = hold;
      notifyAll();
    }

    synchronized void delay(long milliseconds) {
      delayMs = milliseconds;
    }

    synchronized void close() {
      closed = true;
      notifyAll();
    }

    /** Waits until bytes may pass; false when they never will. */
    boolean pass() throws InterruptedException {
      long delay;
      synchronized (this) {
        delay = delayMs;
      }
      if (delay > 0) {
        Thread.sleep(delay);
      }
      synchronized (this) {
        while (held && !closed) {
          wait();
        }
        return !closed;
      }
    }
  }

  /** Listens at the port and forwards to the target, which need not be there yet. */
  TcpLink(int port, InetSocketAddress target) {
    this.port = port;
    this.target = target;
    for (Direction direction : Direction.values()) {
      gates.put(direction, new Gate());
    }
    listen();
  }

  int port() {
    return port;
  }

  private Gate gate(Direction direction) {
    return java.util.Objects.requireNonNull(gates.get(direction));
  }

  /** From now on nothing gets through in that direction, not even the end of a connection; new connections are accepted. */
  void hold(Direction direction) {
    gate(direction).hold(true);
  }

  /** Each piece of up to 64 KiB in that direction takes that much longer. */
  void delay(Direction direction, long milliseconds) {
    gate(direction).delay(milliseconds);
  }

  /** Resets all connections, as a middlebox does that forgot them; new ones are welcome. */
  void reset() {
    open.forEach(TcpLink::abort);
  }

  /** Resets all connections and refuses new ones, as if nobody listened there. */
  synchronized void refuse() {
    ServerSocket current = listener;
    if (current != null) {
      listener = null;
      close(current);
    }
    reset();
  }

  /** Forwards again, and delivers what was held up. */
  synchronized void heal() {
    gates.values().forEach(gate -> {
      gate.delay(0);
      gate.hold(false);
    });
    if (listener == null) {
      listen();
    }
  }

  private synchronized void listen() {
    try {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      listener = opened;
      Thread.ofVirtual().name("link-" + port).start(() -> accept(opened));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + port, e);
    }
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        Socket client = from.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException e) {
        if (!from.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** The target hears of a connection only when bytes can reach it. */
  private void connect(Socket client) {
    Socket server = new Socket();
    open.add(server);
    try {
      if (!gate(Direction.FORTH).pass()) {
        return;
      }
      server.connect(target, CONNECT_MS);
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(server, client, Direction.BACK));
      pump(client, server, Direction.FORTH);
      back.join();
    } catch (IOException e) {
      abort(client); // nobody there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(client);
      close(server);
      open.remove(client);
      open.remove(server);
    }
  }

  private void pump(Socket from, Socket to, Direction direction) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      for (int count = from.getInputStream().read(chunk); gate(direction).pass(); count = from.getInputStream()
          .read(chunk)) {
        if (count < 0) {
          to.shutdownOutput();
          return;
        }
        to.getOutputStream().write(chunk, 0, count);
      }
    } catch (IOException e) {
      // One side is gone, so the other has to go.
      abort(from);
      abort(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void abort(Socket socket) {
    try {
      socket.setSoLinger(true, 0); // closing then sends a reset
    } catch (IOException e) {
      // It is closed already.
    }
    close(socket);
  }

  private static void close(java.io.Closeable one) {
    try {
      one.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    gates.values().forEach(Gate::close);
    refuse();
  }
}
