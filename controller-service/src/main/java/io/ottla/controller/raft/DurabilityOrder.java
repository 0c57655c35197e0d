package io.ottla.controller.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * The order in which a driver does what the core asks for: the one place that knows what must be durable before what. The real driver and
 * the simulator's both execute these lists, one element after the other.
 *
 * <table>
 * <caption>Durability before effect</caption>
 * <tr><th>before</th><th>durable</th></tr>
 * <tr><td>a message of a new term, a vote request, a granted vote</td><td>term and vote</td></tr>
 * <tr><td>entries after a conflict</td><td>the truncation</td></tr>
 * <tr><td>{@code Persisted}, and so an append's reply or the leader counting itself</td><td>the entries</td></tr>
 * </table>
 */
public final class DurabilityOrder {
  private DurabilityOrder() {
  }

  /** What the Raft thread does with an output: hard state, log write handed over, messages, notices. */
  public static List<RaftEffect> effects(RaftOutput output) {
    var effects = new ArrayList<RaftEffect>(2 + output.messages().size() + output.notices().size());
    HardState hardState = output.hardState();
    if (hardState != null) {
      effects.add(new RaftEffect.PersistHardState(hardState));
    }
    LogWrite logWrite = output.logWrite();
    if (logWrite != null) {
      effects.add(new RaftEffect.WriteLog(logWrite));
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
   * What the storage thread does with all writes it found waiting: every truncation is forced before the next append (Q40), all appends
   * share the last force (Q47), and only then is the newest write reported.
   *
   * @param writes at least one, in the order the core made them
   */
  public static List<StorageStep> storageSteps(List<LogWrite> writes) {
    var steps = new ArrayList<StorageStep>();
    var appending = new ArrayList<LogEntry>();
    for (LogWrite write : writes) {
      if (write.truncates()) {
        addAppend(steps, appending);
        steps.add(new StorageStep.Truncate(write.truncateFrom()));
        steps.add(new StorageStep.Force());
      }
      appending.addAll(write.entries());
    }
    if (!appending.isEmpty()) {
      addAppend(steps, appending);
      steps.add(new StorageStep.Force());
    }
    steps.add(new StorageStep.ReportPersisted(writes.getLast().writeId()));
    return steps;
  }

  private static void addAppend(List<StorageStep> steps, List<LogEntry> appending) {
    if (!appending.isEmpty()) {
      steps.add(new StorageStep.Append(List.copyOf(appending)));
      appending.clear();
    }
  }
}
