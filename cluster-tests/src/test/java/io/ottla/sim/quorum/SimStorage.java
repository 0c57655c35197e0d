package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.StorageTask;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.quorum.DriverOrder.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The storage thread and the snapshot thread of a simulated controller, and the disk that both use. */
final class SimStorage {
  private static final long DELICATE_MS = 5;

  private final SimVoter voter;
  private final SimQuorum quorum;
  private final List<StorageTask> tasks = new ArrayList<>();
  private final SimThread storage;
  private final SimThread snapshotThread;
  private @Nullable SimDirectory directory;
  private @Nullable SimRaftLog log;
  private boolean writing;

  SimStorage(SimVoter voter, SimQuorum quorum) {
    this.voter = voter;
    this.quorum = quorum;
    this.storage = new SimThread(voter, this::planWaiting);
    this.snapshotThread = new SimThread(voter, () -> false);
  }

  /** A new life begins on this disk. */
  void open(SimDirectory disk, SimRaftLog recovered) {
    directory = disk;
    log = recovered;
  }

  void clear() {
    tasks.clear();
    storage.clear();
    snapshotThread.clear();
    writing = false;
    log = null;
  }

  void run() {
    storage.run();
    snapshotThread.run();
  }

  boolean isIdle() {
    return tasks.isEmpty() && storage.isIdle();
  }

  void submit(StorageTask task) {
    tasks.add(task);
    storage.run();
  }

  /** Everything that waits becomes one group (Q47). */
  private boolean planWaiting() {
    if (tasks.isEmpty()) {
      return false;
    }
    quorum.order().storageSteps(List.copyOf(tasks)).forEach(step -> storage.add(() -> execute(step)));
    tasks.clear();
    return true;
  }

  private SimRaftLog log() {
    if (log == null) {
      throw new IllegalStateException("node " + voter.number() + " is down");
    }
    return log;
  }

  private SimDirectory directory() {
    if (directory == null) {
      throw new IllegalStateException("node " + voter.number() + " never started");
    }
    return directory;
  }

  private void execute(StorageStep step) {
    if (quorum.order().stepsAreChecked()) {
      checkOrder(step);
    }
    if (step instanceof StorageStep.Truncate || step instanceof StorageStep.Reset
        || step instanceof StorageStep.CompleteSnapshot) {
      quorum.delicate(voter, DELICATE_MS);
    }
    SimSnapshots snapshots = directory().snapshots();
    switch (step) {
      case StorageStep.Reset(SnapshotId id) -> {
        directory().logFile().beginReset(log().startBehind(id.lastIndex(), id.lastTerm()));
        storage.force(() -> log().reset(id.lastIndex(), id.lastTerm()));
      }
      case StorageStep.Truncate(long from) -> log().truncateFrom(from);
      case StorageStep.Append append -> log().append(append.entries());
      case StorageStep.Force _ -> storage.force(() -> log().force());
      case StorageStep.DropPrefix(long last) -> log().dropPrefix(last);
      case StorageStep.ReceiveSnapshot piece -> {
        snapshots.receive(piece.id(), piece.position(), piece.bytes());
        voter.receive(new RaftInput.SnapshotPieceStored(piece.id(), piece.position() + piece.bytes().length));
      }
      case StorageStep.CompleteSnapshot whole -> complete(whole.id(), whole.totalBytes());
      case StorageStep.PruneSnapshots prune -> snapshots.prune(prune.upTo(), quorum.order().spared(prune.inUse()));
      case StorageStep.ReportPersisted(long writeId) -> voter.receive(new RaftInput.Persisted(writeId));
    }
  }

  /** The rows of semantics 1.11 that belong to the storage thread. */
  private void checkOrder(StorageStep step) {
    SimSnapshots snapshots = directory().snapshots();
    switch (step) {
      case StorageStep.Append _ ->
        require(!directory().logFile().hasUnforcedTruncation(), "appends before the truncation is durable");
      case StorageStep.Reset(SnapshotId id) ->
        require(snapshots.durable().map(SnapshotId::lastIndex).orElse(0L) >= id.lastIndex(),
            "discards its log before snapshot " + id + " is durable");
      case StorageStep.DropPrefix(long last) ->
        require(snapshots.durable().map(SnapshotId::lastIndex).orElse(0L) >= last,
            "drops entries up to " + last + ", durable is " + snapshots.durable());
      case StorageStep.Truncate _,StorageStep.Force _,StorageStep.ReceiveSnapshot _,StorageStep.CompleteSnapshot _,StorageStep.PruneSnapshots _,StorageStep.ReportPersisted _ ->
        {
        }
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new InvariantViolation("I8", "node " + voter.number() + " " + otherwise);
    }
  }

  private void complete(SnapshotId id, long totalBytes) {
    Optional<SimSnapshots.Draft> draft = directory().snapshots().receivedDraft(id, totalBytes);
    if (draft.isEmpty()) {
      voter.receive(new RaftInput.SnapshotReceived(id, null));
      return;
    }
    publish(storage, draft.get(), quorum.order().received(),
        snapshot -> voter.receive(new RaftInput.SnapshotReceived(id, snapshot)));
  }

  /** Makes a draft a snapshot, one step at a time; everything that waits in this thread waits until that is done. */
  private void publish(SimThread thread, SimSnapshots.Draft draft, List<Publication> steps, Consumer<Snapshot> report) {
    if (steps.isEmpty()) {
      return;
    }
    Runnable rest = () -> {
      if (!voter.diesNow()) {
        publish(thread, draft, steps.subList(1, steps.size()), report);
      }
    };
    SimSnapshots snapshots = directory().snapshots();
    switch (steps.getFirst()) {
      case FORCE -> thread.force(() -> {
        snapshots.force(draft);
        rest.run();
      });
      case RENAME -> {
        snapshots.rename(draft);
        rest.run();
      }
      case FORCE_DIRECTORY -> thread.force(() -> {
        snapshots.forceDirectory();
        rest.run();
      });
      case REPORT -> {
        report.accept(snapshots.publish(draft));
        rest.run();
      }
    }
  }

  /** Writes a snapshot of the present state on the snapshot thread; while one is being written nothing happens. */
  void write(SnapshotId id, VoterSet voters) {
    if (writing) {
      return;
    }
    Snapshot newest = directory().snapshots().newest().orElse(null);
    if (newest != null && newest.id().equals(id)) {
      voter.receive(new RaftInput.SnapshotWritten(newest)); // there already; it is left as it is
      return;
    }
    writing = true;
    byte[] image = voter.state().toBytes(quorum.ballast());
    snapshotThread.add(() -> snapshotThread.force(() -> {
      byte[] state = quorum.order().snapshotsAreImages() ? image : voter.state().toBytes(quorum.ballast());
      quorum.checker().snapshotTaken(voter, id, voters, state);
      publish(snapshotThread, directory().snapshots().draft(id, voters, state), quorum.order().written(), snapshot -> {
        writing = false;
        quorum.snapshotWritten();
        voter.receive(new RaftInput.SnapshotWritten(snapshot));
      });
    }));
    snapshotThread.run();
  }

  /** Reads a snapshot on the snapshot thread, which takes a while. */
  void load(Runnable loaded) {
    snapshotThread.add(() -> snapshotThread.force(loaded));
    snapshotThread.run();
  }
}
