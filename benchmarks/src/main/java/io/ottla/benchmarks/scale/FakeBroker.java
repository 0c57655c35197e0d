package io.ottla.benchmarks.scale;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.scale.Controllers.Reply;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.wire.EndpointWire;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;
import io.ottla.common.wire.RestartClass;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A broker as far as controllers see one: registered, heard of in time, and listening on a socket of its own, so that whoever looks whether
 * its process is there finds it. It holds no logs and answers nothing. Owns a few virtual threads.
 */
final class FakeBroker implements AutoCloseable {
  private static final long BEAT_MS = 300;
  private static final Duration REGISTER_LIMIT = Duration.ofSeconds(10);
  private static final Duration BEAT_LIMIT = Duration.ofSeconds(1);
  private static final int REGISTER_ATTEMPTS = 50;

  private final int id;
  private final Controllers controllers;
  private final ServerSocket socket;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong missed = new AtomicLong();
  private String clusterId = "";
  private long epoch;
  private volatile boolean beating;
  private volatile long lastBeatNanos;
  private volatile @Nullable RuntimeException failure;
  private @Nullable Thread heart;

  FakeBroker(int id, Controllers controllers) {
    this.id = id;
    this.controllers = controllers;
    try {
      this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  int id() {
    return id;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        Thread.startVirtualThread(() -> swallow(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** Keeps the connection until the other side ends it. */
  private void swallow(Socket connection) {
    try (connection) {
      connection.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The other side is gone, which is as good as closed.
    }
    connections.remove(connection);
  }

  /** Registers as a broker with an empty disk. */
  void register() {
    String host = socket.getInetAddress().getHostAddress();
    RegisterBrokerRequest request = new RegisterBrokerRequest(null, id, UUID.randomUUID(), List.of(UUID.randomUUID()),
        List.of(new EndpointWire("CLIENT", host, socket.getLocalPort()),
            new EndpointWire("INTERNAL", host, socket.getLocalPort())),
        null, -1, RestartClass.LOSSY, "sync");
    Reply<RegisterBrokerResponse> reply = new Reply.Unknown<>("not asked");
    for (int attempt = 0; attempt < REGISTER_ATTEMPTS; attempt++) {
      reply = controllers.post("/cluster/v1/brokers/register", request, RegisterBrokerResponse.class, REGISTER_LIMIT);
      if (reply instanceof Reply.Done<RegisterBrokerResponse> done) {
        clusterId = done.value().clusterId();
        epoch = done.value().brokerEpoch();
        return;
      }
      Api.pause(100);
    }
    throw new BenchmarkFailure("broker " + id + " is not registered: " + reply);
  }

  /** Sends heartbeats from now on. */
  void startBeating() {
    beating = true;
    heart = Thread.ofVirtual().name("broker-" + id).start(() -> {
      try {
        beat();
      } catch (RuntimeException e) {
        failure = e;
      }
    });
  }

  private void beat() {
    long applied = epoch;
    while (beating) {
      // It says it has applied whatever the controller last called committed: a broker that is never behind.
      HeartbeatRequest request = new HeartbeatRequest(clusterId, id, epoch, applied, false, false, List.of(),
          List.of(), List.of());
      long sentAt = System.nanoTime();
      switch (controllers.post("/cluster/v1/brokers/heartbeat", request, HeartbeatResponse.class, BEAT_LIMIT)) {
        case Reply.Done<HeartbeatResponse> done -> {
          lastBeatNanos = sentAt;
          applied = Math.max(applied, done.value().commitIndex());
        }
        case Reply.Refused<HeartbeatResponse> refused when refused.code() != ErrorCode.NOT_CONTROLLER ->
          throw new BenchmarkFailure("heartbeat of broker " + id + ": " + refused);
        case Reply.Refused<HeartbeatResponse> _,Reply.Unknown<HeartbeatResponse> _ -> missed.incrementAndGet();
      }
      Api.pause(BEAT_MS);
    }
  }

  /** Falls silent, listening all the same: a process that hangs. Returns when the last heartbeat was sent. */
  long stopBeating() {
    beating = false;
    Thread beater = heart;
    try {
      if (beater != null) {
        beater.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
    return lastBeatNanos;
  }

  /** Ends as a process does: nobody listens any more, and its connections are closed. Returns when that was. */
  long die() {
    stopBeating();
    long now = System.nanoTime();
    close();
    return now;
  }

  /** Heartbeats that no controller took; throws when one was refused for good. */
  long missed() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return missed.get();
  }

  @Override
  public void close() {
    beating = false;
    try {
      socket.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
