package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * The order in which a driver does what the core asks for: the one place that knows what must be durable before what. The real driver and
 * the simulator's both execute these lists, one element after the other.
 *
 * <table>
 * <caption>Durability before effect (semantics of Raft's persistent state, paper figure 2)</caption>
 * <tr><th>before</th><th>durable</th></tr>
 * <tr><td>a message of a new term, a vote request, a granted vote</td><td>term and vote</td></tr>
 * <tr><td>entries after a conflict</td><td>the truncation</td></tr>
 * <tr><td>{@code Persisted}, and so an append's reply or the leader counting itself</td><td>the entries</td></tr>
 * <tr><td>{@code SnapshotReceived}, and so the snapshot's last reply and the reset of the log</td><td>the snapshot</td></tr>
 * </table>
 */
public final class DurabilityOrder {
  private DurabilityOrder() {
  }

  /** What the Raft thread does with an output: hard state, storage tasks handed over, messages, notices. */
  public static List<RaftEffect> effects(RaftOutput output) {
    var effects = new ArrayList<RaftEffect>(3 + output.messages().size() + output.notices().size());
    HardState hardState = output.hardState();
    if (hardState != null) {
      effects.add(new RaftEffect.PersistHardState(hardState));
    }
    LogWrite logWrite = output.logWrite();
    if (logWrite != null) {
      effects.add(new RaftEffect.Store(new StorageTask.ChangeLog(logWrite)));
    }
    for (SnapshotWrite write : output.snapshotWrites()) {
      effects.add(new RaftEffect.Store(new StorageTask.ChangeSnapshots(write)));
    }
    for (RaftMessage message : output.messages()) {
      effects.add(new RaftEffect.Send(message));
    }
    for (RaftNotice notice : output.notices()) {
      effects.add(new RaftEffect.Notify(notice));
    }
    return effects;
  }

  /**
   * What the storage thread does with all tasks it found waiting: every truncation is forced before the next append (Q40), all appends
   * share the last force (Q47), and only then is the newest write reported.
   *
   * @param tasks at least one, in the order the core made them
   */
  public static List<StorageStep> storageSteps(List<StorageTask> tasks) {
    var steps = new ArrayList<StorageStep>();
    var appending = new ArrayList<LogEntry>();
    boolean forceDue = false;
    long newestWrite = 0;
    for (StorageTask task : tasks) {
      switch (task) {
        case StorageTask.ChangeLog(LogWrite write) -> {
          newestWrite = write.writeId();
          if (write.resetTo() != null || write.truncates()) {
            forceDue |= addAppend(steps, appending);
            addRemoval(steps, write);
            forceDue &= write.resetTo() == null && !write.truncates();
          }
          appending.addAll(write.entries());
          if (write.dropTo() != 0) {
            forceDue |= addAppend(steps, appending);
            steps.add(new StorageStep.DropPrefix(write.dropTo()));
          }
        }
        case StorageTask.ChangeSnapshots(SnapshotWrite write) -> steps.add(switch (write) {
          case SnapshotWrite.Receive(var id, long position, byte[] bytes) ->
            new StorageStep.ReceiveSnapshot(id, position, bytes);
          case SnapshotWrite.Complete(var id, long total) -> new StorageStep.CompleteSnapshot(id, total);
          case SnapshotWrite.Prune(var upTo, var inUse) -> new StorageStep.PruneSnapshots(upTo, inUse);
        });
      }
    }
    forceDue |= addAppend(steps, appending);
    if (forceDue) {
      steps.add(new StorageStep.Force());
    }
    if (newestWrite != 0) {
      steps.add(new StorageStep.ReportPersisted(newestWrite));
    }
    return steps;
  }

  private static void addRemoval(List<StorageStep> steps, LogWrite write) {
    SnapshotId snapshot = write.resetTo();
    if (snapshot != null) {
      steps.add(new StorageStep.Reset(snapshot));
    }
    if (write.truncates()) {
      steps.add(new StorageStep.Truncate(write.truncateFrom()));
      steps.add(new StorageStep.Force());
    }
  }

  private static boolean addAppend(List<StorageStep> steps, List<LogEntry> appending) {
    if (appending.isEmpty()) {
      return false;
    }
    steps.add(new StorageStep.Append(List.copyOf(appending)));
    appending.clear();
    return true;
  }
}
