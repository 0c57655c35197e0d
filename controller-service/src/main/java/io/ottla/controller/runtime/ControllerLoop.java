package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.Decision;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.VoterChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata side of a controller, on the Raft thread: applies what is committed and, while active, turns commands and duties into
 * entries (M3) and answers when they are committed and applied (M4, Q26). Being on one thread with the core, a decision and its append are
 * one step: nothing can come between them.
 */
final class ControllerLoop implements RaftListener {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);
  private static final byte[] NO_RECORDS = "[]".getBytes(StandardCharsets.UTF_8);
  private static final int APPLY_ENTRIES = 256;
  private static final int APPLY_BYTES = 1 << 20;
  private static final long REWRITE_MS = 10_000;
  private static final int MAX_DUTIES = 64;

  private final ClusterControl control;
  private final MetadataPublisher publisher;
  private final RuntimeObserver observer;
  private final ElectionReport elections;
  private final PendingWrites pending;
  private final PendingReadPoints reads = new PendingReadPoints();
  private final WaitingCommands waiting;
  private final RecentImages recent = new RecentImages();
  private final SnapshotLoop snapshots;
  private final SnapshotPolicy policy;
  private final Queue<CompletableFuture<SnapshotLoop.Written>> snapshotCallers = new ArrayDeque<>();
  private final Map<Integer, Contact> contacts = new ConcurrentHashMap<>();
  private Role role = Role.FOLLOWER;
  private long commitIndex;
  private long activeTerm;
  private int snapshotsLoading;
  private boolean writingSnapshot;
  private long bytesSinceSnapshot;
  private long lastSnapshotMs = Long.MIN_VALUE;
  private long lastSnapshotIndex;
  private RaftNotice.@Nullable LeaderActivated activation;
  private volatile @Nullable ControllerStatus status;
  private volatile Consumer<ControllerStatus> statusFollower = _ -> {};

  private record Contact(long brokerEpoch, long arrivedMs) {}

  /** @param leaderPatienceMs how long a command waits here for a leader at most, between two of them */
  ControllerLoop(ClusterControl control, MetadataPublisher publisher, SnapshotLoop snapshots, SnapshotPolicy policy,
      RuntimeObserver observer, long leaderPatienceMs) {
    this.control = control;
    this.waiting = new WaitingCommands(leaderPatienceMs);
    this.publisher = publisher;
    this.snapshots = snapshots;
    this.policy = policy;
    this.observer = observer;
    this.elections = new ElectionReport(control, observer);
    this.pending = new PendingWrites(observer);
    this.commitIndex = control.committed().index();
    this.lastSnapshotIndex = commitIndex;
    recent.add(control.committed());
  }

  /** Where this loop finds the Raft thread to go on with what other threads have done. */
  interface RaftThread {
    void post(Mailbox.Work work);
  }

  private RaftThread raftThread = _ -> {
    throw new IllegalStateException("not started");
  };

  /** To be called before the Raft thread starts. */
  void connect(RaftThread thread) {
    raftThread = thread;
  }

  /** The newest committed images. Any thread. */
  RecentImages recentImages() {
    return recent;
  }

  /** A judgement on the metadata; runs on the Raft thread. */
  @FunctionalInterface
  interface Call<R> {
    Decision<R> decide(ClusterControl control, long nowMs);
  }

  /** Notes a heartbeat's arrival before it waits for anything (M15). Any thread. */
  void contact(int brokerId, long brokerEpoch, long arrivedMs) {
    contacts.put(brokerId, new Contact(brokerEpoch, arrivedMs));
  }

  /** The latest status, null before the first tick. Any thread. */
  @Nullable
  ControllerStatus status() {
    return status;
  }

  /** Shows each new status to somebody, on the Raft thread. Any thread. */
  void onStatus(Consumer<ControllerStatus> follower) {
    statusFollower = follower;
  }

  /** A hint that a broker's process is gone; on the Raft thread. Heartbeats that have arrived count before it, though they still wait (M15). */
  void brokerGone(RaftAccess raft, int brokerId, long brokerEpoch, long observedMs) {
    if (activeTerm == 0) {
      return;
    }
    noteContacts();
    if (control.brokerGone(brokerId, brokerEpoch, observedMs)) {
      LOG.info("event=broker_gone broker={} brokerEpoch={} observedMsAgo={}", brokerId, brokerEpoch,
          raft.nowMs() - observedMs);
      doDuties(raft);
    }
  }

  /** Decides, appends, and answers later; between two leaders it waits a moment for one. On the Raft thread. */
  <R> void execute(RaftAccess raft, Call<R> call, CompletableFuture<R> answer) {
    execute(raft, waiting.command(call, answer, raft.nowMs()));
  }

  private <R> void execute(RaftAccess raft, WaitingCommands.Command<R> command) {
    if (activeTerm == 0) {
      if (isBetweenLeaders(raft.report())) {
        waiting.add(command, raft.nowMs());
      } else {
        command.refuse();
      }
      return;
    }
    Call<R> call = command.call();
    CompletableFuture<R> answer = command.answer();
    Decision<R> decision;
    try {
      decision = call.decide(control, raft.nowMs());
    } catch (OttlaException refusal) {
      answer.completeExceptionally(refusal);
      return;
    }
    if (!decision.hasRecords()) {
      pending.awaitSpeculative(decision.waitForIndex(), decision.result(), answer);
      pending.applied(control.committed().index());
      return;
    }
    switch (append(raft, decision.records())) {
      case RaftAccess.Proposed.Appended appended ->
        pending.awaitCommit(appended.proposalId(), decision.result(), answer);
      case RaftAccess.Proposed.Refused(RaftNotice.Refusal reason) when reason == RaftNotice.Refusal.TRANSFERRING ->
        waiting.add(command, raft.nowMs()); // the successor is known in a moment, or this one goes on
      case RaftAccess.Proposed.Refused(RaftNotice.Refusal reason) -> answer.completeExceptionally(switch (reason) {
        case BUSY -> new OttlaException(ErrorCode.BUSY, "too many metadata changes are under way; try again");
        case TOO_LARGE -> new OttlaException(ErrorCode.INVALID_REQUEST, "the change is too large for one entry");
        case NOT_LEADER, TRANSFERRING, CHANGE_PENDING, ALREADY_VOTER, NOT_REMOVABLE, NOT_CAUGHT_UP, WOULD_LOSE_QUORUM ->
          notController();
      });
    }
    doDuties(raft);
  }

  /** No leader is known, or it is this controller and its term is not open yet. */
  private static boolean isBetweenLeaders(QuorumReport quorum) {
    ReplicaKey leader = quorum.leader();
    return leader == null || leader.equals(quorum.self());
  }

  /** There may be a leader now, here or elsewhere, or some have waited in vain. */
  private void executeWaiting(RaftAccess raft) {
    for (WaitingCommands.Command<?> command : waiting.takeAll()) {
      execute(raft, command);
    }
  }

  /** Changes the voters by one; answers with the index of the entry once it is committed and applied (Q36, Q37). */
  void changeVoters(RaftAccess raft, VoterChange change, CompletableFuture<Long> answer) {
    if (activeTerm == 0) {
      answer.completeExceptionally(notController());
      return;
    }
    switch (raft.changeVoters(change)) {
      case RaftAccess.Proposed.Appended appended -> {
        control.appended(appended.index(), activeTerm, List.of(), raft.nowMs());
        LOG.info("event=voters_changing index={} change={}", appended.index(), change);
        pending.awaitCommit(appended.proposalId(), new Decision.Accepted<>(appended.index()), answer);
      }
      case RaftAccess.Proposed.Refused(RaftNotice.Refusal reason) ->
        answer.completeExceptionally(VoterChanges.refused(change, reason));
    }
  }

  /** A linearizable read: the committed image at some moment after now (Q30). */
  void read(RaftAccess raft, CompletableFuture<MetadataImage> answer) {
    raft.readIndex(reads.begin(answer));
  }

  /** Writes a snapshot of what is applied now, or joins the one being written. */
  void snapshot(RaftAccess raft, CompletableFuture<SnapshotLoop.Written> answer) {
    if (control.committed().index() == 0 || snapshotsLoading > 0) {
      answer.completeExceptionally(
          new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "nothing is applied yet; try again"));
      return;
    }
    snapshotCallers.add(answer);
    startSnapshot(raft);
  }

  private void startSnapshot(RaftAccess raft) {
    if (writingSnapshot) {
      return;
    }
    writingSnapshot = true;
    MetadataImage image = control.committed();
    long startMs = raft.nowMs();
    snapshots.write(image, raft.votersAt(image.index()),
        written -> raftThread.post(access -> snapshotWritten(access, written, startMs)));
  }

  private void snapshotWritten(RaftAccess raft, SnapshotLoop.Written written, long startMs) {
    writingSnapshot = false;
    lastSnapshotMs = startMs;
    lastSnapshotIndex = written.snapshot().id().lastIndex();
    bytesSinceSnapshot = 0;
    observer.snapshotWritten(written.millis());
    raft.snapshotWritten(written.snapshot());
    publisher.dropBefore(Math.min(lastSnapshotIndex, raft.report().firstIndex()));
    snapshotCallers.forEach(caller -> caller.complete(written));
    snapshotCallers.clear();
  }

  private void snapshotWhenDue(RaftAccess raft) {
    if (lastSnapshotMs == Long.MIN_VALUE) {
      lastSnapshotMs = raft.nowMs();
    }
    boolean news = control.committed().index() > lastSnapshotIndex;
    if (snapshotsLoading == 0 && policy.isDue(bytesSinceSnapshot, raft.nowMs() - lastSnapshotMs, news)) {
      startSnapshot(raft);
    }
  }

  /** The next one is written from memory, and so is whole whatever has become of the file; not in a loop, for the fault may be the follower's. */
  private void snapshotRefused(RaftAccess raft, RaftNotice.SnapshotRefused refused) {
    LOG.error("event=snapshot_refused peer={} id={} it may be damaged here; another one is written if there is news",
        refused.peer(), refused.id());
    boolean pause = raft.nowMs() - lastSnapshotMs < REWRITE_MS;
    if (snapshotsLoading == 0 && control.committed().index() > refused.id().lastIndex() && !pause) {
      startSnapshot(raft);
    }
  }

  /** Until its state is loaded nothing can be applied: the log may begin behind what is applied now. */
  private void snapshotInstalled(Snapshot snapshot) {
    LOG.info("event=snapshot_installed id={} bytes={}", snapshot.id(), snapshot.sizeInBytes());
    snapshotsLoading++;
    commitIndex = Math.max(commitIndex, snapshot.id().lastIndex());
    snapshots.load(image -> raftThread.post(raft -> loaded(raft, image)));
  }

  private void loaded(RaftAccess raft, MetadataImage image) {
    snapshotsLoading--;
    if (image.index() <= control.committed().index()) {
      return; // the one before had loaded this one already
    }
    control.load(image);
    publisher.reset(image.index());
    recent.add(image);
    lastSnapshotIndex = image.index();
    lastSnapshotMs = raft.nowMs();
    bytesSinceSnapshot = 0;
    pending.applied(image.index());
    reads.applied(image);
    activateWhenApplied(raft);
  }

  static OttlaException notController() {
    return new OttlaException(ErrorCode.NOT_CONTROLLER, "this controller is not the active one");
  }

  private RaftAccess.Proposed append(RaftAccess raft, List<MetadataRecord> records) {
    RaftAccess.Proposed outcome = raft.propose(activeTerm, MetadataJson.encode(records));
    if (outcome instanceof RaftAccess.Proposed.Appended appended) {
      control.appended(appended.index(), activeTerm, records, raft.nowMs());
    }
    return outcome;
  }

  @Override
  public void onNotice(RaftAccess raft, RaftNotice notice) {
    switch (notice) {
      case RaftNotice.RoleChanged changed -> {
        roleChanged(changed);
        publishStatus(raft.report()); // who asks for the leader during a failover is not to wait for a tick
        executeWaiting(raft);
      }
      case RaftNotice.LeaderActivated activated -> {
        activation = activated;
        activateWhenApplied(raft);
      }
      case RaftNotice.CommitAdvanced advanced -> {
        commitIndex = advanced.commitIndex();
        apply(raft);
      }
      case RaftNotice.ProposalCommitted committed -> {
        ControllerStatus shown = status;
        if (shown != null && shown.quorum().votersPending()) {
          publishStatus(raft.report()); // who asked for the change is not to find it pending still
        }
        pending.committed(committed.proposalId(), committed.lastIndex());
        pending.applied(control.committed().index());
      }
      case RaftNotice.ProposalIndeterminate lost -> pending.indeterminate(lost.proposalId());
      case RaftNotice.ReadReady ready -> reads.ready(ready.readId(), ready.readIndex(), control.committed());
      case RaftNotice.ReadRefused refused -> reads.refused(refused.readId());
      case RaftNotice.SnapshotInstalled installed -> snapshotInstalled(installed.snapshot());
      case RaftNotice.PeersChanged changed -> {
        LOG.info("event=peers_changed voters={} observers={}", changed.voters().voters(), changed.observers());
        observer.peers(changed.voters(), changed.observers());
        publishStatus(raft.report()); // who asked for the change is shown the voters as they are then
      }
      case RaftNotice.SnapshotRefused refused -> snapshotRefused(raft, refused);
      case RaftNotice.ConfirmedEntriesLost lost -> LOG.error(
          "event=confirmed_entries_lost peer={} confirmed={} missing_from={} its disk lost writes it had forced; it is sent them again, replace the disk (docs/recovery.md)",
          lost.peer(), lost.confirmed(), lost.missing());
      case RaftNotice.ProposalAppended _,RaftNotice.ProposalRefused _ -> {
        // Proposals are answered where they are made.
      }
    }
  }

  private void roleChanged(RaftNotice.RoleChanged changed) {
    LOG.info("event=role_changed role={} term={} leader={}", changed.role(), changed.term(), changed.leader());
    if (changed.role() != role) {
      observer.roleChanged(role, changed.role());
      role = changed.role();
    }
    if (activeTerm != 0 && (changed.role() != Role.LEADER || changed.term() != activeTerm)) {
      LOG.info("event=controller_resigned term={}", activeTerm);
      control.resign();
      activeTerm = 0;
      pending.resigned();
    }
    activation = null;
  }

  /** One bounded piece, so that a long log does not hold up heartbeats. */
  private void apply(RaftAccess raft) {
    long applied = control.committed().index();
    if (applied < commitIndex && snapshotsLoading == 0) {
      for (LogEntry entry : raft.readCommitted(applied + 1, APPLY_ENTRIES, APPLY_BYTES)) {
        boolean data = entry.type() == EntryType.DATA;
        List<MetadataRecord> records = data ? MetadataJson.decode(entry.payload()) : List.of();
        control.applyCommitted(entry.index(), entry.term(), records);
        elections.committed(entry.index(), records);
        publisher.publish(new MetadataPublisher.Entry(entry.index(), entry.term(),
            data ? entry.payload() : NO_RECORDS));
        recent.add(control.committed());
        bytesSinceSnapshot += entry.sizeInBytes();
      }
      pending.applied(control.committed().index());
      reads.applied(control.committed());
      activateWhenApplied(raft);
    }
  }

  private void activateWhenApplied(RaftAccess raft) {
    RaftNotice.LeaderActivated due = activation;
    if (due != null && control.committed().index() >= due.index()) {
      activation = null;
      contacts.clear();
      control.activate(raft.nowMs());
      activeTerm = due.term();
      LOG.info("event=controller_activated term={} index={}", due.term(), due.index());
      publishStatus(raft.report());
      doDuties(raft);
      executeWaiting(raft);
    }
  }

  @Override
  public void onTick(RaftAccess raft) {
    doDuties(raft);
    snapshotWhenDue(raft);
    publishStatus(raft.report());
    executeWaiting(raft);
  }

  @Override
  public boolean onIdle(RaftAccess raft) {
    apply(raft);
    return control.committed().index() < commitIndex && snapshotsLoading == 0;
  }

  /** Fencing and elections wait until a majority has answered since the last stall of this process (Q29). */
  private void doDuties(RaftAccess raft) {
    if (activeTerm == 0 || !raft.report().confirmed()) {
      return;
    }
    noteContacts();
    for (int done = 0; done < MAX_DUTIES; done++) {
      Optional<List<MetadataRecord>> duty = control.nextDuty(raft.nowMs());
      if (duty.isEmpty()) {
        return;
      }
      if (append(raft, duty.get()) instanceof RaftAccess.Proposed.Refused(RaftNotice.Refusal reason)) {
        if (reason == RaftNotice.Refusal.TOO_LARGE) {
          throw new IllegalStateException("a duty of " + duty.get().size() + " records is too large for one entry");
        }
        return;
      }
      LOG.info("event=duty_appended records={}", duty.get().size());
    }
  }

  private void noteContacts() {
    contacts.forEach((brokerId, contact) -> {
      contacts.remove(brokerId, contact);
      control.contact(brokerId, contact.brokerEpoch(), contact.arrivedMs());
    });
  }

  private void publishStatus(QuorumReport report) {
    ControllerStatus now = new ControllerStatus(report, control.committed(), activeTerm != 0);
    status = now;
    statusFollower.accept(now);
  }

  /** Nobody waits for ever on a node that has ended. */
  void abandon() {
    waiting.abandon();
    pending.abandon();
    reads.abandon();
    snapshotCallers.forEach(caller -> caller.completeExceptionally(
        new OttlaException(ErrorCode.INDETERMINATE, "this controller has stopped; a snapshot may have been written")));
    snapshotCallers.clear();
  }
}
