package io.ottla.broker.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.catalog.MetadataCatalog;
import io.ottla.broker.catalog.MetadataFollower;
import io.ottla.broker.http.internal.ReplicaEndpoints;
import io.ottla.broker.http.outbound.ActiveController;
import io.ottla.broker.http.outbound.ControllerClient;
import io.ottla.broker.http.outbound.HttpLeaderFetchCalls;
import io.ottla.broker.http.outbound.HttpMaintenanceCalls;
import io.ottla.broker.http.outbound.HttpMetadataSource;
import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.broker.lifecycle.BrokerStatus;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.lifecycle.HeartbeatLoop;
import io.ottla.broker.lifecycle.MaintenanceCalls;
import io.ottla.broker.lifecycle.ProducerCounts;
import io.ottla.broker.lifecycle.Registrar;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.runtime.LiveBrokerView;
import io.ottla.broker.runtime.OffsetsOutcome;
import io.ottla.broker.runtime.OpenLogDir;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.broker.runtime.ReplicaManager;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.http.InternalServer;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.RandomSource;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.time.MonotonicClock;

/**
 * A broker without its client API: log directory, membership, metadata, replicas, and their part of the internal server. A plain object, for
 * the broker's application and for a process with both roles. {@link #start} is called once, {@link #close} counts once; the rest by any thread.
 *
 * <p>Start: open and recover the logs, register, follow the metadata up to the own registration, be unfenced. Stop: hand leaderships over,
 * force and close the logs, write the clean-shutdown mark last (M12, M19).
 */
public final class BrokerNode implements HealthSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerNode.class);

  private final NodeConfig config;
  private final InternalServer server;
  private final MonotonicClock clock;
  private final LongSupplier wallClock;
  private final RandomSource random;
  private final Consumer<Throwable> onFatal;
  private final NodeFaults faults;
  private final BrokerSession session;
  private final ActiveController activeController = new ActiveController();
  private final ControllerClient controllers;
  private final HttpLeaderFetchCalls leaders;
  private final HttpMetadataSource metadataSource;
  private final MetadataCatalog catalog = new MetadataCatalog();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Object startLock = new Object();

  private volatile BrokerState state = BrokerState.RECOVERING;
  private volatile int logsFound;
  private volatile int logsRecovered;
  private volatile List<OpenLogDir> logDirs = List.of();
  private volatile @Nullable ReplicaManager replicas;
  private volatile @Nullable HeartbeatLoop heartbeats;
  private volatile @Nullable MetadataFollower follower;
  private @Nullable Thread starter;

  /**
   * @param server the internal server, running; routes are added once the logs are ready
   * @param wallClock milliseconds since 1970, for bounds on timestamps only
   * @param onFatal told once, of what makes this process useless; it should end
   * @param faults what this node does wrong in tests
   */
  public BrokerNode(NodeConfig config, InternalServer server, MonotonicClock clock, LongSupplier wallClock,
      RandomSource random, Consumer<Throwable> onFatal, NodeFaults faults) {
    this.config = config;
    this.server = server;
    this.clock = clock;
    this.wallClock = wallClock;
    this.random = random;
    this.onFatal = onFatal;
    this.faults = faults;
    this.session = new BrokerSession(config.nodeId(), config.broker().sessionMs(), clock);
    this.controllers = new ControllerClient(config.bootstrapServers(), config.broker().sessionMs(), clock,
        activeController, faults);
    this.leaders = new HttpLeaderFetchCalls(2, faults);
    this.metadataSource = new HttpMetadataSource(config.bootstrapServers(), config.nodeId(), activeController, faults);
  }

  /** Starts on a thread of its own and returns at once: web servers answer while logs are recovered. */
  public void start() {
    synchronized (startLock) {
      starter = new Thread(this::run, "ottla-broker-start");
      starter.start();
    }
  }

  private void run() {
    try {
      bringUp();
    } catch (InterruptedException e) {
      LOG.info("event=start_given_up reason=\"the broker is stopping\"");
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void bringUp() throws IOException, InterruptedException {
    String known = LogDirectories.clusterIdOf(config.logDirs());
    String clusterId = known == null ? awaitClusterId() : known;
    requireConfiguredCluster(clusterId);
    LogConfig logConfig = new LogConfig(config.broker().segmentBytes(), config.broker().indexIntervalBytes(),
        AppendLimits.DEFAULT);
    LogDirectories directories = new LogDirectories(clusterId, config.nodeId(), random, logConfig, faults);
    directories.open(config.logDirs());
    logDirs = directories.dirs();
    logsFound = logDirs.stream().mapToInt(dir -> dir.found().size()).sum();
    logsRecovered = logsFound;
    state = BrokerState.REGISTERING;
    new Registrar(config, controllers, session, random.nextUuid()).register(directories.evidence(), clusterId);
    beginService(logConfig);
  }

  private void beginService(LogConfig logConfig) {
    synchronized (startLock) {
      if (session.stopping()) {
        return;
      }
      ReplicaManager manager = new ReplicaManager(new ReplicaManager.Parts(logDirs, logConfig, config.broker(),
          session, controllers, leaders, clock, wallClock, random, this::fail));
      replicas = manager;
      manager.start();
      new ReplicaEndpoints(manager, session, config.http().maxBodyBytes() + 1024 * 1024).addTo(server);
      HeartbeatLoop beat = new HeartbeatLoop(session, controllers, clock, config.broker().heartbeatMs(),
          () -> catalog.image().index(), manager::isReconciled, manager::storageReport, this::fail);
      heartbeats = beat;
      manager.onStorageNews(beat::hurry);
      MetadataFollower following = new MetadataFollower(metadataSource, catalog, delta -> {
        boolean before = manager.isReconciled();
        manager.onDelta(delta);
        if (!before && manager.isReconciled()) {
          beat.hurry();
        }
      }, session::clusterId, this::fail);
      follower = following;
      state = BrokerState.FENCED;
      beat.start();
      following.start();
    }
  }

  /** A new directory learns from the quorum which cluster it belongs to (Q1). */
  private String awaitClusterId() throws InterruptedException {
    String configured = config.clusterId();
    if (configured != null) {
      return configured;
    }
    while (!session.stopping()) {
      try {
        return metadataSource.fetch(1, 1, 0).clusterId();
      } catch (IOException e) {
        LOG.debug("event=cluster_id_unknown reason=\"{}\"", e.getMessage());
        metadataSource.next();
        session.pause(100);
      }
    }
    throw new InterruptedException("stopping");
  }

  private void requireConfiguredCluster(String clusterId) throws IOException {
    String configured = config.clusterId();
    if (configured != null && !configured.equals(clusterId)) {
      throw new IOException("cluster.id=" + configured + ", but the data in " + config.logDirs()
          + " belongs to cluster " + clusterId);
    }
  }

  /** Something that leaves no way on: storage, an invariant, or this broker's identity taken over. */
  private void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      state = BrokerState.FAILED;
      LOG.error("event=broker_failed broker={}", config.nodeId(), cause);
      onFatal.accept(cause);
    }
  }

  /** What this broker knows of itself and the cluster. */
  public BrokerView view() {
    return new LiveBrokerView(session, catalog);
  }

  /** The way to the active controller. */
  public ControllerCalls controllers() {
    return controllers;
  }

  /** The administrators' way to the active controller. */
  public MaintenanceCalls maintenance() {
    return new HttpMaintenanceCalls(controllers);
  }

  /** The partitions led here; nothing is led before the broker is up. */
  public PartitionService partitions() {
    return new StartingPartitions();
  }

  @Override
  public BrokerStatus status() {
    ReplicaManager manager = replicas;
    ReplicaManager.Counts counts = manager == null ? ReplicaManager.Counts.NONE : manager.counts();
    SortedMap<String, Boolean> directories = manager == null ? new TreeMap<>() : manager.directories();
    return new BrokerStatus(currentState(), session.brokerEpoch(), session.fenced(), session.leaseValid(),
        logsRecovered,
        logsFound, catalog.image().index(), catalog.commitIndex(), counts.replicas(), counts.neverInSync(),
        counts.leaders(), counts.offline(), directories);
  }

  @Override
  public ProducerCounts producers() {
    ReplicaManager manager = replicas;
    return manager == null ? ProducerCounts.NONE : manager.producers();
  }

  @Override
  public OptionalLong heartbeatAgeMs() {
    HeartbeatLoop beat = heartbeats;
    return beat == null ? OptionalLong.empty() : OptionalLong.of(clock.millis() - beat.lastBeatMs());
  }

  private BrokerState currentState() {
    BrokerState now = state;
    return now == BrokerState.FENCED && !session.fenced() ? BrokerState.RUNNING : now;
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    session.stop();
    Thread starting;
    synchronized (startLock) {
      starting = starter;
      if (state != BrokerState.FAILED) {
        state = BrokerState.STOPPING;
      }
    }
    join(starting);
    handOver();
    closeAll();
    LOG.info("event=broker_stopped broker={}", config.nodeId());
  }

  private static void join(@Nullable Thread thread) {
    if (thread == null) {
      return;
    }
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks the controllers to move leaderships away, while followers go on fetching (M19). */
  private void handOver() {
    HeartbeatLoop beat = heartbeats;
    if (beat == null || failure.get() != null) {
      return;
    }
    try {
      boolean released = beat.awaitControlledShutdown(config.broker().shutdownMaxWaitMs());
      LOG.info("event=controlled_shutdown released={}", released);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    HeartbeatLoop beat = heartbeats;
    if (beat != null) {
      beat.close();
    }
    MetadataFollower following = follower;
    if (following != null) {
      following.close();
    }
    ReplicaManager manager = replicas;
    if (manager != null) {
      manager.close();
    }
    closeLogs();
    metadataSource.close();
    leaders.close();
    controllers.close();
  }

  private void closeLogs() {
    ReplicaManager manager = replicas;
    boolean orderly = failure.get() == null && session.brokerEpoch() != BrokerSession.NO_EPOCH;
    for (OpenLogDir dir : logDirs) {
      try {
        if (orderly && (manager == null || manager.isOnline(dir.id()))) {
          dir.store().closeCleanly(session.brokerEpoch());
        } else {
          dir.store().close();
        }
      } catch (LogFailedException e) {
        // No mark then: the next start looks what is there.
        LOG.error("event=close_failed directory={}", dir.name(), e);
      }
    }
  }

  /** The replicas once they are there. */
  private final class StartingPartitions implements PartitionService {
    private static final String STARTING = "this broker is still starting";

    @Override
    public CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, int acks,
        long timeoutMs) {
      ReplicaManager manager = replicas;
      return manager == null
          ? CompletableFuture.completedFuture(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, STARTING))
          : manager.append(partition, batch, acks, timeoutMs);
    }

    @Override
    public CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes, int minBytes,
        long maxWaitMs) {
      ReplicaManager manager = replicas;
      return manager == null
          ? CompletableFuture.completedFuture(new ReadOutcome.Failed(ErrorCode.NOT_LEADER, STARTING))
          : manager.read(partition, offset, maxBytes, minBytes, maxWaitMs);
    }

    @Override
    public OffsetsOutcome offsets(TopicIdPartition partition) {
      ReplicaManager manager = replicas;
      return manager == null
          ? new OffsetsOutcome.Failed(ErrorCode.NOT_LEADER, STARTING)
          : manager.offsets(partition);
    }
  }
}
