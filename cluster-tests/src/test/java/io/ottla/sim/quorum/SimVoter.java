package io.ottla.sim.quorum;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.SimNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One controller: the production core, driven as the production driver drives it. Its three threads (Raft, storage, snapshots) are queues
 * that take turns with everything else in the simulation; a force takes time, and the process can die before any single effect or step.
 */
final class SimVoter extends SimNode {
  private static final long TICK_MS = 10;
  private static final long DELICATE_MS = 15;
  private static final int MAX_INBOX = 5000;

  private final int number;
  private final SimQuorum quorum;
  private final SimClock clock;
  private final SimDisk disk;
  private final SeededRandom random;
  private final Deque<RaftInput> inbox = new ArrayDeque<>();
  private final SimThread raft = new SimThread(this, this::nextInput);
  private final SimStorage storage;
  private final List<Runnable> appended = new ArrayList<>();
  private SimDirectory directory;
  private @Nullable RaftCore core;
  private boolean tickWaits;
  private Role role = Role.FOLLOWER;
  private long term;
  private long activeTerm;
  private long commitIndex;
  private SimState state = new SimState();
  private int loading;

  SimVoter(int number, SimDirectory directory, SimQuorum quorum, EventScheduler scheduler, SimClock clock, SimDisk disk,
      SeededRandom random) {
    super(scheduler);
    this.number = number;
    this.directory = directory;
    this.quorum = quorum;
    this.clock = clock;
    this.disk = disk;
    this.random = random;
    this.storage = new SimStorage(this, quorum);
  }

  int number() {
    return number;
  }

  SimDirectory directory() {
    return directory;
  }

  ReplicaKey key() {
    return directory.key();
  }

  /** This node's member of a voter set. */
  Voter member() {
    return new Voter(key(), "sim", 1000 + number);
  }

  SimDisk disk() {
    return disk;
  }

  HardState durableHardState() {
    return directory.voteFile().durable();
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

  /** Whether its core leads, active or not. */
  boolean leads() {
    return role == Role.LEADER;
  }

  /** Its core's term. */
  long term() {
    return term;
  }

  /** The term in which it may act as active controller, or 0. */
  long activeTerm() {
    return activeTerm;
  }

  SimState state() {
    return state;
  }

  /** The machine gets another, empty disk; only while down. */
  void replaceDisk(SimDirectory empty) {
    directory = empty;
  }

  @Override
  protected void onStart() {
    SimRaftLog log = directory.open();
    storage.open(directory, log);
    state = new SimState();
    directory.snapshots().newest().ifPresent(newest -> state = quorum.checker().loaded(this, newest));
    commitIndex = state.index();
    term = durableHardState().term();
    core = quorum.newCore(this, directory.voteFile().durable(), log, random.split("core" + incarnation()));
    quorum.checker().started(this);
    scheduleTick(random.between(0, TICK_MS));
  }

  @Override
  protected void onCrash(boolean powerLost) {
    inbox.clear();
    raft.clear();
    appended.clear();
    storage.clear();
    core = null;
    tickWaits = false;
    role = Role.FOLLOWER;
    activeTerm = 0;
    loading = 0;
    directory.crash(random, powerLost);
  }

  @Override
  protected void onResume() {
    storage.run();
    raft.run();
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
      raft.run();
    }
  }

  /** Whether the process dies here; if so it is dead already. */
  boolean diesNow() {
    return quorum.diesNow(this);
  }

  /** Goes on once the disk has forced something; if it cannot, this node ends here (Q42). */
  void forced(Runnable done) {
    int life = incarnation();
    later(disk.forceUs(), () -> {
      if (!quorum.forceFails(this) && incarnation() == life) {
        done.run();
      }
    });
  }

  /** The Raft thread: effects of the last output first, all of them, then the next input. */
  private boolean nextInput() {
    RaftInput input = inbox.poll();
    if (input == null) {
      return false;
    }
    if (input instanceof RaftInput.Tick) {
      tickWaits = false;
    }
    RaftOutput output = core().step(input, nowMs());
    boolean led = leads();
    for (RaftNotice notice : output.notices()) {
      if (notice instanceof RaftNotice.RoleChanged changed) {
        role = changed.role();
        term = changed.term();
        led |= leads();
      }
    }
    LogWrite write = output.logWrite();
    if (write != null) {
      trace(write);
    }
    quorum.stepped(this, led, input, output);
    quorum.order().effects(output).forEach(effect -> raft.add(() -> execute(effect)));
    return true;
  }

  private void trace(LogWrite write) {
    LogTrace trace = directory.trace();
    quorum.checker().logChanges(this, leads(), write);
    SnapshotId reset = write.resetTo();
    if (reset != null) {
      SnapshotFile file = directory.snapshots().known(reset);
      long digest = SimState.of(file.state()).digest();
      trace.reset(new SimLogFile.Start(reset.lastIndex(), reset.lastTerm(), digest), file.snapshot().voters());
    }
    if (write.truncates()) {
      trace.truncateFrom(write.truncateFrom());
    }
    for (LogEntry entry : write.entries()) {
      VoterSet before = trace.voters();
      long changedAt = trace.votersIndex();
      Frame frame = trace.append(entry, true);
      appended.add(() -> quorum.checker().appended(this, frame, before, changedAt));
    }
  }

  private void execute(RaftEffect effect) {
    switch (effect) {
      case RaftEffect.PersistHardState(HardState hardState) -> {
        directory.voteFile().begin(quorum.order().stored(hardState));
        raft.force(() -> directory.voteFile().complete());
        quorum.delicate(this, DELICATE_MS);
      }
      case RaftEffect.Store store -> {
        // Only now is a term of its own making durable; had it died before, another node could lead that term with other entries.
        appended.forEach(Runnable::run);
        appended.clear();
        storage.submit(store.task());
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
      case RaftNotice.RoleChanged changed -> roleChanged(changed.role());
      case RaftNotice.LeaderActivated activated -> activeTerm = activated.term();
      case RaftNotice.SnapshotInstalled installed -> load(installed.snapshot());
      case RaftNotice.CommitAdvanced advanced -> commitIndex = advanced.commitIndex();
      case RaftNotice.ProposalAppended _,RaftNotice.ProposalCommitted _,RaftNotice.ProposalIndeterminate _,RaftNotice.ProposalRefused _,RaftNotice.ReadReady _,RaftNotice.ReadRefused _,RaftNotice.PeersChanged _,RaftNotice.SnapshotRefused _,RaftNotice.ConfirmedEntriesLost _ ->
        {
        }
    }
    quorum.noticed(this, notice);
    apply();
  }

  private void roleChanged(Role now) {
    if (now == Role.LEADER) {
      quorum.wonElection(this);
    } else {
      activeTerm = 0;
    }
  }

  /** The snapshot thread reads the state; until it has, nothing is applied. */
  private void load(Snapshot snapshot) {
    commitIndex = Math.max(commitIndex, snapshot.id().lastIndex());
    if (!quorum.order().loadsInstalledState()) {
      return;
    }
    loading++;
    storage.load(this::loadNewest);
  }

  /** When its turn comes, the newest there is then: the one that was installed may be gone by now. */
  private void loadNewest() {
    loading--;
    Snapshot newest = directory.snapshots().newest().orElseThrow();
    if (newest.id().lastIndex() > state.index()) {
      state = quorum.checker().loaded(this, newest);
    }
    apply();
  }

  /** The state machine: replay of committed entries, in order (Q25). */
  private void apply() {
    while (isUp() && loading == 0 && state.index() < commitIndex) {
      for (LogEntry entry : core().readCommitted(state.index() + 1, 64, 1 << 16)) {
        state.apply(entry);
        quorum.checker().applied(this, entry);
      }
    }
  }

  /** Takes an image of the state and writes a snapshot of it, if there is anything to write (Q32). */
  void writeSnapshot() {
    if (isUp() && !isPaused() && loading == 0 && state.index() > 0) {
      long index = state.index();
      storage.write(new SnapshotId(index, state.term()), quorum.order().snapshotVoters(core(), index));
    }
  }

  /** Whether nothing waits to be written. */
  boolean storageIsIdle() {
    return storage.isIdle();
  }
}
