package io.ottla.controller.runtime;

import io.ottla.common.time.MonotonicClock;
import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.QuorumStateStore;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Gives the core its inputs and carries out what it asks for, in the order of {@link DurabilityOrder}. The Raft thread blocks only while
 * term and vote are forced; the log is written on the storage thread, so heartbeats go on during a slow force.
 */
public final class RaftDriver implements AutoCloseable {
  private static final int MAX_COMMANDS = 4_096;
  private static final long JOIN_MS = 10_000;

  private final RaftCore core;
  private final int tickMs;
  private final QuorumStateStore hardStates;
  private final RaftTransport transport;
  private final RaftListener listener;
  private final RuntimeObserver observer;
  private final MonotonicClock clock;
  private final FatalHandler fatal;
  private final Mailbox mailbox = new Mailbox(MAX_COMMANDS);
  private final long exchangePatienceMs;
  private final Exchanges exchanges;
  private final StorageLoop storage;
  private final Thread raftThread;
  private final Thread storageThread;
  private final Access access = new Access();
  private final Deque<RaftNotice> notices = new ArrayDeque<>();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private volatile Office office = Office.VACANT;
  private boolean leaving;
  private volatile boolean stopping;
  private volatile long lastBeatMs;
  private long nextTickMs;
  private long proposalIds;

  /**
   * @param exchangePatienceMs how long a peer's request may wait for the core's answer
   * @param housekeeping run on the storage thread about once a second
   * @param fatal ends the node
   */
  RaftDriver(RaftCore core, int tickMs, long exchangePatienceMs, RaftLog log, SnapshotStore snapshots,
      Runnable housekeeping, QuorumStateStore hardStates, RaftTransport transport, RaftListener listener,
      RuntimeObserver observer,
      MonotonicClock clock, FatalHandler fatal) {
    this.core = core;
    this.tickMs = tickMs;
    this.hardStates = hardStates;
    this.transport = transport;
    this.listener = listener;
    this.observer = observer;
    this.clock = clock;
    this.fatal = fatal;
    this.exchangePatienceMs = exchangePatienceMs;
    this.exchanges = new Exchanges(exchangePatienceMs);
    this.storage = new StorageLoop(log, snapshots, housekeeping, this::post, observer, clock, this::fail);
    this.raftThread = Thread.ofPlatform().name("raft").unstarted(this::run);
    this.storageThread = Thread.ofPlatform().name("raft-storage").unstarted(storage);
    this.lastBeatMs = clock.millis();
  }

  void start() {
    begin();
    storageThread.start();
    raftThread.start();
  }

  /** What comes before the first {@link #turn}. */
  void begin() {
    transport.peers(core.voters().voters());
    observer.peers(core.voters(), List.of());
    nextTickMs = clock.millis() + tickMs;
  }

  /** A peer's request. Completes with the answer, or empty when there is none: the message counts as lost. Any thread. */
  public CompletableFuture<Optional<RaftMessage.Reply>> receive(RaftMessage.Request request) {
    CompletableFuture<Optional<RaftMessage.Reply>> answer = new CompletableFuture<>();
    if (stopping || failed.get()) {
      answer.complete(Optional.empty());
      return answer;
    }
    long arrivedMs = clock.millis();
    mailbox.post(_ -> {
      if (clock.millis() - arrivedMs > exchangePatienceMs) {
        // Its sender has given it up and perhaps sent it again: whoever is late must not grow later by it.
        answer.complete(Optional.empty());
        return;
      }
      exchanges.open(request, answer, clock.millis());
      step(new RaftInput.MessageReceived(request));
    });
    return answer;
  }

  /** Something happened that the core must know of. Any thread. */
  void post(RaftInput input) {
    mailbox.post(_ -> step(input));
  }

  /** Work that must not be refused for load, on the core's thread. Any thread. */
  void post(Mailbox.Work work) {
    mailbox.post(work);
  }

  /** Work beside the core, on its thread, or its refusal; false, and neither, when too much waits already or this node ends. Any thread. */
  boolean submit(Mailbox.Command command) {
    return !stopping && !failed.get() && mailbox.offer(command);
  }

  /** Signs of life of both threads. Any thread. */
  public List<LoopBeat> beats() {
    long now = clock.millis();
    return List.of(new LoopBeat(raftThread.getName(), now - lastBeatMs),
        new LoopBeat(storageThread.getName(), now - storage.lastBeatMs()));
  }

  private void run() {
    try {
      boolean moreWork = false;
      while (!stopping && !failed.get()) {
        moreWork = turn(moreWork ? 0 : tickMs);
      }
      resign();
    } catch (Throwable e) { // an invariant is broken or term and vote could not be stored: the node ends here
      fail(raftThread.getName(), e);
    }
  }

  /**
   * One turn of the Raft thread: a piece of work, the tick if it is due, and a bounded piece of what the listener has to do. A simulation takes
   * the turns itself instead of starting the thread.
   *
   * @param maxWaitMs how long to wait for work at most; never beyond the next tick
   * @return whether the listener has more to do
   */
  boolean turn(long maxWaitMs) {
    Mailbox.Work work = mailbox.poll(Math.clamp(nextTickMs - clock.millis(), 0, maxWaitMs));
    if (work != null) {
      work.run(access);
      deliverNotices();
    }
    long now = clock.millis();
    if (now >= nextTickMs) {
      nextTickMs = now + tickMs;
      tick(now);
    }
    return listener.onIdle(access);
  }

  /** Whether work waits for a turn. Any thread. */
  boolean hasWork() {
    return !mailbox.isEmpty();
  }

  /** The other half of this driver, with turns of its own. */
  StorageLoop storage() {
    return storage;
  }

  private void tick(long nowMs) {
    lastBeatMs = nowMs;
    step(new RaftInput.Tick());
    deliverNotices();
    if (leaving) {
      offerOffice();
    }
    listener.onTick(access);
    deliverNotices();
    exchanges.expire(nowMs);
  }

  private void resign() {
    if (!failed.get()) {
      step(new RaftInput.Resign());
      deliverNotices();
      exchanges.abandonAll();
    }
  }

  private RaftOutput step(RaftInput input) {
    RaftOutput output = core.step(input, clock.millis());
    for (RaftEffect effect : DurabilityOrder.effects(output)) {
      switch (effect) {
        case RaftEffect.PersistHardState persist -> hardStates.store(persist.hardState());
        case RaftEffect.Store store -> storage.submit(store.task());
        case RaftEffect.Send send -> send(send.message());
        case RaftEffect.Notify notify -> notice(notify.notice());
      }
    }
    return output;
  }

  /** Addresses must be known before the next message leaves; everything else waits for its turn. */
  private void notice(RaftNotice notice) {
    if (notice instanceof RaftNotice.PeersChanged(var voters, var observers)) {
      List<Voter> peers = new ArrayList<>(voters.voters());
      peers.addAll(observers);
      transport.peers(peers);
    }
    if (notice instanceof RaftNotice.RoleChanged changed) {
      office(changed.role() == Role.LEADER ? Office.HELD : changed.leader() == null ? Office.VACANT : Office.TAKEN);
    } else if (notice instanceof RaftNotice.CommitAdvanced && office == Office.TAKEN) {
      office(Office.TAKEN_AND_COMMITTING);
    }
    notices.addLast(notice);
  }

  /** Reactions come after the step: a reaction may itself make a step. */
  private void deliverNotices() {
    RaftNotice notice = notices.pollFirst();
    while (notice != null) {
      listener.onNotice(access, notice);
      notice = notices.pollFirst();
    }
  }

  private void send(RaftMessage message) {
    switch (message) {
      case RaftMessage.Request request -> transport.send(request, new Answer(request));
      case RaftMessage.Reply reply -> exchanges.answer(reply);
    }
  }

  private void fail(String thread, Throwable cause) {
    if (failed.compareAndSet(false, true)) {
      left.complete(null);
      fatal.fatal(thread, cause);
    }
  }

  /** Whether this node is about to end, and answers nothing any more. */
  boolean isStopping() {
    return stopping;
  }

  /** Who leads, as far as this node's end is concerned. */
  private enum Office {
    HELD, VACANT, TAKEN, TAKEN_AND_COMMITTING
  }

  /**
   * Hands leadership to another voter, so that nobody has to notice this node's end by a timeout (Q39). Until that one commits, this node's vote
   * and its copy of the log may be what it needs. Any thread.
   *
   * @return done when another one leads and commits, and at once when this node does not lead or there is nobody to hand over to
   */
  CompletableFuture<Void> handOver() {
    if (stopping || failed.get() || office != Office.HELD) {
      left.complete(null);
    } else {
      mailbox.post(_ -> {
        leaving = true;
        offerOffice();
      });
    }
    return left;
  }

  /** Begins a hand-over, or another one where the last came to nothing. */
  private void offerOffice() {
    if (office == Office.HELD && !core.report(clock.millis()).transferring()) {
      step(new RaftInput.TransferLeadership(null));
      QuorumReport report = core.report(clock.millis());
      if (report.active() && !report.transferring()) {
        left.complete(null); // no other voter answers
      }
    }
  }

  private void office(Office now) {
    office = now;
    if (leaving && now == Office.TAKEN_AND_COMMITTING) {
      left.complete(null);
    }
  }

  /** Resigns, writes what waits, and ends both threads. */
  @Override
  public void close() {
    stopping = true;
    mailbox.post(_ -> {});
    join(raftThread);
    mailbox.close();
    storage.stop();
    join(storageThread);
  }

  static void join(Thread thread) {
    try {
      if (thread.isAlive() && thread != Thread.currentThread()) {
        thread.join(JOIN_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Answer implements RaftTransport.AnswerHandler {
    private final ReplicaKey to;
    private final long requestId;

    Answer(RaftMessage.Request request) {
      this.to = request.envelope().to();
      this.requestId = request.envelope().requestId();
    }

    @Override
    public void onReply(RaftMessage.Reply reply) {
      mailbox.post(_ -> step(new RaftInput.MessageReceived(reply)));
    }

    @Override
    public void onLost() {
      mailbox.post(_ -> step(new RaftInput.TransportFailed(to, requestId)));
    }
  }

  private final class Access implements RaftAccess {
    @Override
    public long nowMs() {
      return clock.millis();
    }

    @Override
    public Proposed propose(long term, byte[] payload) {
      long id = ++proposalIds;
      step(new RaftInput.Propose(id, term, List.of(payload)));
      return outcome(id);
    }

    private Proposed outcome(long id) {
      Proposed outcome = takeOutcome(id);
      if (outcome == null) {
        throw new IllegalStateException("the core neither appended nor refused proposal " + id);
      }
      return outcome;
    }

    private @Nullable Proposed takeOutcome(long id) {
      for (var all = notices.iterator(); all.hasNext();) {
        RaftNotice notice = all.next();
        if (notice instanceof RaftNotice.ProposalAppended appended && appended.proposalId() == id) {
          all.remove();
          return new Proposed.Appended(id, appended.firstIndex());
        }
        if (notice instanceof RaftNotice.ProposalRefused refused && refused.proposalId() == id) {
          all.remove();
          return new Proposed.Refused(refused.reason());
        }
      }
      return null;
    }

    @Override
    public Proposed changeVoters(VoterChange change) {
      long id = ++proposalIds;
      step(new RaftInput.ChangeVoters(id, change));
      return outcome(id);
    }

    @Override
    public void readIndex(long readId) {
      step(new RaftInput.ReadIndex(readId));
    }

    @Override
    public void snapshotWritten(Snapshot snapshot) {
      step(new RaftInput.SnapshotWritten(snapshot));
    }

    @Override
    public VoterSet votersAt(long index) {
      return core.votersAt(index);
    }

    @Override
    public List<LogEntry> readCommitted(long fromIndex, int maxEntries, int maxBytes) {
      return core.readCommitted(fromIndex, maxEntries, maxBytes);
    }

    @Override
    public QuorumReport report() {
      return core.report(clock.millis());
    }
  }
}
