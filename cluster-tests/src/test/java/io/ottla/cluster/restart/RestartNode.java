package io.ottla.cluster.restart;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.lifecycle.Registrar;
import io.ottla.broker.lifecycle.StartedDirectory;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.MemoryDisk;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.RecoveryReport;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.replica.FetchDecision;
import io.ottla.broker.replica.FollowerAnswer;
import io.ottla.broker.replica.FollowerFetch;
import io.ottla.broker.replica.FollowerReplica;
import io.ottla.broker.replica.IsrAnswer;
import io.ottla.broker.replica.IsrProposal;
import io.ottla.broker.replica.LeaderReplica;
import io.ottla.broker.replica.PartitionReplica;
import io.ottla.broker.replica.PartitionView;
import io.ottla.broker.replica.ReplicationSettings;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.broker.runtime.BrokerLog;
import io.ottla.common.config.Durability;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.record.AppendLimits;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A broker without threads: its disk outlives its processes. */
final class RestartNode {
  private static final LogConfig LOGS = new LogConfig(1 << 20, 4096, AppendLimits.DEFAULT);
  private static final String FIRST_SEGMENT = "00000000000000000000.log";

  private final int id;
  private final RestartWorld world;
  private MemoryDisk disk;
  private @Nullable Process process;
  private long requestSeq;

  /** What ends with a process. */
  private static final class Process {
    final LogStore store;
    final DirectoryRecord manifest;
    final long brokerEpoch;
    @Nullable
    PartitionLog log;
    @Nullable
    PartitionReplica replica;

    Process(LogStore store, DirectoryRecord manifest, long brokerEpoch) {
      this.store = store;
      this.manifest = manifest;
      this.brokerEpoch = brokerEpoch;
    }
  }

  RestartNode(int id, RestartWorld world) {
    this.id = id;
    this.world = world;
    this.disk = new MemoryDisk(world.nextUuid());
  }

  int id() {
    return id;
  }

  boolean isUp() {
    return process != null;
  }

  private Process up() {
    return Objects.requireNonNull(process, "broker is down");
  }

  long brokerEpoch() {
    return up().brokerEpoch;
  }

  // ---- life

  void comeUp() {
    LogStore store = new LogStore(disk, LOGS);
    LogStore.StartReport report = store.start();
    DirectoryRecord manifest = new DirectoryRecord(disk);
    List<TopicIdPartition> found = report.recoveries().stream().map(RecoveryReport::id).toList();
    StartedDirectory evidence = new StartedDirectory(disk.directoryId(), manifest, "",
        report.cleanShutdownEpoch().orElse(-1), manifest.isComplete(found) && !report.isDamaged(), !manifest.isNew());
    DirectoryRecord.Registration previous = manifest.registration();
    long epoch = world.register(new RegisterBrokerCommand(RestartWorld.CLUSTER, id, world.nextUuid(),
        List.of(disk.directoryId()), List.of(new Endpoint(Endpoint.INTERNAL, "h" + id, 9_000)), null, new TreeMap<>(),
        previous == null ? -1 : previous.brokerEpoch(), Registrar.restartClass(List.of(evidence)), "sync"));
    manifest.store(new DirectoryRecord.Registration(epoch, Durability.SYNC));
    process = new Process(store, manifest, epoch);
  }

  void goDown(Fate fate, long seed) {
    Process ending = up();
    process = null;
    if (fate == Fate.STOPPED) {
      ending.store.closeCleanly(ending.brokerEpoch);
    } else {
      // What was forced a second ago is known to be forced.
      ending.store.checkpointRecoveryPoints();
      disk.losePower(new Random(seed));
    }
    switch (fate) {
      case WIPED -> disk = new MemoryDisk(world.nextUuid());
      case ROBBED -> disk.wipe(world.partition);
      case ROTTEN -> disk.rot(world.partition, FIRST_SEGMENT, 70);
      case KILLED, STOPPED -> {
      }
    }
  }

  /** What changes when anything happens. */
  @Override
  public String toString() {
    Process now = process;
    PartitionLog log = now == null ? null : now.log;
    PartitionReplica replica = now == null ? null : now.replica;
    return " " + id + (log == null || replica == null
        ? ""
        : ":" + log.logEndOffset() + ":" + log.durableOffset() + ":" + replica.highWatermark());
  }

  // ---- the replica

  /** Applies the committed metadata, as far as it concerns the partition. */
  void apply(long nowMs) {
    Process now = up();
    MetadataImage image = world.image();
    PartitionState state = world.state();
    if (image.broker(id).map(broker -> broker.brokerEpoch() != now.brokerEpoch).orElse(true)) {
      return;
    }
    if (now.replica == null) {
      open(now, state);
    }
    if (now.replica != null) {
      now.replica.apply(new PartitionView(state, image.effectiveMinIsr(world.partition.topicId())), nowMs);
    }
  }

  /** P43, P45: the registration took a replica that lost something out of ISR and ELR; it begins anew when somebody leads. */
  private void open(Process now, PartitionState state) {
    PartitionLog log = now.store.log(world.partition).orElse(null);
    boolean lost = log == null && (now.store.isDamaged(world.partition) || now.manifest.lists(world.partition));
    if (lost && (!state.hasLeader() || state.leader() == id)) {
      return;
    }
    if (log == null) {
      now.store.setAside(world.partition);
      log = now.store.create(new PartitionMetadata(world.partition, "t", world.nextUuid()));
      now.manifest.replaceManifest(List.of(world.partition));
    }
    now.log = log;
    now.replica = new PartitionReplica(id, new BrokerLog(log, () -> 1_000L), 0,
        new ReplicationSettings(true, 10_000), (kind, detail) -> {
          throw new AssertionError(kind + ": " + detail);
        });
  }

  @Nullable
  LeaderReplica leader() {
    Process now = process;
    return now == null || now.replica == null ? null : now.replica.leader();
  }

  PartitionLog log() {
    return Objects.requireNonNull(up().log);
  }

  long highWatermark() {
    return Objects.requireNonNull(up().replica).highWatermark();
  }

  void force() {
    log().flush();
    LeaderReplica leader = leader();
    if (leader != null) {
      leader.onForced();
    }
  }

  void fetchFrom(RestartNode leading, LeaderReplica leader, long nowMs) {
    PartitionReplica replica = up().replica;
    FollowerReplica follower = replica == null ? null : replica.follower();
    if (follower == null || follower.leader() != leading.id()) {
      return;
    }
    FollowerReplica.Position at = follower.position();
    requestSeq++;
    FetchDecision decision = leader.onFetch(new FollowerFetch(id, brokerEpoch(), requestSeq, at.incarnation(),
        at.leaderEpoch(), at.fetchOffset(), at.lastFetchedEpoch(), at.durableOffset()), world, nowMs);
    switch (decision) {
      case FetchDecision.Refused(ErrorCode _, String _) -> {
      }
      case FetchDecision.Diverged(EpochEnd end) -> follower.onAnswer(answer(at, leading, end, ByteBuffer.allocate(0)));
      case FetchDecision.Serve(long from) -> {
        PartitionLog source = leading.log();
        ByteBuffer batches = from < source.logEndOffset()
            ? source.verified(source.read(from, 1 << 20, source.logEndOffset()))
            : ByteBuffer.allocate(0);
        follower.onAnswer(answer(at, leading, null, batches));
        log().flush();
      }
    }
  }

  private static FollowerAnswer answer(FollowerReplica.Position at, RestartNode leading, @Nullable EpochEnd diverged,
      ByteBuffer batches) {
    return new FollowerAnswer(at.leaderEpoch(), at.fetchOffset(), at.lastFetchedEpoch(), leading.highWatermark(),
        leading.log().logStartOffset(), diverged, false, batches);
  }

  void propose(LeaderReplica leader, IsrProposal proposal) {
    AlterPartitionCommand.Answer answer = world.alter(new AlterPartitionCommand(id, brokerEpoch(),
        List.of(new AlterPartitionCommand.Proposal(world.partition, proposal.leaderEpoch(), proposal.partitionEpoch(),
            proposal.newIsr().stream()
                .map(member -> new AlterPartitionCommand.Member(member.brokerId(), member.brokerEpoch())).toList(),
            proposal.recovered() ? LeaderRecoveryState.RECOVERED : LeaderRecoveryState.RECOVERING))));
    ErrorCode error = answer.error();
    leader.onProposalAnswer(proposal,
        error == null ? new IsrAnswer.Accepted(answer.partitionEpoch()) : new IsrAnswer.Refused(error));
  }
}
