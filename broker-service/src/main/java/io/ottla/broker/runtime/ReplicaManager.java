package io.ottla.broker.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.ottla.broker.catalog.MetadataListener;
import io.ottla.broker.lifecycle.BrokerSession;
import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.lifecycle.ProducerCounts;
import io.ottla.broker.lifecycle.StorageReport;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.PartitionView;
import io.ottla.broker.replica.ReplicationSettings;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.common.config.NodeConfig.BrokerSettings;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.FetchRequest;
import io.ottla.common.wire.ReplicaStatusResponse;

/**
 * This broker's replicas: follows the metadata, leads and follows as it says, and serves whoever asks for records. Metadata comes in on one
 * thread; the rest is for any thread.
 *
 * <p>Until the metadata contains this process's own registration, nothing is opened, led, followed or set aside: what came before speaks of an
 * earlier life of this broker (M38).
 */
public final class ReplicaManager implements PartitionService, MetadataListener, BrokerStates, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaManager.class);

  private final BrokerSession session;
  private final Purgatory purgatory;
  private final List<LogDir> dirs;
  private final OfflineReplicas offline;
  private final StorageGuard guard;
  private final MisplacedReplicas misplaced;
  private final Following fetchers;
  private final IsrLoop isrLoop;
  private final HostedPartitions partitions;
  private final FetchHandler fetchHandler;
  private final StorageClerk clerk;
  private final RetentionLoop retention;
  private final CleanerLoop cleaner;
  private final LongAdder duplicates = new LongAdder();
  private final List<OpenLogDir> opened;
  /** Replicas for which there was no room yet. Under the lock of {@link #onDelta}. */
  private final Set<TopicIdPartition> unplaced = new TreeSet<>();
  private volatile MetadataImage image = MetadataImage.EMPTY;
  private volatile boolean reconciled;

  /**
   * What the manager works with.
   *
   * @param wallClock milliseconds since 1970, for bounds on timestamps only
   * @param fatal told of failures after which the process must end: the last log directory, or a broken invariant
   */
  public record Parts(List<OpenLogDir> dirs, LogConfig logDefaults, BrokerSettings settings, BrokerSession session,
      ControllerCalls controllers, LeaderFetchCalls leaders, MonotonicClock clock, LongSupplier wallClock,
      RandomSource random, Consumer<Throwable> fatal) {}

  /** Starts no thread yet. */
  public ReplicaManager(Parts parts) {
    this(parts, null);
  }

  /** With other workers than threads; then it is never started. */
  ReplicaManager(Parts parts, @Nullable Workers instead) {
    this.session = parts.session();
    this.opened = List.copyOf(parts.dirs());
    this.dirs = opened.stream().map(LogDir::new).toList();
    this.offline = new OfflineReplicas(session.brokerId());
    this.misplaced = new MisplacedReplicas(session.brokerId());
    BrokerSettings settings = parts.settings();
    boolean sync = settings.durability().forcesBeforeAck();
    this.isrLoop = new IsrLoop(parts.controllers(), session, parts.clock(), settings.replicaLagMs(), this::hosted);
    Workers workers = instead == null ? threads(parts, sync) : instead;
    this.guard = new StorageGuard(dirs, offline, this::hostedOrNull, this::hosted, workers.aside(), parts.fatal());
    this.purgatory = workers.purgatory();
    this.fetchers = workers.following();
    HostServices services = new HostServices(parts.clock(), session, this, purgatory, workers.forces(), workers.isr(),
        guard, parts.fatal(), duplicates);
    this.partitions = new HostedPartitions(dirs, offline, parts.logDefaults(),
        new ReplicationSettings(sync, settings.replicaLagMs()), workers.replicas(), services, parts.random(),
        parts.wallClock());
    this.fetchHandler = new FetchHandler(partitions);
    this.clerk = new StorageClerk(dirs, this::hosted, settings, guard, this::retryUndone, parts.fatal());
    this.retention = new RetentionLoop(this::hosted, parts.wallClock(), parts.clock());
    this.cleaner = new CleanerLoop(this::hosted, parts.wallClock());
  }

  private Workers threads(Parts parts, boolean sync) {
    BrokerSettings settings = parts.settings();
    FetchSettings fetching = new FetchSettings(settings.fetchWaitMs(), settings.fetchMaxBytes(),
        settings.fetchResponseMaxBytes(), sync);
    Fetchers threads = new Fetchers(new FetchServices(parts.clock(), session, fetching, parts.leaders(),
        this::internalEndpoint, new AtomicLong(), parts.fatal()));
    return new Workers(new Purgatory(), partition -> partition.dir().forces().request(partition), isrLoop, threads,
        action -> Thread.ofPlatform().name("ottla-storage-failure").daemon().start(action), PartitionReplica::new);
  }

  /** Starts the threads. */
  public void start() {
    dirs.forEach(dir -> dir.forces().start());
    isrLoop.start();
    clerk.start();
    retention.start();
    cleaner.start();
  }

  /** The replicas in service. Any thread. */
  Collection<HostedPartition> hosted() {
    return partitions.all();
  }

  private @Nullable HostedPartition hostedOrNull(TopicIdPartition id) {
    return partitions.get(id);
  }

  /** What to call when there is something new for the next heartbeat to tell. */
  public void onStorageNews(Runnable action) {
    guard.onNews(action);
  }

  /** What the next heartbeat tells about the logs. */
  public StorageReport storageReport() {
    return new StorageReport(guard.offlineDirectories(), offline.toReport(), misplaced.toReport());
  }

  // ---- records

  @Override
  public CompletableFuture<AppendOutcome> append(TopicIdPartition partition, ByteBuffer batch, int acks,
      long timeoutMs) {
    HostedPartition hosted = partitions.get(partition);
    return hosted == null
        ? CompletableFuture.completedFuture(new AppendOutcome.Failed(ErrorCode.NOT_LEADER, notHere(partition)))
        : hosted.append(batch, acks, timeoutMs);
  }

  @Override
  public CompletableFuture<ReadOutcome> read(TopicIdPartition partition, long offset, int maxBytes, int minBytes,
      long maxWaitMs) {
    HostedPartition hosted = partitions.get(partition);
    return hosted == null
        ? CompletableFuture.completedFuture(new ReadOutcome.Failed(ErrorCode.NOT_LEADER, notHere(partition)))
        : hosted.read(offset, maxBytes, minBytes, maxWaitMs);
  }

  @Override
  public OffsetsOutcome offsets(TopicIdPartition partition) {
    HostedPartition hosted = partitions.get(partition);
    return hosted == null ? new OffsetsOutcome.Failed(ErrorCode.NOT_LEADER, notHere(partition)) : hosted.offsets();
  }

  /**
   * Deletes the records of a partition below an offset, if this broker leads it (P40).
   *
   * @param offset the first offset to keep, or {@link io.ottla.common.wire.ForwardReadRequest#LATEST} for the high watermark
   */
  public DeleteOutcome deleteRecords(TopicIdPartition partition, long offset) {
    HostedPartition hosted = partitions.get(partition);
    return hosted == null
        ? new DeleteOutcome.Failed(ErrorCode.NOT_LEADER, notHere(partition))
        : hosted.deleteRecords(offset);
  }

  private String notHere(TopicIdPartition partition) {
    return "broker " + session.brokerId() + " does not host " + partition;
  }

  /** Serves a follower; blocks up to its wait. Callers run on virtual threads. */
  public FetchReply fetch(FetchRequest request) throws InterruptedException {
    return fetchHandler.handle(request);
  }

  // ---- metadata

  @Override
  public synchronized void onDelta(MetadataDelta delta) {
    image = delta.image();
    long registration = session.brokerEpoch();
    if (registration == BrokerSession.NO_EPOCH || delta.image().index() < registration) {
      return;
    }
    if (!reconciled) {
      reconcile(delta.image());
    } else if (!delta.isEmpty()) {
      applyDelta(delta);
    }
  }

  /** Does what had to be put off for want of room, or because it was not known yet that a log had failed. Called about every second. */
  synchronized void retryUndone() {
    if (!reconciled) {
      return;
    }
    partitions.all().forEach(HostedPartition::retryPutOff);
    Set<TopicIdPartition> again = new TreeSet<>(unplaced);
    unplaced.clear();
    again.addAll(offline.all());
    SortedMap<TopicIdPartition, PartitionState> states = new TreeMap<>();
    for (TopicIdPartition id : again) {
      image.partition(id.topicId(), id.partition()).filter(state -> state.isReplica(session.brokerId()))
          .ifPresent(state -> states.put(id, state));
    }
    open(states.keySet(), image);
    states.forEach((id, state) -> apply(id, state, image));
  }

  private void open(Collection<TopicIdPartition> wanted, MetadataImage now) {
    unplaced.addAll(partitions.open(wanted, now));
  }

  /** Whether the replicas act on metadata that contains the own registration (M38). */
  public boolean isReconciled() {
    return reconciled;
  }

  /** The whole image at once: what this process hosts from now on, and which logs are nobody's (M38, M39). */
  private void reconcile(MetadataImage now) {
    SortedMap<TopicIdPartition, PartitionState> mine = new TreeMap<>();
    now.forEachPartition((topic, number, state) -> {
      if (state.isReplica(session.brokerId())) {
        mine.put(new TopicIdPartition(topic.id(), number), state);
      }
    });
    open(mine.keySet(), now);
    for (int i = 0; i < dirs.size(); i++) {
      partitions.setAsideStrays(dirs.get(i), opened.get(i).found());
    }
    mine.forEach((id, state) -> apply(id, state, now));
    reconciled = true;
    LOG.info("event=replicas_ready count={} appliedIndex={}", mine.size(), now.index());
  }

  private void applyDelta(MetadataDelta delta) {
    MetadataImage now = delta.image();
    removeDeleted(delta.deletedTopics());
    SortedMap<TopicIdPartition, PartitionState> mine = new TreeMap<>();
    SortedMap<TopicIdPartition, PartitionState> left = new TreeMap<>();
    delta.changedPartitions().forEach((id, state) -> {
      if (state.isReplica(session.brokerId())) {
        mine.put(id, state);
      } else if (partitions.get(id) != null || offline.contains(id)) {
        left.put(id, state);
      }
    });
    removeReassigned(left, now);
    open(mine.keySet(), now);
    mine.forEach((id, state) -> apply(id, state, now));
    configuredTopics(delta).forEach(topic -> applySettings(topic, now));
  }

  /** Topics whose settings may have changed: those named, and all when the cluster's defaults have. */
  private static List<TopicImage> configuredTopics(MetadataDelta delta) {
    if (delta.changedConfigs().contains(ConfigResource.CLUSTER)) {
      return delta.image().topics();
    }
    return delta.changedConfigs().stream().filter(resource -> resource.type() == ConfigResource.Type.TOPIC)
        .flatMap(resource -> delta.image().topic(resource.name()).stream()).toList();
  }

  /** Settings reach every partition below: min.insync.replicas alone can move a high watermark (P21). */
  private void applySettings(TopicImage topic, MetadataImage now) {
    partitions.configure(topic, now);
    for (int number = 0; number < topic.partitions().size(); number++) {
      TopicIdPartition id = new TopicIdPartition(topic.id(), number);
      if (partitions.get(id) != null) {
        apply(id, topic.partitions().get(number), now);
      }
    }
  }

  private void removeDeleted(Map<?, TopicImage> deleted) {
    List<TopicIdPartition> gone = new ArrayList<>();
    for (TopicImage topic : deleted.values()) {
      for (int number = 0; number < topic.partitions().size(); number++) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), number);
        if (partitions.get(id) != null || offline.contains(id)) {
          fetchers.stopFollowing(id);
          misplaced.forget(id);
          gone.add(id);
        }
      }
    }
    if (!gone.isEmpty()) {
      partitions.delete(gone);
    }
  }

  /** A reassignment took these replicas away; only now, with the change applied, do their logs go (M33). */
  private void removeReassigned(SortedMap<TopicIdPartition, PartitionState> left, MetadataImage now) {
    left.forEach((id, state) -> {
      apply(id, state, now); // whoever waits here for acks is told that the leadership ended
      fetchers.stopFollowing(id);
      misplaced.forget(id);
      unplaced.remove(id);
    });
    if (!left.isEmpty()) {
      partitions.delete(left.keySet());
    }
  }

  private void apply(TopicIdPartition id, PartitionState state, MetadataImage now) {
    TopicImage topic = now.topic(id.topicId()).orElse(null);
    if (topic == null) {
      return;
    }
    PartitionView view = new PartitionView(state, now.effectiveMinIsr(topic, state));
    HostedPartition hosted = partitions.get(id);
    if (hosted != null && hosted.serves() && !offline.contains(id)) {
      apply(hosted, view);
    } else if (hosted != null && !offline.contains(id)) {
      // Its directory failed while it was being put into service.
      hosted.apply(view);
      offline.add(id, hosted.goOffline(), hosted.dir());
    } else if (hosted != null) {
      hosted.apply(view);
    }
    if (offline.contains(id) && !state.isReplica(session.brokerId())) {
      partitions.delete(List.of(id));
    } else if (offline.contains(id)) {
      applyOffline(id, view, now);
    }
  }

  private void apply(HostedPartition hosted, PartitionView view) {
    PartitionState state = view.state();
    switch (hosted.apply(view)) {
      case BECAME_FOLLOWER -> fetchers.follow(hosted, state.leader());
      case BECAME_LEADER, BECAME_IDLE -> fetchers.stopFollowing(hosted.id());
      case UPDATED, IGNORED -> {
      }
    }
    misplaced.note(hosted.id(), hosted.dir().id(), state);
  }

  /** A replica without a usable log: it comes back when the controllers have taken it out and there is something to copy (P43, P45). */
  private void applyOffline(TopicIdPartition id, PartitionView view, MetadataImage now) {
    misplaced.forget(id);
    boolean back = switch (offline.judge(id, view.state())) {
      case REBUILD -> partitions.rebuild(id, now);
      case LEAD_WITH_THE_REST -> partitions.serveTheRest(id, now);
      case WAIT_FOR_REMOVAL -> false;
      case KEEP -> keep(id);
    };
    HostedPartition fresh = back ? partitions.get(id) : null;
    if (fresh != null) {
      LOG.info("event=replica_begun_anew partition={} topic={} directory={}", id, fresh.topic(), fresh.dir());
      apply(fresh, view);
    }
  }

  /** Nobody who has everything committed is left, and only an operator can decide to go on without it (P43). */
  private boolean keep(TopicIdPartition id) {
    if (offline.kept(id)) {
      LOG.error(
          "event=alarm kind=NO_REPLICA_LEFT partition={} reason=\"the log of the last in-sync replica cannot be used;"
              + " what is left of it is kept\"",
          id);
    }
    return false;
  }

  private Optional<Endpoint> internalEndpoint(int brokerId) {
    return image.broker(brokerId).flatMap(broker -> broker.endpoint(Endpoint.INTERNAL));
  }

  @Override
  public long brokerEpoch(int brokerId) {
    return image.broker(brokerId).map(BrokerRegistration::brokerEpoch).orElse(UNKNOWN_EPOCH);
  }

  @Override
  public boolean active(int brokerId) {
    return image.isActive(brokerId);
  }

  // ---- status

  /** What this broker holds; digests only when asked for, since they read everything. */
  public ReplicaStatusResponse status(boolean withDigests) {
    List<ReplicaStatusResponse.Replica> replicas = new ArrayList<>();
    partitions.all().stream().sorted((a, b) -> a.id().compareTo(b.id())).forEach(hosted -> {
      HostedPartition.Snapshot at = hosted.snapshot();
      String digest = withDigests && hosted.serves()
          ? Long.toHexString(hosted.log().digest(at.logStartOffset(), at.highWatermark()))
          : "";
      replicas.add(new ReplicaStatusResponse.Replica(hosted.id().topicId(), hosted.topic(), hosted.id().partition(),
          at.role(), at.leaderEpoch(), at.logStartOffset(), at.highWatermark(), at.durableOffset(), at.logEndOffset(),
          digest));
    });
    return new ReplicaStatusResponse(session.brokerId(), session.brokerEpoch(), image.index(), session.fenced(),
        replicas);
  }

  /** Numbers of replicas for health and metrics; those offline are not among the others. */
  public record Counts(int replicas, int leaders, int neverInSync, int offline) {
    /** Before anything is hosted. */
    public static final Counts NONE = new Counts(0, 0, 0, 0);
  }

  /** Whether this log directory is in service. */
  public boolean isOnline(UUID directory) {
    return dirs.stream().anyMatch(dir -> dir.id().equals(directory) && dir.isOnline());
  }

  /** Paths of the log directories, and whether each is in service. */
  public SortedMap<String, Boolean> directories() {
    SortedMap<String, Boolean> online = new TreeMap<>();
    dirs.forEach(dir -> online.put(dir.name(), dir.isOnline()));
    return online;
  }

  /** Counts the replicas. */
  public Counts counts() {
    int leaders = 0;
    int never = 0;
    for (HostedPartition hosted : partitions.all()) {
      leaders += hosted.leads() ? 1 : 0;
      never += hosted.wasInSync() ? 0 : 1;
    }
    return new Counts(partitions.count(), leaders, never, offline.count());
  }

  /** Counts the idempotent producers. */
  public ProducerCounts producers() {
    long remembered = 0;
    for (HostedPartition hosted : partitions.all()) {
      remembered += hosted.log().producers().size();
    }
    return new ProducerCounts(remembered, duplicates.sum());
  }

  /** Appends and reads that wait at the moment. */
  public int waiting() {
    return purgatory.waiting();
  }

  /** Ends following and leading: answers whoever waits, and lets no thread touch a log any more. The logs stay open. */
  @Override
  public void close() {
    fetchers.close();
    isrLoop.close();
    retention.close();
    cleaner.close();
    partitions.all().forEach(HostedPartition::close);
    dirs.forEach(dir -> dir.forces().close());
    clerk.close();
    purgatory.close();
  }
}
