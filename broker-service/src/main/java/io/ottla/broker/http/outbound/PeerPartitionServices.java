package io.ottla.broker.http.outbound;

import io.ottla.broker.runtime.PartitionService;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.PeerClient;
import io.ottla.common.metadata.Endpoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.netty.resources.LoopResources;

/** One {@link PeerPartitionService} per address, with connections of their own, so that forwarded bulk delays nothing else. Any thread. */
public final class PeerPartitionServices implements Function<Endpoint, PartitionService>, AutoCloseable {
  /** A waiting call holds its connection: enough for every partition's batches in flight and parked reads. */
  private static final int CONNECTIONS_PER_PEER = 512;

  private final int brokerId;
  private final Supplier<String> clusterId;
  private final LoopResources loops;
  private final NodeFaults faults;
  private final Map<Endpoint, PeerClient> clients = new ConcurrentHashMap<>();
  private final Map<Endpoint, PartitionService> services = new ConcurrentHashMap<>();

  /**
   * @param brokerId this broker
   * @param clusterId asked at each call, as it is unknown before registration
   * @param ioThreads event loop threads for all peers together
   * @param faults what is done to calls in tests
   */
  public PeerPartitionServices(int brokerId, Supplier<String> clusterId, int ioThreads, NodeFaults faults) {
    this.faults = faults;
    this.brokerId = brokerId;
    this.clusterId = clusterId;
    this.loops = PeerClient.loops("forward", ioThreads);
  }

  @Override
  public PartitionService apply(Endpoint endpoint) {
    PartitionService service = services.get(endpoint);
    return service != null ? service : services.computeIfAbsent(endpoint, this::create);
  }

  private PartitionService create(Endpoint endpoint) {
    PeerClient client = clients.computeIfAbsent(endpoint,
        at -> new PeerClient("forward", at.host(), at.port(), CONNECTIONS_PER_PEER, loops, faults));
    return new PeerPartitionService(client, brokerId, clusterId);
  }

  @Override
  public void close() {
    clients.values().forEach(PeerClient::close);
    loops.dispose();
  }
}
