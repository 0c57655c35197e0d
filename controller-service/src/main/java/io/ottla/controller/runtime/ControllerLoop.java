package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.Decision;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.Role;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int MAX_DUTIES = 64;

  private final ClusterControl control;
  private final MetadataPublisher publisher;
  private final RuntimeObserver observer;
  private final PendingWrites pending;
  private final Map<Integer, Contact> contacts = new ConcurrentHashMap<>();
  private Role role = Role.FOLLOWER;
  private long commitIndex;
  private long activeTerm;
  private RaftNotice.@Nullable LeaderActivated activation;
  private volatile @Nullable ControllerStatus status;

  private record Contact(long brokerEpoch, long arrivedMs) {}

  ControllerLoop(ClusterControl control, MetadataPublisher publisher, RuntimeObserver observer) {
    this.control = control;
    this.publisher = publisher;
    this.observer = observer;
    this.pending = new PendingWrites(observer);
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

  /** Decides, appends, and answers later; on the Raft thread. */
  <R> void execute(RaftAccess raft, Call<R> call, CompletableFuture<R> answer) {
    if (activeTerm == 0) {
      answer.completeExceptionally(notController());
      return;
    }
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
      case RaftAccess.Proposed.Refused(RaftNotice.Refusal reason) -> answer.completeExceptionally(switch (reason) {
        case BUSY -> new OttlaException(ErrorCode.BUSY, "too many metadata changes are under way; try again");
        case TOO_LARGE -> new OttlaException(ErrorCode.INVALID_REQUEST, "the change is too large for one entry");
        case NOT_LEADER -> notController();
      });
    }
    doDuties(raft);
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
      case RaftNotice.RoleChanged changed -> roleChanged(changed);
      case RaftNotice.LeaderActivated activated -> {
        activation = activated;
        activateWhenApplied(raft);
      }
      case RaftNotice.CommitAdvanced advanced -> {
        commitIndex = advanced.commitIndex();
        apply(raft);
      }
      case RaftNotice.ProposalCommitted committed -> {
        pending.committed(committed.proposalId(), committed.lastIndex());
        pending.applied(control.committed().index());
      }
      case RaftNotice.ProposalIndeterminate lost -> pending.indeterminate(lost.proposalId());
      case RaftNotice.ProposalAppended _,RaftNotice.ProposalRefused _,RaftNotice.ReadReady _,RaftNotice.ReadRefused _ -> {
        // Proposals are answered where they are made; reads are not asked for yet.
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
    if (applied < commitIndex) {
      for (LogEntry entry : raft.readCommitted(applied + 1, APPLY_ENTRIES, APPLY_BYTES)) {
        boolean data = entry.type() == EntryType.DATA;
        control.applyCommitted(entry.index(), entry.term(),
            data ? MetadataJson.decode(entry.payload()) : List.of());
        publisher.publish(new MetadataPublisher.Entry(entry.index(), entry.term(),
            data ? entry.payload() : NO_RECORDS));
      }
      pending.applied(control.committed().index());
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
      doDuties(raft);
    }
  }

  @Override
  public void onTick(RaftAccess raft) {
    doDuties(raft);
    publishStatus(raft.report());
  }

  @Override
  public boolean onIdle(RaftAccess raft) {
    apply(raft);
    return control.committed().index() < commitIndex;
  }

  /** Fencing and elections wait until a majority has answered since the last stall of this process (Q29). */
  private void doDuties(RaftAccess raft) {
    if (activeTerm == 0 || !raft.report().confirmed()) {
      return;
    }
    contacts.forEach((brokerId, contact) -> {
      contacts.remove(brokerId, contact);
      control.contact(brokerId, contact.brokerEpoch(), contact.arrivedMs());
    });
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

  private void publishStatus(QuorumReport report) {
    status = new ControllerStatus(report, control.committed(), activeTerm != 0);
  }

  /** Nobody waits for ever on a node that has ended. */
  void abandon() {
    pending.abandon();
  }
}
