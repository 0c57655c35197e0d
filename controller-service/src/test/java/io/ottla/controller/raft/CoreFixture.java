package io.ottla.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.RaftMessage.AppendReply;
import io.ottla.controller.raft.RaftMessage.AppendRequest;
import io.ottla.controller.raft.RaftMessage.PreVoteReply;
import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import io.ottla.controller.raft.RaftMessage.SnapshotRequest;
import io.ottla.controller.raft.RaftMessage.VoteReply;
import io.ottla.controller.raft.RaftMessage.VoteRequest;
import io.ottla.controller.raft.port.MemoryRaftLog;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.controller.raft.port.SnapshotStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/** Voter 1 of some, with a hand on everything that reaches it. Its random numbers are all 0: the election timeout is 300 ms. */
final class CoreFixture {
  static final String CLUSTER = "cluster";
  static final RaftConfig CONFIG = RaftConfig.DEFAULT;

  final MemoryRaftLog log = new MemoryRaftLog();
  final VoterSet voters;
  final Deque<StorageTask> waitingWrites = new ArrayDeque<>();
  final List<RaftMessage> sent = new ArrayList<>();
  final List<RaftNotice> notices = new ArrayList<>();
  final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  HardState stored = HardState.INITIAL;
  RaftConfig config = CONFIG;
  boolean slowDisk;
  long nowMs = 5000;
  RaftCore core;

  /** A voter among so many, with an empty log. */
  CoreFixture(int size) {
    this(size, 0);
  }

  /** A voter with a durable log of entries of these terms, in the given current term. */
  CoreFixture(int size, long term, long... logTerms) {
    this(voters(1, size), term, logTerms);
  }

  CoreFixture(VoterSet voters, long term, long... logTerms) {
    this.voters = voters;
    stored = new HardState(term, null);
    long index = 1;
    for (long entryTerm : logTerms) {
      log.append(List.of(entry(index++, entryTerm)));
    }
    log.force();
    core = newCore();
  }

  /** A node that no voter set names: the voters are 2, 3 and so on. */
  static CoreFixture observer(int voters, long term, long... logTerms) {
    return new CoreFixture(voters(2, voters + 1), term, logTerms);
  }

  /** Voters with these ids and all between. */
  static VoterSet voters(int from, int to) {
    var members = new ArrayList<Voter>();
    for (int id = from; id <= to; id++) {
      members.add(voter(id));
    }
    return new VoterSet(members);
  }

  static Voter voter(int id) {
    return new Voter(key(id), "localhost", 9000 + id);
  }

  static ReplicaKey key(int id) {
    return new ReplicaKey(id, new UUID(7, id));
  }

  static LogEntry entry(long index, long term) {
    return new LogEntry(index, term, EntryType.DATA, new byte[] {(byte) index, (byte) term});
  }

  static RandomSource zeros() {
    return new RandomSource() {
      @Override
      public int nextInt(int bound) {
        return 0;
      }

      @Override
      public long nextLong() {
        return 0;
      }
    };
  }

  private RaftCore newCore() {
    return new RaftCore(new RaftIdentity(CLUSTER, key(1), voters), voter(1), config, stored, log, snapshots, zeros(),
        nowMs);
  }

  /** Crashes and comes back with what was forced. */
  void restart() {
    waitingWrites.clear();
    sent.clear();
    notices.clear();
    log.crash();
    recover(log, snapshots);
    core = newCore();
  }

  /** What storage owes the core at start (Q34): a log that neither leads up to the newest snapshot nor begins behind it is discarded. */
  static void recover(RaftLog log, SnapshotStore snapshots) {
    SnapshotId newest = snapshots.newest().map(Snapshot::id).orElse(null);
    if (newest != null && (newest.lastIndex() < log.firstIndex() - 1 || newest.lastIndex() > log.lastIndex()
        || log.termAt(newest.lastIndex()) != newest.lastTerm())) {
      log.reset(newest.lastIndex(), newest.lastTerm());
    }
  }

  /** Starts anew with other settings, and nothing else lost. */
  void configure(RaftConfig changed) {
    config = changed;
    restart();
  }

  /** Writes a snapshot of this size up to an index, durably, and tells the core. */
  Snapshot writeSnapshot(long lastIndex, int stateBytes) {
    long term = lastIndex == log.firstIndex() - 1 ? log.termAt(lastIndex) : log.read(lastIndex, 1, 1).getFirst().term();
    Snapshot snapshot = snapshots.write(new SnapshotId(lastIndex, term), core.votersAt(lastIndex),
        out -> out.write(state(stateBytes)));
    step(new RaftInput.SnapshotWritten(snapshot));
    return snapshot;
  }

  /** One line of so many bytes. */
  private static byte[] state(int bytes) {
    byte[] line = new byte[bytes];
    line[bytes - 1] = '\n';
    return line;
  }

  /** The bytes of a snapshot that another node has. */
  static byte[] foreignSnapshot(SnapshotId id, VoterSet voters) {
    var store = new MemorySnapshotStore();
    return store.read(id, 0, (int) store.write(id, voters, out -> out.write(state(20))).sizeInBytes());
  }

  /** A piece of it, from its leader. */
  SnapshotRequest piece(int leader, long term, SnapshotId id, byte[] file, int from, int to) {
    return new SnapshotRequest(from(leader, term), id, from, Arrays.copyOfRange(file, from, to), file.length);
  }

  /** Asks for a change of the voters. */
  RaftOutput change(long id, VoterChange change) {
    return step(new RaftInput.ChangeVoters(id, change));
  }

  RaftOutput step(RaftInput input) {
    RaftOutput output = core.step(input, nowMs);
    HardState changed = output.hardState();
    if (changed != null) {
      stored = changed;
    }
    sent.addAll(output.messages());
    notices.addAll(output.notices());
    LogWrite write = output.logWrite();
    if (write != null) {
      waitingWrites.add(new StorageTask.ChangeLog(write));
    }
    output.snapshotWrites().forEach(one -> waitingWrites.add(new StorageTask.ChangeSnapshots(one)));
    if (!slowDisk) {
      force();
    }
    return output;
  }

  /** The storage thread does what waits for it. */
  void force() {
    if (!waitingWrites.isEmpty()) {
      List<StorageTask> group = List.copyOf(waitingWrites);
      waitingWrites.clear();
      force(group);
    }
  }

  /** The storage thread does only the first of what waits for it. */
  void forceFirst() {
    force(List.of(waitingWrites.remove()));
  }

  private void force(List<StorageTask> group) {
    List<StorageStep> steps = DurabilityOrder.storageSteps(group);
    for (StorageStep step : steps) {
      switch (step) {
        case StorageStep.Reset(SnapshotId snapshot) -> log.reset(snapshot.lastIndex(), snapshot.lastTerm());
        case StorageStep.DropPrefix(long lastIndex) -> log.dropPrefix(lastIndex);
        case StorageStep.ReceiveSnapshot(var snapshot, long position, byte[] bytes) -> {
          snapshots.receive(snapshot, position, bytes);
          step(new RaftInput.SnapshotPieceStored(snapshot, position + bytes.length));
        }
        case StorageStep.CompleteSnapshot(var snapshot, long total) ->
          step(new RaftInput.SnapshotReceived(snapshot, snapshots.complete(snapshot, total).orElse(null)));
        case StorageStep.PruneSnapshots(var upTo, var inUse) -> snapshots.prune(upTo, inUse);
        case StorageStep.Truncate(long from) -> log.truncateFrom(from);
        case StorageStep.Append(List<LogEntry> entries) -> log.append(entries);
        case StorageStep.Force _ -> log.force();
        case StorageStep.ReportPersisted(long writeId) -> step(new RaftInput.Persisted(writeId));
      }
    }
  }

  /** Time passes, with a tick every 10 ms. */
  void tick(int ms) {
    for (int passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      step(new RaftInput.Tick());
    }
  }

  RaftOutput receive(RaftMessage message) {
    return step(new RaftInput.MessageReceived(message));
  }

  Envelope from(int sender, long term) {
    return new Envelope(CLUSTER, key(sender), key(1), term, 900);
  }

  /** Takes the messages of one type that were sent so far; all others are dropped. */
  <M extends RaftMessage> List<M> taken(Class<M> type) {
    var found = new ArrayList<M>();
    for (RaftMessage message : sent) {
      if (type.isInstance(message)) {
        found.add(type.cast(message));
      }
    }
    sent.clear();
    return found;
  }

  <M extends RaftMessage> M onlyTaken(Class<M> type) {
    List<M> found = taken(type);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  <N extends RaftNotice> List<N> noticed(Class<N> type) {
    List<N> found = notices.stream().filter(type::isInstance).map(type::cast).toList();
    notices.clear();
    return found;
  }

  QuorumReport report() {
    return core.report(nowMs);
  }

  Role role() {
    return report().role();
  }

  long term() {
    return report().term();
  }

  /** The newest append sent to a peer. */
  AppendRequest appendTo(int peer) {
    List<RaftMessage> toPeer = sent.stream()
        .filter(message -> message instanceof AppendRequest && message.envelope().to().equals(key(peer)))
        .toList();
    assertThat(toPeer).isNotEmpty();
    return (AppendRequest) toPeer.getLast();
  }

  /** A peer's answer to a request of this voter, in the given term. */
  static Envelope answer(RaftMessage request, long term) {
    return request.envelope().reply(request.envelope().to(), term);
  }

  void acknowledge(AppendRequest request) {
    receive(new AppendReply(answer(request, request.envelope().term()), true, request.lastIndex(), 0, 0));
  }

  void refuse(AppendRequest request, long conflictTerm, long conflictIndex) {
    receive(new AppendReply(answer(request, request.envelope().term()), false, 0, conflictTerm, conflictIndex));
  }

  void grantPreVotes() {
    for (PreVoteRequest request : taken(PreVoteRequest.class)) {
      receive(new PreVoteReply(answer(request, request.envelope().term()), true));
    }
  }

  void becomeCandidate() {
    tick(300);
    grantPreVotes();
    assertThat(role()).isEqualTo(Role.CANDIDATE);
  }

  /** Wins the next term; the append that opens it is under way. */
  void becomeLeader() {
    becomeCandidate();
    for (VoteRequest request : taken(VoteRequest.class)) {
      receive(new VoteReply(answer(request, request.envelope().term()), VoteResult.GRANTED));
    }
    assertThat(role()).isEqualTo(Role.LEADER);
  }

  /** Wins, and everybody acknowledges the entry that opens the term. */
  void becomeActiveLeader() {
    becomeLeader();
    taken(AppendRequest.class).forEach(this::acknowledge);
    assertThat(report().active()).isTrue();
    sent.clear();
    notices.clear();
  }

  RaftOutput propose(long id, int bytes) {
    return step(new RaftInput.Propose(id, term(), List.of(new byte[bytes])));
  }
}
