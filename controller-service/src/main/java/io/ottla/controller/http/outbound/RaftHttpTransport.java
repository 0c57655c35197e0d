package io.ottla.controller.http.outbound;

import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.controller.http.RaftJson;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.runtime.RaftTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.resources.LoopResources;

/**
 * Quorum messages over HTTP (Q9). Entries travel on connections of their own, so that heartbeats and votes never wait behind them (Q48).
 * Whatever goes wrong, the message is lost and nothing else happens.
 */
public final class RaftHttpTransport implements RaftTransport {
  private static final Logger LOG = LoggerFactory.getLogger(RaftHttpTransport.class);
  private static final int URGENT_CONNECTIONS = 8;
  private static final int BULK_CONNECTIONS = 8;

  private final Duration timeout;
  private final LoopResources loops = PeerClient.loops("raft", 1);
  private final Map<Integer, Peer> peers = new TreeMap<>();

  private record Peer(PeerLink urgent, PeerLink bulk) {}

  /**
   * @param voters where to reach the others; addresses are host names and port, unresolved
   * @param selfId this node's id
   * @param timeout after which a message counts as lost
   */
  public RaftHttpTransport(Map<Integer, InetSocketAddress> voters, int selfId, Duration timeout) {
    this.timeout = timeout;
    voters.forEach((nodeId, address) -> {
      if (nodeId != selfId) {
        peers.put(nodeId, new Peer(link("raft-urgent", address, URGENT_CONNECTIONS),
            link("raft-bulk", address, BULK_CONNECTIONS)));
      }
    });
  }

  /** A voter's stored address. */
  public static InetSocketAddress address(Voter voter) {
    return InetSocketAddress.createUnresolved(voter.host(), voter.port());
  }

  private PeerLink link(String traffic, InetSocketAddress address, int connections) {
    return new PeerLink(
        () -> new PeerClient(traffic, address.getHostString(), address.getPort(), connections, loops));
  }

  @Override
  public void send(RaftMessage.Request request, AnswerHandler answer) {
    Peer peer = peers.get(request.envelope().to().nodeId());
    if (peer == null) {
      answer.onLost();
      return;
    }
    boolean bulk = request instanceof RaftMessage.AppendRequest append && !append.isHeartbeat();
    (bulk ? peer.bulk() : peer.urgent()).post(RaftPaths.of(request), RaftJson.write(request), timeout)
        .whenComplete((response, failure) -> deliver(request, response, answer));
  }

  private static void deliver(RaftMessage.Request request, @Nullable PeerResponse response, AnswerHandler answer) {
    if (response == null || !response.ok()) {
      answer.onLost();
      return;
    }
    try {
      RaftMessage.Reply reply = RaftJson.readReply(request, response.body());
      if (reply instanceof RaftMessage.MisaddressedReply misaddressed) {
        LOG.warn("event=raft_misaddressed peer={} reason=\"{}\"", request.envelope().to(), misaddressed.reason());
        answer.onLost();
      } else {
        answer.onReply(reply);
      }
    } catch (IOException e) {
      LOG.warn("event=raft_reply_unreadable peer={} reason=\"{}\"", request.envelope().to(), e.getMessage());
      answer.onLost();
    }
  }

  @Override
  public void close() {
    peers.values().forEach(peer -> {
      peer.urgent().close();
      peer.bulk().close();
    });
    loops.dispose();
  }
}
