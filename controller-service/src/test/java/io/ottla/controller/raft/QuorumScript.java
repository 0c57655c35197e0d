package io.ottla.controller.raft;

import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.port.MemoryRaftLog;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A small language that drives some cores by hand and writes down everything they want done. One command a line:
 *
 * <pre>
 *   voters N                 start N fresh voters; voter i draws i * 40 ms above the minimum timeout
 *   log I T T T...           before anything else: voter I has a durable log with entries of these terms, and the last of them as its term
 *   tick I MS                time passes for everyone, voter I alone gets its ticks
 *   tick all MS              time passes and everyone gets ticks
 *   run MS                   time passes, everyone gets ticks, and all messages arrive at once
 *   pause I MS               time passes without any tick, then voter I gets one
 *   deliver                  deliver what is under way, until nothing is
 *   deliver A B [N]          deliver messages from A to B, the first N or all, without what they cause
 *   drop A B                 lose messages from A to B that are under way
 *   cut A B / heal           lose all between A and B from now on / no more
 *   disk I slow|fast         storage of voter I waits for "force I" / forces at once (the default)
 *   force I                  carry out the waiting log writes of voter I
 *   propose I TEXT           propose one entry
 *   read I N                 ask voter I for a read point
 *   resign I                 orderly resignation
 *   crash I / restart I      lose what is not forced / come back
 *   state                    print every voter
 *   limits BYTES MS TAIL     size and timeout of pieces of snapshots, entries kept behind one; nodes take it when they start
 *   snapshot I [N]           voter I writes a snapshot up to its commit index, or up to index N
 *   step I                   carry out only the first of the waiting writes of voter I
 *   repeat A B               deliver messages from A to B, but leave copies of them under way
 *   observer I [J]           start node I, which no voter set names, knowing the voters of J or else those of voter 1
 *   wipe I                   node I crashes and comes back with an empty disk of another identity, as observer
 *   add L I / remove L I     ask L to make the node I a voter / to let its (oldest) disk vote no more
 *   transfer L [I]           ask L to hand over, to I or to the one that is furthest
 *   gone I J                 hint to I that J's process is not there any more
 * </pre>
 */
final class QuorumScript {
  private static final String CLUSTER = "golden";

  private final StringBuilder transcript = new StringBuilder();
  private final Map<Integer, Node> nodes = new TreeMap<>();
  private final List<RaftMessage> underWay = new ArrayList<>();
  private final Set<String> cuts = new HashSet<>();
  private long nowMs = 1000;
  private long nextProposalId = 1;
  private RaftConfig config = RaftConfig.DEFAULT;

  static String run(String script) {
    var runner = new QuorumScript();
    for (String line : script.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        runner.transcript.append(line).append('\n');
      } else {
        runner.transcript.append("> ").append(line).append('\n');
        runner.execute(line.split("\\s+"));
      }
    }
    return runner.transcript.toString();
  }

  private void execute(String[] words) {
    switch (words[0]) {
      case "voters" -> startVoters(Integer.parseInt(words[1]));
      case "log" -> node(words[1]).restartWithLog(words);
      case "tick" -> tick(words[1], Integer.parseInt(words[2]));
      case "run" -> {
        for (int passed = 0; passed < Integer.parseInt(words[1]); passed += 10) {
          tick("all", 10);
          deliver(new String[] {"deliver"});
        }
      }
      case "pause" -> {
        nowMs += Integer.parseInt(words[2]);
        node(words[1]).step(new RaftInput.Tick());
      }
      case "deliver" -> deliver(words);
      case "drop" -> underWay.removeIf(message -> isBetween(message, words[1], words[2]));
      case "cut" -> {
        cuts.add(words[1] + "-" + words[2]);
        cuts.add(words[2] + "-" + words[1]);
      }
      case "heal" -> cuts.clear();
      case "disk" -> node(words[1]).slowDisk = words[2].equals("slow");
      case "force" -> node(words[1]).force();
      case "propose" -> node(words[1]).propose(words[2]);
      case "read" -> node(words[1]).step(new RaftInput.ReadIndex(Long.parseLong(words[2])));
      case "resign" -> node(words[1]).step(new RaftInput.Resign());
      case "crash" -> node(words[1]).crash();
      case "restart" -> node(words[1]).start();
      case "state" -> nodes.values().forEach(Node::printState);
      case "limits" -> config = config.withSnapshotLimits(Integer.parseInt(words[1]), Integer.parseInt(words[2]),
          Integer.parseInt(words[3]));
      case "snapshot" -> node(words[1]).writeSnapshot(words);
      case "step" -> node(words[1]).forceFirst();
      case "repeat" -> List.copyOf(underWay).stream().filter(message -> isBetween(message, words[1], words[2]))
          .forEach(this::deliver);
      case "observer" -> observer(words);
      case "wipe" -> wipe(node(words[1]));
      case "add" -> change(words[1], new VoterChange.Add(node(words[2]).voter()));
      case "remove" -> change(words[1], new VoterChange.Remove(oldestDisk(words[1], Integer.parseInt(words[2]))));
      case "transfer" -> node(words[1])
          .step(new RaftInput.TransferLeadership(words.length > 2 ? node(words[2]).voter().key() : null));
      case "gone" -> node(words[1]).step(new RaftInput.PeerGone(oldestDisk(words[1], Integer.parseInt(words[2]))));
      default -> throw new IllegalArgumentException("unknown command " + words[0]);
    }
  }

  private Node node(String id) {
    Node node = nodes.get(Integer.valueOf(id));
    if (node == null) {
      throw new IllegalArgumentException("no voter " + id);
    }
    return node;
  }

  private void startVoters(int count) {
    var voters = new ArrayList<Voter>();
    for (int id = 1; id <= count; id++) {
      voters.add(voter(id, 0));
    }
    var set = new VoterSet(voters);
    for (Voter voter : voters) {
      startNode(voter, set);
    }
  }

  private static Voter voter(int id, int disk) {
    return new Voter(new ReplicaKey(id, new UUID(disk, id)), "localhost", 9000 + id);
  }

  private void startNode(Voter voter, VoterSet known) {
    var node = new Node(new RaftIdentity(CLUSTER, voter.key(), known), voter);
    nodes.put(voter.key().nodeId(), node);
    node.start();
  }

  private void observer(String[] words) {
    VoterSet known = node(words.length > 2 ? words[2] : "1").core.voters();
    startNode(voter(Integer.parseInt(words[1]), 0), known);
  }

  private void wipe(Node node) {
    node.crash();
    VoterSet known = node.core.voters();
    startNode(voter(node.id(), (int) node.voter().key().directoryId().getMostSignificantBits() + 1), known);
  }

  private void change(String leader, VoterChange change) {
    node(leader).step(new RaftInput.ChangeVoters(nextProposalId++, change));
  }

  /** The first disk of a node that a voter takes for a voter. */
  private ReplicaKey oldestDisk(String asked, int id) {
    return node(asked).core.voters().voters().stream().map(Voter::key).filter(key -> key.nodeId() == id).findFirst()
        .orElseGet(() -> node(String.valueOf(id)).voter().key());
  }

  private void tick(String who, int ms) {
    for (int passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      for (Node node : nodes.values()) {
        if (who.equals("all") || node.id() == Integer.parseInt(who)) {
          node.step(new RaftInput.Tick());
        }
      }
    }
  }

  private void deliver(String[] words) {
    if (words.length == 1) {
      while (!underWay.isEmpty()) {
        deliver(underWay.removeFirst());
      }
      return;
    }
    int limit = words.length > 3 ? Integer.parseInt(words[3]) : Integer.MAX_VALUE;
    List<RaftMessage> chosen = underWay.stream().filter(message -> isBetween(message, words[1], words[2])).limit(limit)
        .toList();
    underWay.removeAll(chosen);
    chosen.forEach(this::deliver);
  }

  private void deliver(RaftMessage message) {
    Node receiver = nodes.get(message.envelope().to().nodeId());
    if (receiver != null) {
      receiver.step(new RaftInput.MessageReceived(message));
    }
  }

  private static boolean isBetween(RaftMessage message, String from, String to) {
    return message.envelope().from().nodeId() == Integer.parseInt(from)
        && message.envelope().to().nodeId() == Integer.parseInt(to);
  }

  private static String show(RaftMessage message) {
    Envelope e = message.envelope();
    String route = name(e.from()) + " -> " + name(e.to()) + " term=" + e.term() + " ";
    return route + switch (message) {
      case RaftMessage.PreVoteRequest m ->
        "PreVote proposed=" + m.proposedTerm() + " last=" + m.lastLogIndex() + ":" + m.lastLogTerm();
      case RaftMessage.PreVoteReply m -> "PreVoteReply granted=" + m.granted();
      case RaftMessage.VoteRequest m ->
        "Vote last=" + m.lastLogIndex() + ":" + m.lastLogTerm() + (m.transfer() ? " transfer" : "");
      case RaftMessage.VoteReply m -> "VoteReply " + m.result();
      case RaftMessage.AppendRequest m ->
        "Append prev=" + m.prevIndex() + ":" + m.prevTerm() + " " + show(m.entries()) + " commit="
            + m.leaderCommit();
      case RaftMessage.AppendReply m -> m.success() ? "AppendReply match=" + m.matchIndex()
          : "AppendReply refused conflict=" + m.conflictIndex() + ":" + m.conflictTerm();
      case RaftMessage.SnapshotRequest m ->
        "Snapshot " + m.id() + " bytes " + m.position() + "+" + m.bytes().length + "/" + m.totalBytes();
      case RaftMessage.SnapshotReply m ->
        "SnapshotReply " + m.id() + (m.installed() ? " installed" : " next=" + m.nextPosition());
      case RaftMessage.TimeoutNowRequest _ -> "TimeoutNow";
      case RaftMessage.TimeoutNowReply m -> "TimeoutNowReply campaigning=" + m.campaigning();
      case RaftMessage.ObserveRequest _ -> "Observe";
      case RaftMessage.ObserveReply m -> "ObserveReply accepted=" + m.accepted();
      case RaftMessage.MisaddressedReply _ -> "Misaddressed";
    };
  }

  private static String show(List<LogEntry> entries) {
    var text = new StringBuilder("[");
    for (LogEntry entry : entries) {
      text.append(text.length() > 1 ? " " : "").append(entry.index()).append(':').append(entry.term()).append('=')
          .append(switch (entry.type()) {
            case DATA -> new String(entry.payload(), StandardCharsets.UTF_8);
            case LEADER_CHANGE -> entry.type().name();
            case VOTER_SET -> "VOTERS" + ids(VoterSet.decode(entry.payload()).voters());
          });
    }
    return text.append(']').toString();
  }

  /** The node id, with a prime for every time its disk was replaced. */
  private static String name(ReplicaKey key) {
    return key.nodeId() + "'".repeat((int) key.directoryId().getMostSignificantBits());
  }

  private static List<String> ids(List<Voter> voters) {
    return voters.stream().map(voter -> name(voter.key())).toList();
  }

  /** One voter with its disk. */
  private final class Node {
    private final RaftIdentity identity;
    private final Voter address;
    private final MemoryRaftLog log = new MemoryRaftLog();
    private final MemorySnapshotStore snapshots = new MemorySnapshotStore();
    private final Deque<StorageTask> waiting = new ArrayDeque<>();
    private HardState stored = HardState.INITIAL;
    private RaftCore core;
    private boolean running;
    private boolean slowDisk;

    Node(RaftIdentity identity, Voter address) {
      this.identity = identity;
      this.address = address;
      this.core = newCore();
    }

    private int id() {
      return identity.self().nodeId();
    }

    private Voter voter() {
      return address;
    }

    private RaftCore newCore() {
      int above = id() * 40;
      var random = new RandomSource() {
        @Override
        public int nextInt(int bound) {
          return Math.min(above, bound - 1);
        }

        @Override
        public long nextLong() {
          return above;
        }
      };
      return new RaftCore(identity, address, config, stored, log, snapshots, random, nowMs);
    }

    private void start() {
      CoreFixture.recover(log, snapshots);
      core = newCore();
      running = true;
    }

    private void restartWithLog(String[] words) {
      for (int at = 2; at < words.length; at++) {
        long term = Long.parseLong(words[at]);
        log.append(List.of(new LogEntry(at - 1, term, EntryType.DATA, new byte[] {'x'})));
        stored = new HardState(term, null);
      }
      log.force();
      start();
    }

    private void crash() {
      running = false;
      waiting.clear();
      log.crash();
    }

    private void writeSnapshot(String[] words) {
      long index = words.length > 2 ? Long.parseLong(words[2]) : core.report(nowMs).commitIndex();
      long term = core.readCommitted(index, 1, 1).getFirst().term();
      byte[] state = "state\n".getBytes(StandardCharsets.UTF_8);
      Snapshot written = snapshots.write(new SnapshotId(index, term), core.votersAt(index), out -> out.write(state));
      print("snapshot " + written.id() + " of " + written.sizeInBytes() + " bytes");
      step(new RaftInput.SnapshotWritten(written));
    }

    private void propose(String text) {
      step(new RaftInput.Propose(nextProposalId++, core.report(nowMs).term(),
          List.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    private void step(RaftInput input) {
      if (!running) {
        return;
      }
      for (RaftEffect effect : DurabilityOrder.effects(core.step(input, nowMs))) {
        switch (effect) {
          case RaftEffect.PersistHardState(HardState state) -> {
            stored = state;
            ReplicaKey vote = state.votedFor();
            print("persist term=" + state.term() + " vote=" + idOf(vote));
          }
          case RaftEffect.Store(StorageTask task) -> {
            waiting.add(task);
            print(describe(task));
          }
          case RaftEffect.Send(RaftMessage message) -> send(message);
          case RaftEffect.Notify(RaftNotice notice) -> print(describe(notice));
        }
      }
      if (!slowDisk) {
        force();
      }
    }

    private void send(RaftMessage message) {
      boolean lost = cuts.contains(id() + "-" + message.envelope().to().nodeId());
      transcript.append("  ").append(show(message)).append(lost ? " LOST" : "").append('\n');
      if (!lost) {
        underWay.add(message);
      }
    }

    private void force() {
      if (!waiting.isEmpty()) {
        List<StorageTask> all = List.copyOf(waiting);
        waiting.clear();
        force(all);
      }
    }

    private void forceFirst() {
      force(List.of(waiting.remove()));
    }

    private void force(List<StorageTask> tasks) {
      for (StorageStep step : DurabilityOrder.storageSteps(tasks)) {
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
          case StorageStep.ReportPersisted(long writeId) -> {
            print("durable to " + log.durableIndex());
            step(new RaftInput.Persisted(writeId));
          }
        }
      }
    }

    private static String describe(StorageTask task) {
      return switch (task) {
        case StorageTask.ChangeLog(LogWrite write) ->
          "write " + (write.resetTo() == null ? "" : "reset to " + write.resetTo() + " ")
              + (write.truncates() ? "truncate from " + write.truncateFrom() + " " : "") + show(write.entries())
              + (write.dropTo() == 0 ? "" : " drop to " + write.dropTo());
        case StorageTask.ChangeSnapshots(SnapshotWrite write) -> switch (write) {
          case SnapshotWrite.Receive(var snapshot, long position, byte[] bytes) ->
            "keep " + snapshot + " bytes " + position + "+" + bytes.length;
          case SnapshotWrite.Complete(var snapshot, long total) -> "complete " + snapshot + " of " + total + " bytes";
          case SnapshotWrite.Prune _ -> "prune snapshots";
        };
      };
    }

    private static String describe(RaftNotice notice) {
      return switch (notice) {
        case RaftNotice.RoleChanged n -> n.role() + " term=" + n.term() + " leader=" + idOf(n.leader());
        case RaftNotice.LeaderActivated n -> "ACTIVE term=" + n.term() + " index=" + n.index();
        case RaftNotice.CommitAdvanced n -> "commit " + n.commitIndex();
        case RaftNotice.ProposalAppended n -> "proposal " + n.proposalId() + " appended at " + n.lastIndex();
        case RaftNotice.ProposalCommitted n -> "proposal " + n.proposalId() + " committed";
        case RaftNotice.ProposalRefused n ->
          "proposal " + n.proposalId() + " refused " + n.reason() + " leader=" + idOf(n.leader());
        case RaftNotice.ProposalIndeterminate n -> "proposal " + n.proposalId() + " indeterminate";
        case RaftNotice.ReadReady n -> "read " + n.readId() + " at " + n.readIndex();
        case RaftNotice.PeersChanged n ->
          "voters " + ids(n.voters().voters()) + (n.observers().isEmpty() ? "" : " observers " + ids(n.observers()));
        case RaftNotice.SnapshotInstalled n -> "snapshot " + n.snapshot().id() + " installed";
        case RaftNotice.ConfirmedEntriesLost n ->
          idOf(n.peer()) + " lost what it confirmed to " + n.confirmed() + ", wants " + n.missing();
        case RaftNotice.SnapshotRefused n -> idOf(n.peer()) + " refused snapshot " + n.id();
        case RaftNotice.ReadRefused n -> "read " + n.readId() + " refused leader=" + idOf(n.leader());
      };
    }

    private static String idOf(@Nullable ReplicaKey key) {
      return key == null ? "-" : name(key);
    }

    private void print(String text) {
      transcript.append("  ").append(id()).append(": ").append(text).append('\n');
    }

    private void printState() {
      QuorumReport report = core.report(nowMs);
      print((running ? "" : "(down) ") + report.role() + " term=" + report.term() + " leader=" + idOf(report.leader())
          + " commit=" + report.commitIndex() + " durable=" + report.durableIndex() + " last=" + report.lastIndex()
          + ":"
          + report.lastTerm() + (report.firstIndex() == 1 ? "" : " first=" + report.firstIndex())
          + (report.votersIndex() == 0 ? "" : " voters=" + ids(report.voters().voters())));
    }
  }
}
