package io.ottla.controller.boot;

import io.ottla.common.config.Listener;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.QuorumMember;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataReplayException;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.formation.Formation;
import io.ottla.controller.http.inbound.ControllerEndpoints;
import io.ottla.controller.http.inbound.ControllerHost;
import io.ottla.controller.http.outbound.FormationHttpPeers;
import io.ottla.controller.http.outbound.RaftHttpTransport;
import io.ottla.controller.http.outbound.TcpProcessWatcher;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.port.SnapshotStore;
import io.ottla.controller.runtime.BrokerWatch;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.FatalHandler;
import io.ottla.controller.runtime.FormationRunner;
import io.ottla.controller.runtime.LeaderWatch;
import io.ottla.controller.runtime.LoopBeat;
import io.ottla.controller.runtime.NodeState;
import io.ottla.controller.runtime.ProcessWatcher;
import io.ottla.controller.runtime.RuntimeObserver;
import io.ottla.controller.storage.ControllerDirectory;
import io.ottla.controller.storage.FileRaftLog;
import io.ottla.controller.storage.StorageCorruptionException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller role of a node, without Spring: it opens its directory, forms or rejoins the quorum, and serves on the node's internal
 * server. A process with both roles runs one of these beside its broker.
 */
public final class ControllerNode implements ControllerHost, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerNode.class);
  private static final Duration FORMATION_TIMEOUT = Duration.ofSeconds(2);
  private static final long JOIN_MS = 10_000;

  private final NodeConfig config;
  private final RaftConfig raftConfig;
  private final RuntimeObserver observer;
  private final MonotonicClock clock;
  private final ProcessWatcher.Factory watchers;
  private final FatalHandler fatal;
  private final @Nullable ControllerDirectory directory;
  private final NodeFaults faults;
  private final FormationHttpPeers peers;
  private final @Nullable FormationRunner formation;
  private final Thread starter = Thread.ofPlatform().name("controller-start").unstarted(this::bringUp);
  private volatile NodeState state;
  private volatile @Nullable Controller controller;
  private @Nullable FileRaftLog log;
  private List<AutoCloseable> watches = List.of();
  private boolean closing;
  private @Nullable Thread quarantine;

  private ControllerNode(NodeConfig config, RuntimeObserver observer, MonotonicClock clock, FatalHandler fatal,
      NodeFaults faults) {
    this.faults = faults;
    this.peers = new FormationHttpPeers(FORMATION_TIMEOUT, faults);
    this.config = config;
    this.raftConfig = ControllerSettings.raft(config.quorum(), config.metadataLog());
    this.observer = observer;
    this.clock = clock;
    this.watchers = TcpProcessWatcher.factory(clock);
    this.fatal = fatal;
    ControllerDirectory opened = null;
    FormationRunner runner = null;
    NodeState first = new NodeState(NodeState.Stage.STARTING, "");
    try {
      opened = ControllerDirectory.open(config.metadataDir(), config.nodeId(), config.clusterId(),
          config.metadataLog().segmentBytes(), faults);
      runner = new FormationRunner(
          new Formation(config.nodeId(), config.clusterId(), config.initialVoters(), contacts(),
              opened, new SecureRandomSource()),
          peers, this::fail);
    } catch (StorageCorruptionException e) {
      first = quarantined(e);
    }
    this.directory = opened;
    this.formation = runner;
    this.state = first;
  }

  /** Where to ask for a cluster that exists already; the initial voters when nothing else is set. */
  private List<QuorumMember> contacts() {
    return config.bootstrapServers().stream().map(one -> new QuorumMember(0, one.host(), one.port())).toList();
  }

  /** Q45: live, for whoever asks what is wrong, and out of the quorum. */
  private static NodeState quarantined(Throwable cause) {
    LOG.error("event=controller_quarantined remedy=\"{}\"", cause.getMessage(), cause);
    return new NodeState(NodeState.Stage.QUARANTINED, String.valueOf(cause.getMessage()));
  }

  /**
   * Starts and returns at once; forming and recovering go on in the background.
   *
   * @param server the node's internal server, to which the controller's routes are added
   * @param fatal called at most once, when the node must not go on; the process should end at once
   * @param faults what this node does wrong in tests
   * @throws io.ottla.common.config.ConfigException when settings and directory do not fit
   */
  public static ControllerNode start(NodeConfig config, InternalServer server, RuntimeObserver observer,
      MonotonicClock clock, FatalHandler fatal, NodeFaults faults) {
    ControllerNode node = new ControllerNode(config, observer, clock, fatal, faults);
    ControllerEndpoints.addTo(server, node, clock);
    node.starter.start();
    return node;
  }

  private void bringUp() {
    ControllerDirectory opened = directory;
    FormationRunner runner = formation;
    if (opened == null || runner == null) {
      return;
    }
    try {
      state = new NodeState(NodeState.Stage.FORMING, "");
      Optional<RaftIdentity> identity = runner.run(progress -> state = progress);
      if (identity.isPresent()) {
        recover(opened, identity.get());
      }
    } catch (Throwable e) { // whatever it is, this node cannot take part
      fail(Thread.currentThread().getName(), e);
    }
  }

  private void recover(ControllerDirectory disk, RaftIdentity identity) {
    state = new NodeState(NodeState.Stage.RECOVERING, "");
    FileRaftLog opened = disk.openLog();
    SnapshotStore snapshots = disk.snapshots();
    LOG.info("event=metadata_log_recovered cluster_id={} directory_id={} last_index={} voters={}",
        identity.clusterId(), identity.self().directoryId(), opened.lastIndex(), identity.voters().size());
    RaftHttpTransport transport = new RaftHttpTransport(identity.self(), configuredAddresses(),
        Duration.ofMillis(config.quorum().requestTimeoutMs()), faults);
    Controller.Storage storage = new Controller.Storage(opened, snapshots, disk.quorumState(),
        opened::refreshHint);
    Controller.Settings settings = new Controller.Settings(address(identity.self()), raftConfig,
        ControllerSettings.control(config, identity.clusterId()), ControllerSettings.snapshots(config.metadataLog()),
        new JsonLines());
    Controller made = new Controller(identity, settings, storage, transport, observer, new SecureRandomSource(), clock,
        this::fail);
    LeaderWatch leaders = new LeaderWatch(watchers, voter -> internal(transport.address(voter)), made::peerGone);
    BrokerWatch brokers = new BrokerWatch(config.nodeId(), config.broker().sessionMs(), watchers, made::brokerGone);
    made.onStatus(status -> {
      leaders.follow(status);
      brokers.follow(status);
    });
    synchronized (this) {
      watches = List.of(leaders, brokers);
      log = opened;
      if (closing) {
        transport.close();
        return;
      }
      made.start();
      controller = made;
      state = new NodeState(NodeState.Stage.RUNNING, "");
    }
  }

  private static Endpoint internal(InetSocketAddress address) {
    return new Endpoint(Endpoint.INTERNAL, address.getHostString(), address.getPort());
  }

  /** Addresses that the settings give for node ids; they take precedence over those the voter set was made with. */
  private Map<Integer, InetSocketAddress> configuredAddresses() {
    Map<Integer, InetSocketAddress> addresses = new TreeMap<>();
    for (QuorumMember member : config.initialVoters()) {
      addresses.put(member.nodeId(), InetSocketAddress.createUnresolved(member.host(), member.port()));
    }
    return addresses;
  }

  /** Where others reach this controller. */
  private Voter address(ReplicaKey self) {
    Listener advertised = config.advertised(Listener.INTERNAL);
    return new Voter(self, advertised.host(), advertised.port());
  }

  private void fail(String thread, Throwable cause) {
    if (cause instanceof StorageCorruptionException || cause instanceof MetadataReplayException) {
      quarantine(cause);
      return;
    }
    state = new NodeState(NodeState.Stage.FAILED, String.valueOf(cause.getMessage()));
    LOG.error("event=controller_failed thread={} remedy=\"see the cause; the process ends\"", thread, cause);
    fatal.fatal(thread, cause);
  }

  /** Damage, or metadata this version does not understand: nothing is acknowledged any more, and no vote given. */
  private synchronized void quarantine(Throwable cause) {
    if (state.stage() == NodeState.Stage.QUARANTINED) {
      return;
    }
    state = quarantined(cause);
    Controller running = controller;
    controller = null;
    // Not here: this may be one of the threads that have to end.
    quarantine = Thread.ofPlatform().name("controller-quarantine").start(() -> {
      closeWatches(); // nobody listens to hints any more
      if (running != null) {
        running.close();
      }
    });
  }

  @Override
  public int nodeId() {
    return config.nodeId();
  }

  @Override
  public NodeState state() {
    return state;
  }

  @Override
  public @Nullable FormationRunner formation() {
    return formation;
  }

  @Override
  public @Nullable Controller controller() {
    return controller;
  }

  /** The latest status, null while the controller does not run. */
  public @Nullable ControllerStatus status() {
    Controller running = controller;
    return running == null ? null : running.status();
  }

  /** Signs of life of the threads; none while the controller does not run. */
  public List<LoopBeat> beats() {
    Controller running = controller;
    return running == null ? List.of() : running.beats();
  }

  /** Gives up leadership, makes durable what waits, and releases the directory. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      if (state.stage() != NodeState.Stage.FAILED && state.stage() != NodeState.Stage.QUARANTINED) {
        state = new NodeState(NodeState.Stage.STOPPING, "");
      }
    }
    FormationRunner runner = formation;
    if (runner != null) {
      runner.close();
    }
    join(starter);
    Controller running;
    Thread leaving;
    synchronized (this) {
      running = controller;
      leaving = quarantine;
    }
    if (leaving != null) {
      join(leaving); // it still works on the files that are about to be closed
    }
    if (running != null) {
      running.close();
    }
    closeWatches();
    peers.close();
    FileRaftLog opened = log;
    if (opened != null) {
      opened.close();
    }
    ControllerDirectory disk = directory;
    if (disk != null) {
      disk.close();
    }
    LOG.info("event=controller_stopped node_id={}", config.nodeId());
  }

  private synchronized void closeWatches() {
    for (AutoCloseable watch : watches) {
      try {
        watch.close();
      } catch (Exception e) { // declared by AutoCloseable, thrown by none of them
        throw new IllegalStateException("a watch cannot be closed", e);
      }
    }
    watches = List.of();
  }

  private static void join(Thread other) {
    try {
      if (Thread.currentThread() != other) {
        other.join(JOIN_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
