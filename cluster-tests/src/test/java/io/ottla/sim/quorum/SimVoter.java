package io.ottla.sim.quorum;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.StorageStep;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.SimFile;
import io.ottla.sim.SimNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One controller: the production core, driven as the production driver drives it. Its two threads are two queues that take turns with
 * everything else in the simulation; a force takes time, and the process can die before any single effect.
 */
final class SimVoter extends SimNode {
  private static final long TICK_MS = 10;
  private static final int MAX_INBOX = 5000;

  private final int number;
  private final RaftIdentity identity;
  private final SimQuorum quorum;
  private final SimClock clock;
  private final SimDisk disk;
  private final SeededRandom random;
  private final SimFile<Frame> logFile = new SimFile<>();
  private final SimVoteFile voteFile = new SimVoteFile();

  private final Deque<RaftInput> inbox = new ArrayDeque<>();
  private final Deque<RaftEffect> effects = new ArrayDeque<>();
  private final Deque<LogWrite> writes = new ArrayDeque<>();
  private final Deque<StorageStep> storageSteps = new ArrayDeque<>();
  private final List<Frame> view = new ArrayList<>();
  private @Nullable RaftCore core;
  private @Nullable RaftLog log;
  private boolean persistingHardState;
  private boolean forcing;
  private boolean tickWaits;
  private long activeTerm;
  private long appliedIndex;
  private long stateDigest;

  SimVoter(int number, RaftIdentity identity, SimQuorum quorum, EventScheduler scheduler, SimClock clock, SimDisk disk,
      SeededRandom random) {
    super(scheduler);
    this.number = number;
    this.identity = identity;
    this.quorum = quorum;
    this.clock = clock;
    this.disk = disk;
    this.random = random;
  }

  int number() {
    return number;
  }

  RaftIdentity identity() {
    return identity;
  }

  SimDisk disk() {
    return disk;
  }

  SimFile<Frame> logFile() {
    return logFile;
  }

  HardState durableHardState() {
    return voteFile.durable();
  }

  /** The log as the core sees it, durable or not. */
  List<Frame> view() {
    return view;
  }

  /** The running core; only while up. */
  RaftCore core() {
    if (core == null) {
      throw new IllegalStateException("node " + number + " is down");
    }
    return core;
  }

  long nowMs() {
    return clock.millis();
  }

  /** The term in which it may act as active controller, or 0. */
  long activeTerm() {
    return activeTerm;
  }

  long appliedIndex() {
    return appliedIndex;
  }

  long stateDigest() {
    return stateDigest;
  }

  @Override
  protected void onStart() {
    log = new SimRaftLog(logFile);
    viewWhatIsOnDisk();
    core = quorum.newCore(this, voteFile.durable(), log, random.split("core" + incarnation()));
    quorum.checker().started(this);
    scheduleTick(random.between(0, TICK_MS));
  }

  @Override
  protected void onCrash() {
    inbox.clear();
    effects.clear();
    writes.clear();
    storageSteps.clear();
    core = null;
    log = null;
    persistingHardState = false;
    forcing = false;
    tickWaits = false;
    activeTerm = 0;
    appliedIndex = 0;
    stateDigest = 0;
    voteFile.crash(random);
    logFile.crash(random);
    viewWhatIsOnDisk();
    quorum.checker().crashed(this);
  }

  private void viewWhatIsOnDisk() {
    view.clear();
    for (int at = 0; at < logFile.length(); at++) {
      view.add(logFile.get(at));
    }
  }

  @Override
  protected void onResume() {
    runStorage();
    runRaft();
  }

  private void scheduleTick(long ms) {
    later(clock.toSimulatedUs(ms), () -> {
      if (!tickWaits) {
        tickWaits = true;
        receive(new RaftInput.Tick());
      }
      scheduleTick(TICK_MS);
    });
  }

  /** Something arrives for the Raft thread. */
  void receive(RaftInput input) {
    if (isUp() && inbox.size() < MAX_INBOX) {
      inbox.add(input);
      runRaft();
    }
  }

  /** The Raft thread: effects of the last output first, all of them, then the next input. */
  private void runRaft() {
    while (isUp() && !isPaused() && !persistingHardState) {
      if (!effects.isEmpty()) {
        if (quorum.diesNow(this)) {
          return;
        }
        execute(effects.remove());
      } else if (!inbox.isEmpty()) {
        step(inbox.remove());
      } else {
        return;
      }
    }
  }

  private void step(RaftInput input) {
    if (input instanceof RaftInput.Tick) {
      tickWaits = false;
    }
    RaftOutput output = core().step(input, nowMs());
    LogWrite write = output.logWrite();
    if (write != null) {
      quorum.checker().logChanges(this, write);
      if (write.truncates()) {
        view.subList((int) write.truncateFrom() - 1, view.size()).clear();
      }
      for (LogEntry entry : write.entries()) {
        view.add(Frame.after(view.isEmpty() ? 0 : view.getLast().digest(), entry));
        quorum.checker().appended(this, view.getLast());
      }
    }
    quorum.stepped(this, input, output);
    effects.addAll(quorum.order().effects(output));
  }

  private void execute(RaftEffect effect) {
    switch (effect) {
      case RaftEffect.PersistHardState(HardState state) -> {
        persistingHardState = true;
        voteFile.begin(quorum.order().stored(state));
        later(disk.forceUs(), () -> {
          voteFile.complete();
          persistingHardState = false;
          runRaft();
        });
      }
      case RaftEffect.WriteLog(LogWrite write) -> {
        writes.add(write);
        runStorage();
      }
      case RaftEffect.Send send -> {
        quorum.checker().sends(this, send.message());
        quorum.send(this, send.message());
      }
      case RaftEffect.Notify(RaftNotice notice) -> notice(notice);
    }
  }

  private void notice(RaftNotice notice) {
    switch (notice) {
      case RaftNotice.RoleChanged changed -> activeTerm = changed.role() == Role.LEADER ? activeTerm : 0;
      case RaftNotice.LeaderActivated activated -> activeTerm = activated.term();
      case RaftNotice.CommitAdvanced _,RaftNotice.ProposalAppended _,RaftNotice.ProposalCommitted _,RaftNotice.ProposalIndeterminate _,RaftNotice.ProposalRefused _,RaftNotice.ReadReady _,RaftNotice.ReadRefused _ ->
        {
        }
    }
    quorum.noticed(this, notice);
    if (notice instanceof RaftNotice.CommitAdvanced committed) {
      apply(committed.commitIndex());
    }
  }

  /** The state machine: replay of committed entries, in order (Q25). */
  private void apply(long commitIndex) {
    while (appliedIndex < commitIndex) {
      for (LogEntry entry : core().readCommitted(appliedIndex + 1, 64, 1 << 16)) {
        appliedIndex++;
        stateDigest = Frame.after(stateDigest, entry).digest();
        quorum.checker().applied(this, entry);
      }
    }
  }

  /** The storage thread: everything that waits becomes one group (Q47). */
  private void runStorage() {
    while (isUp() && !isPaused() && !forcing) {
      if (!storageSteps.isEmpty()) {
        if (quorum.diesNow(this)) {
          return;
        }
        execute(storageSteps.remove());
      } else if (!writes.isEmpty()) {
        storageSteps.addAll(quorum.order().storageSteps(List.copyOf(writes)));
        writes.clear();
      } else {
        return;
      }
    }
  }

  private void execute(StorageStep step) {
    RaftLog open = log;
    if (open == null) {
      throw new IllegalStateException("node " + number + " is down");
    }
    switch (step) {
      case StorageStep.Truncate(long from) -> open.truncateFrom(from);
      case StorageStep.Append(List<LogEntry> entries) -> open.append(entries);
      case StorageStep.Force _ -> {
        forcing = true;
        later(disk.forceUs(), () -> {
          open.force();
          forcing = false;
          runStorage();
        });
      }
      case StorageStep.ReportPersisted(long writeId) -> receive(new RaftInput.Persisted(writeId));
    }
  }
}
