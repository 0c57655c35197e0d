package io.ottla.controller.http.outbound;

import io.ottla.common.config.QuorumMember;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerException;
import io.ottla.common.http.PeerResponse;
import io.ottla.controller.formation.FormationPeers;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.formation.PrepareAnswer;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.http.FormationWire;
import io.ottla.controller.http.RaftPaths;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.resources.LoopResources;

/** Formation's calls over HTTP. Used by the formation thread only. */
public final class FormationHttpPeers implements FormationPeers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FormationHttpPeers.class);

  private final Duration timeout;
  private final NodeFaults faults;
  private final LoopResources loops = PeerClient.loops("formation", 1);
  private final Map<QuorumMember, PeerClient> clients = new HashMap<>();

  /**
   * @param timeout of each call; a prepare includes a few forces at the peer
   * @param faults what is done to calls in tests
   */
  public FormationHttpPeers(Duration timeout, NodeFaults faults) {
    this.faults = faults;
    this.timeout = timeout;
  }

  @Override
  public Optional<PeerIdentity> identity(QuorumMember member) {
    return call(member, client -> client.get(RaftPaths.IDENTITY, timeout),
        response -> response.json(FormationWire.Identity.class).toPeerIdentity());
  }

  @Override
  public Optional<PrepareAnswer> prepare(QuorumMember member, Proposal proposal) {
    return call(member, client -> client.postJson(RaftPaths.PREPARE, FormationWire.Quorum.of(proposal), timeout),
        response -> response.json(PrepareAnswer.class));
  }

  @Override
  public Optional<Boolean> commit(QuorumMember member, Proposal proposal) {
    return call(member, client -> client.postJson(RaftPaths.COMMIT, FormationWire.Quorum.of(proposal), timeout),
        response -> response.json(FormationWire.Committed.class).formed());
  }

  private interface Reader<T> {
    T read(PeerResponse response) throws IOException;
  }

  private <T> Optional<T> call(QuorumMember member, Function<PeerClient, CompletableFuture<PeerResponse>> request,
      Reader<T> reader) {
    PeerClient client = clients.computeIfAbsent(member,
        address -> new PeerClient("formation", address.host(), address.port(), 2, loops, faults));
    try {
      PeerResponse response = PeerClient.await(request.apply(client));
      return response.ok() ? Optional.of(reader.read(response)) : Optional.empty();
    } catch (PeerException e) {
      LOG.debug("event=formation_peer_silent peer={} reason=\"{}\"", client.address(), e.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("event=formation_answer_unreadable peer={} reason=\"{}\"", client.address(), e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    clients.values().forEach(PeerClient::close);
    loops.dispose();
  }
}
