package io.ottla.controller.http.outbound;

import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.wire.BinaryFrame;
import io.ottla.controller.http.RaftJson;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.runtime.RaftTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import reactor.netty.resources.LoopResources;

/**
 * Quorum messages over HTTP (Q9). Entries and snapshots travel on connections of their own, so that heartbeats and votes never wait behind them (Q48).
 * Whatever goes wrong, the message is lost and nothing else happens.
 */
public final class RaftHttpTransport implements RaftTransport {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHttpTransport.class);
  private static final int URGENT_CONNECTIONS = 8;
  private static final int BULK_CONNECTIONS = 8;
  private static final int SNAPSHOT_CONNECTIONS = 1;
  /** Of entries and snapshots: the core gives them up by itself, by size, so this only ends what hangs. */
  private static final Duration BULK_TIMEOUT = Duration.ofSeconds(5);
  private static final MediaType BINARY = MediaType.parseMediaType(BinaryFrame.MEDIA_TYPE);

  private final ReplicaKey self;
  private final Map<Integer, InetSocketAddress> configured;
  private final Duration timeout;
  private final NodeFaults faults;
  private final LoopResources loops = PeerClient.loops("raft", 1);
  private final ExecutorService encoder = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().name("raft-encode").daemon().factory());
  private final Map<ReplicaKey, String> complaints = new ConcurrentHashMap<>();
  private volatile Map<ReplicaKey, Peer> peers = Map.of();

  /** A peer's connections by class of traffic; those for votes and entries are opened at once, for snapshots when first used. */
  private record Peer(InetSocketAddress address, PeerLink urgent, PeerLink bulk, PeerLink snapshots) {
    void close() {
      urgent.close();
      bulk.close();
      snapshots.close();
    }
  }

  /**
   * @param self this node, to which nothing is sent
   * @param configured addresses by node id that take precedence over those that voters are known by
   * @param timeout after which a message counts as lost
   * @param faults what is done to messages in tests
   */
  public RaftHttpTransport(ReplicaKey self, Map<Integer, InetSocketAddress> configured, Duration timeout,
      NodeFaults faults) {
    this.faults = faults;
    this.self = self;
    this.configured = Map.copyOf(configured);
    this.timeout = timeout;
    encoder.execute(RaftJson::rehearse);
  }

  @Override
  public void peers(List<Voter> wanted) {
    Map<ReplicaKey, Peer> before = peers;
    Map<ReplicaKey, Peer> after = new TreeMap<>();
    for (Voter voter : wanted) {
      if (!voter.key().equals(self)) {
        InetSocketAddress address = address(voter);
        Peer known = before.get(voter.key());
        boolean same = known != null && known.address().equals(address);
        after.put(voter.key(), same ? known : opened(connect(address)));
      }
    }
    peers = after;
    before.values().stream().filter(peer -> !after.containsValue(peer)).forEach(Peer::close);
  }

  /** Where requests to a voter go. */
  public InetSocketAddress address(Voter voter) {
    InetSocketAddress fixed = configured.get(voter.key().nodeId());
    return fixed == null ? InetSocketAddress.createUnresolved(voter.host(), voter.port()) : fixed;
  }

  private Peer connect(InetSocketAddress address) {
    return new Peer(address, link("raft-urgent", address, URGENT_CONNECTIONS),
        link("raft-bulk", address, BULK_CONNECTIONS), link("raft-snapshot", address, SNAPSHOT_CONNECTIONS));
  }

  /** A follower sends nothing until it campaigns, with everybody waiting: what the first message of a process costs is paid before. */
  private Peer opened(Peer peer) {
    peer.urgent().open(RaftPaths.IDENTITY, timeout);
    peer.bulk().open(RaftPaths.IDENTITY, timeout);
    return peer;
  }

  private PeerLink link(String traffic, InetSocketAddress address, int connections) {
    return new PeerLink(
        () -> new PeerClient(traffic, address.getHostString(), address.getPort(), connections, loops, faults));
  }

  @Override
  public void send(RaftMessage.Request request, AnswerHandler answer) {
    Peer peer = peers.get(request.envelope().to());
    if (peer == null) {
      answer.onLost();
      return;
    }
    switch (request) {
      case RaftMessage.SnapshotRequest piece ->
        bulk(answer, () -> post(peer.snapshots(), piece, BINARY, BULK_TIMEOUT, answer));
      case RaftMessage.AppendRequest append when append.isHeartbeat() ->
        post(peer.urgent(), append, MediaType.APPLICATION_JSON, timeout, answer);
      case RaftMessage.AppendRequest append ->
        bulk(answer, () -> post(peer.bulk(), append, MediaType.APPLICATION_JSON, BULK_TIMEOUT, answer));
      case RaftMessage.PreVoteRequest _,RaftMessage.VoteRequest _,RaftMessage.TimeoutNowRequest _,RaftMessage.ObserveRequest _ ->
        post(peer.urgent(), request, MediaType.APPLICATION_JSON, timeout, answer);
    }
  }

  /** Large bodies are written on a thread of their own: the Raft thread has heartbeats to send. */
  private void bulk(AnswerHandler answer, Runnable post) {
    try {
      encoder.execute(post);
    } catch (RejectedExecutionException e) {
      answer.onLost(); // closing
    }
  }

  private void post(PeerLink link, RaftMessage.Request request, MediaType type, Duration timeout,
      AnswerHandler answer) {
    link.post(RaftPaths.of(request), type, RaftJson.write(request), timeout)
        .whenComplete((response, failure) -> deliver(request, response, answer));
  }

  private void deliver(RaftMessage.Request request, @Nullable PeerResponse response, AnswerHandler answer) {
    if (response == null || !response.ok()) {
      answer.onLost();
      return;
    }
    try {
      RaftMessage.Reply reply = RaftJson.readReply(request, response.body());
      if (reply instanceof RaftMessage.MisaddressedReply misaddressed) {
        complain(request, "raft_misaddressed", misaddressed.reason());
        answer.onLost();
      } else {
        complaints.remove(request.envelope().to());
        answer.onReply(reply);
      }
    } catch (IOException e) {
      complain(request, "raft_reply_unreadable", String.valueOf(e.getMessage()));
      answer.onLost();
    }
  }

  /** Once, until it answers well or something else is wrong: a peer is spoken to many times a second, and a replaced disk stays so for minutes. */
  private void complain(RaftMessage.Request request, String event, String reason) {
    ReplicaKey peer = request.envelope().to();
    if (!event.equals(complaints.put(peer, event))) {
      LOG.warn("event={} peer={} reason=\"{}\"", event, peer, reason);
    }
  }

  @Override
  public void close() {
    encoder.shutdown();
    peers.values().forEach(Peer::close);
    loops.dispose();
  }
}
