package io.ottla.sim.quorum;

import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.InvariantViolation;
import java.util.List;

/** The quorum's invariants, checked with knowledge of everything at every step, every message and every notice. */
final class QuorumChecker {
  private final CommittedLog committed;
  private final ElectionChecker elections;
  private final LogChecker logs;
  private final CommitChecker commits;
  private final StateChecker states;

  QuorumChecker(List<SimVoter> nodes, CommittedLog committed) {
    this.committed = committed;
    this.elections = new ElectionChecker(committed);
    this.logs = new LogChecker(committed);
    this.commits = new CommitChecker(nodes, committed);
    this.states = new StateChecker(committed);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not on the class path
  static void require(boolean holds, String invariant, String message, Object... details) {
    if (!holds) {
      throw new InvariantViolation(invariant, String.format(message, details));
    }
  }

  CommittedLog committed() {
    return committed;
  }

  /** Elections won. */
  long elections() {
    return elections.won();
  }

  /** A process starts on what its disk holds, its state from the snapshot. */
  void started(SimVoter node) {
    elections.started(node);
    logs.started(node);
    commits.started(node);
  }

  /** A directory is lost; what it held until now was durable as far as anybody could know. */
  void retired(SimDirectory directory) {
    commits.retired(directory);
  }

  /** Before the log changes. */
  void logChanges(SimVoter node, boolean leads, LogWrite write) {
    logs.changes(node, leads, write);
  }

  void appended(SimVoter node, Frame frame, VoterSet votersBefore, long votersIndex) {
    logs.appended(node, frame, votersBefore, votersIndex, commits.commitIndex(node));
  }

  /**
   * After each step: terms do not fall, and what was committed in it is safe. This is the moment of the commit, since messages of this step may
   * already speak of it.
   *
   * @param led whether the node led at any time during the step
   */
  void stepped(SimVoter node, boolean led, long term, List<RaftNotice> notices) {
    elections.stepped(node, term);
    for (RaftNotice notice : notices) {
      switch (notice) {
        case RaftNotice.CommitAdvanced advanced -> commits.advanced(node, led, term, advanced.commitIndex());
        case RaftNotice.SnapshotInstalled installed -> commits.installed(node, installed.snapshot().id());
        case RaftNotice.ConfirmedEntriesLost lost -> throw new InvariantViolation("I4",
            node.key() + " believes that the disk of " + lost.peer() + " lost entries; here none does");
        case RaftNotice.RoleChanged _,RaftNotice.LeaderActivated _,RaftNotice.ProposalAppended _,RaftNotice.ProposalCommitted _,RaftNotice.ProposalRefused _,RaftNotice.ProposalIndeterminate _,RaftNotice.ReadReady _,RaftNotice.ReadRefused _,RaftNotice.PeersChanged _,RaftNotice.SnapshotRefused _ ->
          {
          }
      }
    }
  }

  /** What leaves a node has to be durable there at that moment. */
  void sends(SimVoter node, RaftMessage message) {
    elections.sends(node, message);
    logs.sends(node, message);
  }

  /** A role is held from the moment when its term and vote are durable. */
  void noticed(SimVoter node, RaftNotice notice) {
    if (notice instanceof RaftNotice.RoleChanged changed && changed.role() == Role.LEADER) {
      elections.leads(node, changed.term());
    }
  }

  void applied(SimVoter node, LogEntry entry) {
    states.applied(node, entry);
  }

  void snapshotTaken(SimVoter node, SnapshotId id, VoterSet voters, byte[] state) {
    states.snapshotTaken(node, id, voters, state);
  }

  /** The state in a snapshot, which must be the one that replay leads to. */
  SimState loaded(SimVoter node, Snapshot snapshot) {
    return states.loaded(node, snapshot);
  }
}
