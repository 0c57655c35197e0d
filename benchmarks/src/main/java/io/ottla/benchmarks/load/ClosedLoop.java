package io.ottla.benchmarks.load;

import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts over keep-alive connections, each sending its next request when the answer to the last one is complete: a closed loop, on the
 * calling thread alone. Latency is from before the first byte is written until the last is read.
 */
final class ClosedLoop {
  private static final Duration STALL_LIMIT = Duration.ofSeconds(40);
  private static final long HIGHEST_MICROS = 60_000_000;

  /** Latencies in microseconds and the wall time of the run. */
  record Result(Histogram micros, long elapsedNanos) {}

  private final Histogram micros = new Histogram(HIGHEST_MICROS, 3);
  private final ByteBuffer input = ByteBuffer.allocateDirect(256 * 1024);
  private int open;

  private ClosedLoop() {
  }

  /** Runs all scripts to their ends, script i at server i modulo the number of servers. */
  static Result run(List<InetSocketAddress> servers, List<? extends Script> scripts) {
    try {
      return new ClosedLoop().runAll(servers, scripts);
    } catch (IOException e) {
      throw new BenchmarkFailure("connection failed", e);
    }
  }

  private Result runAll(List<InetSocketAddress> servers, List<? extends Script> scripts) throws IOException {
    try (Selector selector = Selector.open()) {
      try {
        for (int i = 0; i < scripts.size(); i++) {
          connect(selector, servers.get(i % servers.size()), scripts.get(i));
        }
        long startedAt = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
          sendNext(key);
        }
        loop(selector);
        return new Result(micros, System.nanoTime() - startedAt);
      } finally {
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
      }
    }
  }

  private void connect(Selector selector, InetSocketAddress server, Script script) throws IOException {
    SocketChannel channel = SocketChannel.open(server);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    channel.register(selector, 0, new Connection(channel, server, script));
    open++;
  }

  private void loop(Selector selector) throws IOException {
    while (open > 0) {
      int ready = selector.select(key -> {
        try {
          handle(key);
        } catch (IOException e) {
          throw new BenchmarkFailure("connection to " + connection(key).server + " failed", e);
        }
      }, STALL_LIMIT.toMillis());
      if (ready == 0) {
        throw new BenchmarkFailure("no answer on any of " + open + " connections within " + STALL_LIMIT);
      }
    }
  }

  private void handle(SelectionKey key) throws IOException {
    if (key.isWritable()) {
      write(key);
    }
    if (key.isReadable()) {
      read(key);
    }
  }

  private void sendNext(SelectionKey key) throws IOException {
    Connection connection = connection(key);
    connection.request = connection.script.next();
    if (connection.request == null) {
      key.cancel();
      connection.channel.close();
      open--;
      return;
    }
    connection.reader.reset();
    connection.sentAt = System.nanoTime();
    write(key);
  }

  private static void write(SelectionKey key) throws IOException {
    Connection connection = connection(key);
    ByteBuffer request = connection.request;
    if (request != null) {
      connection.channel.write(request);
      key.interestOps(request.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }
  }

  private void read(SelectionKey key) throws IOException {
    Connection connection = connection(key);
    input.clear();
    int count = connection.channel.read(input);
    if (count < 0) {
      throw new BenchmarkFailure(connection.server + " closed the connection; so far: " + connection.reader.bodyText());
    }
    input.flip();
    if (connection.reader.accept(input)) {
      micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - connection.sentAt) / 1_000));
      connection.script.answered(connection.reader);
      sendNext(key);
    }
  }

  private static Connection connection(SelectionKey key) {
    return (Connection) key.attachment();
  }

  private static final class Connection {
    final SocketChannel channel;
    final InetSocketAddress server;
    final Script script;
    final HttpResponseReader reader = new HttpResponseReader();
    @Nullable
    ByteBuffer request;
    long sentAt;

    Connection(SocketChannel channel, InetSocketAddress server, Script script) {
      this.channel = channel;
      this.server = server;
      this.script = script;
    }
  }
}
