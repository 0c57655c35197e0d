package io.ottla.broker.replica;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.ottla.broker.replica.FollowerReplica.Position;
import io.ottla.broker.replica.port.BrokerStates;
import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;

/**
 * One partition on a small cluster: production cores on logs that can crash, a controller that follows M11, M18, M21, M22 and M26, and a
 * network that loses, delays and repeats. Everything is drawn from one seed. After each event the invariants of semantics §4 that concern a
 * partition are checked against what the simulation alone knows; the first violation throws {@link Violation}.
 */
final class ReplicationSim {
  /** An invariant does not hold. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
      super(message);
    }
  }

  private static final long LAG_MS = 400;
  private static final long FAULTS_UNTIL_MS = 8_000;
  private static final long END_MS = 16_000;

  private record Event(long atMs, long order, Runnable action) {}

  private record Registration(long epoch, boolean active) {}

  /** A batch in a leader's log whose sender waits. */
  private record Waiting(int leaderEpoch, long baseOffset, long endOffset, long payload,
      Consumer<SimProducer.Answer> reply) {}

  /** Committed metadata after one entry. */
  private record Entry(PartitionState state, Map<Integer, Registration> brokers) {}

  private final long seed;
  private final Random random;
  private final PartitionReplica.Roles roles;
  private final boolean sync;
  private final int minIsr;
  private final int nodeCount;
  private final double loss;
  private final PriorityQueue<Event> events = new PriorityQueue<>(
      Comparator.comparingLong(Event::atMs).thenComparingLong(Event::order));
  private final List<Entry> metadata = new ArrayList<>();
  private final Map<Integer, Node> nodes = new TreeMap<>();
  private final Map<Integer, Integer> writerOfEpoch = new HashMap<>();
  private final List<FakeReplicaLog.Entry> committed = new ArrayList<>();
  private final Map<Long, Long> acknowledged = new LinkedHashMap<>();
  private final List<String> trace = new ArrayList<>();
  private final List<String> alarms = new ArrayList<>();
  private long nowMs;
  private long order;
  private long nextPayload = 1;
  private final List<SimProducer> producers = new ArrayList<>();
  private final Function<UUID, FakeReplicaLog> logs;

  ReplicationSim(long seed, PartitionReplica.Roles roles) {
    this(seed, roles, FakeReplicaLog::new);
  }

  ReplicationSim(long seed, PartitionReplica.Roles roles, Function<UUID, FakeReplicaLog> logs) {
    this.logs = logs;
    this.seed = seed;
    this.random = new Random(seed * 0x9E3779B97F4A7C15L + 17);
    this.roles = roles;
    this.sync = random.nextInt(4) != 0;
    this.nodeCount = 3 + random.nextInt(2);
    this.minIsr = 1 + random.nextInt(2);
    this.loss = random.nextInt(3) * 0.1;
    List<Integer> replicas = new ArrayList<>();
    Map<Integer, Registration> brokers = new TreeMap<>();
    List<UUID> directories = new ArrayList<>();
    for (int id = 1; id <= nodeCount; id++) {
      replicas.add(id);
      brokers.put(id, new Registration(0, true));
      directories.add(new UUID(0, id));
    }
    metadata.add(new Entry(PartitionState.created(replicas, replicas, directories), brokers));
    for (int id : replicas) {
      Node node = new Node(id);
      nodes.put(id, node);
      node.start(0);
    }
    for (int id = 1; id <= 2; id++) {
      producers.add(new SimProducer(new ProducersWorld(), new Random(random.nextLong()), id));
    }
  }

  /** Runs to the end; returns how many records were acknowledged with acks=all. */
  int run() {
    try {
      for (Node node : nodes.values()) {
        node.schedule();
      }
      at(10, this::client);
      producers.forEach(producer -> at(15, producer::next));
      at(200, this::fault);
      while (!events.isEmpty()) {
        Event next = events.poll();
        if (next.atMs() > END_MS) {
          break;
        }
        nowMs = next.atMs();
        next.action().run();
        check();
      }
      checkConverged();
      return acknowledged.size();
    } catch (ReplicaInvariantException e) {
      throw violation("core invariant: " + e.getMessage());
    }
  }

  private boolean healed() {
    return nowMs >= FAULTS_UNTIL_MS;
  }

  private void at(long atMs, Runnable action) {
    events.add(new Event(atMs, order++, action));
  }

  private void after(long delayMs, Runnable action) {
    at(nowMs + delayMs, action);
  }

  private void log(String line) {
    trace.add(nowMs + " " + line);
    if (trace.size() > 60) {
      trace.removeFirst();
    }
  }

  private Violation violation(String what) {
    return new Violation("seed " + seed + " sync=" + sync + " minIsr=" + minIsr + " nodes=" + nodeCount + " at " + nowMs
        + " ms: " + what + "\n" + String.join("\n", trace));
  }

  /** Delivers, perhaps late, twice or never. */
  private void send(Runnable message) {
    if (!healed() && random.nextDouble() < loss) {
      return;
    }
    after(1 + random.nextInt(healed() ? 3 : 20), message);
    if (!healed() && random.nextInt(30) == 0) {
      after(1 + random.nextInt(700), message);
    }
  }

  // ---- clients

  private void client() {
    for (Node node : nodes.values()) {
      LeaderReplica leader = node.leader();
      if (leader != null && random.nextInt(3) != 0 && nowMs < END_MS - 3_000) {
        node.produce(leader);
      }
    }
    after(5 + random.nextInt(40), this::client);
  }

  /** What idempotent producers see of all this. */
  private final class ProducersWorld implements SimProducer.World {
    @Override
    public void produce(ByteBuffer batch, long payload, Consumer<SimProducer.Answer> reply) {
      // Who routes knows the metadata up to some recent entry; a late copy reaches a leader that may be none any more.
      int seen = metadata.size() - 1 - (healed() ? 0 : Math.min(metadata.size() - 1, random.nextInt(3)));
      int leader = metadata.get(seen).state().leader();
      if (leader > 0) {
        send(() -> node(leader).produce(batch, payload, answer -> send(() -> reply.accept(answer))));
      }
    }

    @Override
    public void after(long delayMs, Runnable action) {
      ReplicationSim.this.after(delayMs, action);
    }

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public long nextPayload() {
      return nextPayload++;
    }

    @Override
    public boolean open() {
      return nowMs < END_MS - 4_000;
    }

    @Override
    public Violation violation(String what) {
      return ReplicationSim.this.violation(what);
    }
  }

  /** How many records idempotent producers had acknowledged. */
  int acknowledgedToProducers() {
    return producers.stream().mapToInt(SimProducer::acknowledged).sum();
  }

  // ---- controller

  private PartitionState state() {
    return metadata.getLast().state();
  }

  private Map<Integer, Registration> brokers() {
    return metadata.getLast().brokers();
  }

  private void commit(PartitionState next, Map<Integer, Registration> brokers) {
    PartitionState before = state();
    metadata.add(new Entry(next, brokers));
    if (!next.equals(before)) {
      log("metadata " + (metadata.size() - 1) + " leader=" + next.leader() + " epoch=" + next.leaderEpoch() + "/"
          + next.partitionEpoch() + " isr=" + next.isr() + " elr=" + next.elr());
    }
  }

  /** M22, then M21 (a)-(c): the state with a new ISR, a leader from it, and the epochs of M1. */
  private PartitionState change(List<Integer> isr, int unclean, Map<Integer, Registration> brokers, boolean move) {
    PartitionState now = state();
    List<Integer> nextIsr = new ArrayList<>(isr);
    List<Integer> elr = new ArrayList<>();
    if (nextIsr.size() < Math.min(minIsr, nodeCount)) {
      elr.addAll(now.elr());
      now.isr().stream().filter(id -> !elr.contains(id)).forEach(elr::add);
      elr.removeAll(nextIsr);
      elr.removeIf(id -> id == unclean);
    }
    int leader = now.leader();
    boolean keep = !move && leader > 0 && nextIsr.contains(leader) && of(brokers, leader).active();
    if (!keep) {
      leader = elect(now.replicas(), nextIsr, elr, brokers, move ? now.leader() : 0);
    }
    if (leader > 0 && nextIsr.isEmpty()) {
      nextIsr.add(leader);
      int elected = leader;
      elr.removeIf(id -> id == elected);
    }
    boolean newLeadership = leader != now.leader();
    if (!newLeadership && nextIsr.equals(now.isr()) && elr.equals(now.elr())) {
      return now;
    }
    return new PartitionState(now.replicas(), nextIsr, elr, nextIsr.isEmpty() ? now.leader() : -1, List.of(), List.of(),
        leader, LeaderRecoveryState.RECOVERED, now.leaderEpoch() + (newLeadership ? 1 : 0), now.partitionEpoch() + 1,
        now.directories());
  }

  private static int elect(List<Integer> replicas, List<Integer> isr, List<Integer> elr,
      Map<Integer, Registration> brokers, int not) {
    for (int id : replicas) {
      if (id != not && isr.contains(id) && of(brokers, id).active()) {
        return id;
      }
    }
    if (isr.contains(not)) {
      return not;
    }
    for (int id : replicas) {
      if (isr.isEmpty() && elr.contains(id) && of(brokers, id).active()) {
        return id;
      }
    }
    return PartitionState.NO_LEADER;
  }

  private void fence(int id) {
    Registration now = of(brokers(), id);
    if (!now.active()) {
      return;
    }
    Map<Integer, Registration> brokers = new TreeMap<>(brokers());
    brokers.put(id, new Registration(now.epoch(), false));
    log("fence " + id);
    commit(change(without(state().isr(), id), 0, brokers, false), brokers);
  }

  private static Registration of(Map<Integer, Registration> brokers, int id) {
    return Objects.requireNonNull(brokers.get(id));
  }

  private Node node(int id) {
    return Objects.requireNonNull(nodes.get(id));
  }

  private static List<Integer> without(List<Integer> ids, int id) {
    return ids.stream().filter(one -> one != id).toList();
  }

  /** M11: a new incarnation leaves every ISR, an unclean one every ELR. */
  private long register(int id, boolean unclean) {
    Map<Integer, Registration> brokers = new TreeMap<>(brokers());
    long epoch = metadata.size();
    brokers.put(id, new Registration(epoch, false));
    commit(change(without(state().isr(), id), unclean ? id : 0, brokers, false), brokers);
    log("register " + id + " epoch " + epoch + (unclean ? " unclean" : ""));
    return epoch;
  }

  private void unfence(int id, long epoch) {
    Registration now = of(brokers(), id);
    if (now.active() || now.epoch() != epoch) {
      return;
    }
    Map<Integer, Registration> brokers = new TreeMap<>(brokers());
    brokers.put(id, new Registration(epoch, true));
    log("unfence " + id);
    commit(change(state().isr(), 0, brokers, false), brokers);
  }

  /** M26. */
  private IsrAnswer alter(int sender, long senderEpoch, IsrProposal proposal) {
    PartitionState now = state();
    if (of(brokers(), sender).epoch() != senderEpoch) {
      return new IsrAnswer.Refused(ErrorCode.STALE_BROKER_EPOCH);
    }
    if (proposal.leaderEpoch() != now.leaderEpoch()) {
      return new IsrAnswer.Refused(ErrorCode.FENCED_LEADER_EPOCH);
    }
    if (now.leader() != sender) {
      return new IsrAnswer.Refused(ErrorCode.INVALID_REQUEST);
    }
    if (proposal.partitionEpoch() != now.partitionEpoch()) {
      return new IsrAnswer.Refused(ErrorCode.INVALID_UPDATE_VERSION);
    }
    for (IsrProposal.Member member : proposal.newIsr()) {
      Registration registered = of(brokers(), member.brokerId());
      if (!registered.active() || registered.epoch() != member.brokerEpoch()) {
        return new IsrAnswer.Refused(ErrorCode.INELIGIBLE_REPLICA);
      }
    }
    PartitionState changed = change(proposal.memberIds(), 0, brokers(), false);
    // As the controllers do: also an ISR that is in force already is written, which voids what was proposed before.
    commit(changed.equals(now)
        ? new PartitionState(now.replicas(), now.isr(), now.elr(), now.lastKnownLeader(), List.of(), List.of(),
            now.leader(), now.leaderRecoveryState(), now.leaderEpoch(), now.partitionEpoch() + 1, now.directories())
        : changed, brokers());
    return new IsrAnswer.Accepted(state().partitionEpoch());
  }

  // ---- faults

  private void fault() {
    if (healed()) {
      heal();
      return;
    }
    Node node = node(1 + random.nextInt(nodeCount));
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        if (node.alive()) {
          node.crash();
        } else {
          node.restart(false);
        }
      }
      case 4 -> {
        if (!node.alive() && othersHoldEverything(node)) {
          node.restart(true);
        }
      }
      case 5 -> fence(node.id);
      case 6, 7 -> commit(change(state().isr(), 0, brokers(), true), brokers());
      default -> nodes.values().stream().filter(one -> !one.alive()).findFirst().ifPresent(one -> one.restart(false));
    }
    after(20 + random.nextInt(400), this::fault);
  }

  /** A disk may be lost only while another member of ISR or ELR has what is committed: more no mode promises. */
  private boolean othersHoldEverything(Node lost) {
    return nodes.values().stream().anyMatch(node -> node.id != lost.id && node.log.durableOffset() >= committed.size()
        && (state().isr().contains(node.id) || state().elr().contains(node.id)));
  }

  private void heal() {
    for (Node node : nodes.values()) {
      if (!node.alive()) {
        node.restart(false);
      }
      unfence(node.id, of(brokers(), node.id).epoch());
    }
    if (nowMs < END_MS) {
      after(500, this::heal);
    }
  }

  // ---- nodes

  private final class Node {
    private final int id;
    private final FakeReplicaLog log;
    private @Nullable PartitionReplica replica;
    private long brokerEpoch;
    private int life;
    private int applied;
    private long requestSeq;
    private long checkpointedHighWatermark;
    private int highWatermarkEpoch = -1;
    private long lastHighWatermark;
    /** As long as it leads, a leader only appends: what was compared in this leadership need not be compared again. */
    private int comparedInEpoch = -1;
    private long comparedUpTo;
    private final List<Waiting> waiting = new ArrayList<>();

    Node(int id) {
      this.id = id;
      this.log = logs.apply(new UUID(id, 0));
    }

    boolean alive() {
      return replica != null;
    }

    @Nullable
    LeaderReplica leader() {
      return replica == null ? null : replica.leader();
    }

    void start(int fromIndex) {
      applied = fromIndex - 1;
      replica = new PartitionReplica(id, log, checkpointedHighWatermark, new ReplicationSettings(sync, LAG_MS),
          (kind, detail) -> alarms.add(nowMs + " node " + id + " " + kind + " " + detail), roles);
    }

    void schedule() {
      int now = life;
      loop(now, 10, this::learn);
      loop(now, 6, this::fetch);
      loop(now, 8, this::forceLog);
      loop(now, 60, this::proposeIsr);
      loop(now, 150, () -> send(() -> {
        if (alive() && life == now) {
          unfence(id, brokerEpoch);
        }
      }));
    }

    private void loop(int ofLife, int meanMs, Runnable action) {
      after(1 + random.nextInt(2 * meanMs), () -> {
        if (life == ofLife && alive()) {
          action.run();
          loop(ofLife, meanMs, action);
        }
      });
    }

    void crash() {
      log("crash " + id);
      life++;
      if (sync) {
        checkpointedHighWatermark = random.nextLong(highWatermark() + 1);
        log.crash(random);
      }
      replica = null;
      waiting.clear();
      int now = life;
      after(random.nextInt(600), () -> {
        if (life == now) {
          fence(id);
        }
      });
    }

    private long highWatermark() {
      return replica == null ? 0 : replica.highWatermark();
    }

    void restart(boolean wiped) {
      life++;
      if (wiped) {
        log.wipe(new UUID(id, nowMs));
        checkpointedHighWatermark = 0;
      }
      brokerEpoch = register(id, wiped);
      requestSeq = 0;
      highWatermarkEpoch = -1;
      comparedInEpoch = -1;
      start((int) brokerEpoch);
      schedule();
    }

    /** Applies the next entries of the metadata, some or all. */
    private void learn() {
      int upTo = healed() ? metadata.size() : Math.min(metadata.size(), applied + 1 + random.nextInt(4));
      while (applied + 1 < upTo) {
        applied++;
        PartitionReplica own = replica;
        if (own == null) {
          return;
        }
        Transition transition = own.apply(new PartitionView(metadata.get(applied).state(), minIsr), nowMs);
        if (transition == Transition.BECAME_LEADER) {
          log("node " + id + " leads epoch " + metadata.get(applied).state().leaderEpoch() + " leo="
              + log.logEndOffset() + " hw=" + own.highWatermark());
          checkNewLeader(this);
        }
        noteCommitted(this);
        acknowledge();
      }
    }

    private BrokerStates brokerStates() {
      Map<Integer, Registration> known = metadata.get(Math.max(0, applied)).brokers();
      return new BrokerStates() {
        @Override
        public long brokerEpoch(int brokerId) {
          return of(known, brokerId).epoch();
        }

        @Override
        public boolean active(int brokerId) {
          return of(known, brokerId).active();
        }
      };
    }

    private void forceLog() {
      if (random.nextInt(3) != 0 || healed()) {
        log.force();
        LeaderReplica leader = leader();
        if (leader != null) {
          leader.onForced();
        }
        acknowledge();
      }
    }

    void produce(LeaderReplica leader) {
      long payload = nextPayload++;
      if (leader.append(FakeReplicaLog.batch(payload), -1) instanceof AppendDecision.Appended appended) {
        noteWriter(appended.leaderEpoch());
        waiting.add(
            new Waiting(appended.leaderEpoch(), appended.baseOffset(), appended.endOffset(), payload, answer -> {}));
      }
      acknowledge();
    }

    private void noteWriter(int leaderEpoch) {
      Integer writer = writerOfEpoch.putIfAbsent(leaderEpoch, id);
      if (writer != null && writer != id) {
        throw violation("I30: " + writer + " and " + id + " both write in epoch " + leaderEpoch);
      }
    }

    /** A batch of an idempotent producer arrives; a node that does not lead says so, one that is down says nothing. */
    private void produce(ByteBuffer batch, long payload, Consumer<SimProducer.Answer> reply) {
      LeaderReplica leader = leader();
      if (leader == null) {
        if (alive()) {
          reply.accept(new SimProducer.Answer(ErrorCode.NOT_LEADER, -1));
        }
        return;
      }
      try {
        switch (leader.append(batch, -1)) {
          case AppendDecision.Appended(long base, long end, int epoch) -> {
            noteWriter(epoch);
            waiting.add(new Waiting(epoch, base, end, payload, reply));
          }
          case AppendDecision.Duplicate(long base, long end, int epoch) ->
            waiting.add(new Waiting(epoch, base, end, payload, reply));
          case AppendDecision.Refused(ErrorCode code, String message) ->
            reply.accept(new SimProducer.Answer(code, -1));
        }
      } catch (OttlaException e) {
        if (e.code() == ErrorCode.OUT_OF_ORDER_SEQUENCE && leader.leaderEpoch() == state().leaderEpoch()) {
          throw violation("P37: the leader lacks what it acknowledged: " + e.getMessage());
        }
        reply.accept(new SimProducer.Answer(e.code(), -1));
      }
      acknowledge();
    }

    /** Answers clients as the runtime does. */
    private void acknowledge() {
      PartitionReplica own = replica;
      for (int i = 0; own != null && i < waiting.size();) {
        Waiting one = waiting.get(i);
        AckState state = own.ackState(one.leaderEpoch(), one.endOffset(), -1);
        if (state == AckState.WAITING) {
          i++;
          continue;
        }
        if (state == AckState.DONE) {
          noteCommitted(this);
          acknowledged.put(one.baseOffset(), one.payload());
          one.reply().accept(new SimProducer.Answer(null, one.baseOffset()));
        }
        waiting.remove(i);
      }
    }

    private void fetch() {
      FollowerReplica follower = replica == null ? null : replica.follower();
      if (follower == null) {
        return;
      }
      Position at = follower.position();
      FollowerFetch request = new FollowerFetch(id, brokerEpoch, ++requestSeq, at.incarnation(), at.leaderEpoch(),
          at.fetchOffset(), at.lastFetchedEpoch(), at.durableOffset());
      Node leader = node(follower.leader());
      int now = life;
      send(() -> leader.serve(request, answer -> {
        if (life == now) {
          onAnswer(answer);
        }
      }));
    }

    private void serve(FollowerFetch request, java.util.function.Consumer<FollowerAnswer> reply) {
      LeaderReplica leader = leader();
      PartitionReplica own = replica;
      if (leader == null || own == null) {
        return;
      }
      FetchDecision decision = leader.onFetch(request, brokerStates(), nowMs);
      acknowledge();
      switch (decision) {
        case FetchDecision.Refused refused -> {
          if (refused.code() == ErrorCode.OFFSET_TRIMMED) {
            answer(request, own, null, true, reply);
          }
        }
        case FetchDecision.Diverged(EpochEnd end) -> answer(request, own, end, false, reply);
        case FetchDecision.Serve(long from) -> answer(request, own, null, false, reply);
      }
    }

    private void answer(FollowerFetch request, PartitionReplica own, @Nullable EpochEnd diverged, boolean trimmed,
        java.util.function.Consumer<FollowerAnswer> reply) {
      ByteBuffer bytes = diverged != null || trimmed
          ? ByteBuffer.allocate(0)
          : log.bytesFrom(request.fetchOffset(), 1 + random.nextInt(5));
      FollowerAnswer answer = new FollowerAnswer(request.leaderEpoch(), request.fetchOffset(),
          request.lastFetchedEpoch(), own.highWatermark(),
          log.logStartOffset(), diverged, trimmed, bytes);
      send(() -> reply.accept(answer));
    }

    private void onAnswer(FollowerAnswer answer) {
      FollowerReplica follower = replica == null ? null : replica.follower();
      if (follower != null) {
        FollowerAnswer copy = new FollowerAnswer(answer.leaderEpoch(), answer.fetchOffset(), answer.lastFetchedEpoch(),
            answer.highWatermark(),
            answer.logStartOffset(), answer.diverged(), answer.trimmed(), answer.batches().duplicate());
        if (follower.onAnswer(copy) == FollowerStep.TRUNCATED) {
          log("node " + id + " truncated to " + log.logEndOffset() + " by " + answer + " now " + log);
        }
      }
    }

    private void proposeIsr() {
      LeaderReplica leader = leader();
      if (leader == null) {
        return;
      }
      leader.propose(brokerStates(), nowMs).ifPresent(proposal -> {
        int now = life;
        long epoch = brokerEpoch;
        boolean[] answered = {false};
        send(() -> {
          IsrAnswer answer = alter(id, epoch, proposal);
          send(() -> deliver(leader, now, proposal, answer, answered));
        });
        after(120, () -> deliver(leader, now, proposal, new IsrAnswer.Unknown(), answered));
      });
    }

    private void deliver(LeaderReplica leader, int ofLife, IsrProposal proposal, IsrAnswer answer, boolean[] answered) {
      if (life == ofLife && !answered[0] && leader.equals(leader())) {
        answered[0] = true;
        leader.onProposalAnswer(proposal, answer);
        acknowledge();
      }
    }
  }

  // ---- invariants

  private long truth() {
    return committed.size();
  }

  /** Whatever a leader calls committed is committed for good (I26, I27, P32). */
  private void noteCommitted(Node node) {
    PartitionReplica replica = node.replica;
    LeaderReplica leader = node.leader();
    if (replica == null || leader == null) {
      return;
    }
    if (node.comparedInEpoch != leader.leaderEpoch()) {
      node.comparedInEpoch = leader.leaderEpoch();
      node.comparedUpTo = 0;
    }
    for (long offset = node.comparedUpTo; offset < replica.highWatermark(); offset++) {
      FakeReplicaLog.Entry own = node.log.entry(offset);
      if (offset == truth()) {
        committed.add(own);
      } else if (!committed.get((int) offset).equals(own)) {
        throw violation("I26: leader " + node.id + " calls " + own + " committed, but " + committed.get((int) offset)
            + " was");
      }
    }
    node.comparedUpTo = Math.max(node.comparedUpTo, replica.highWatermark());
  }

  private void check() {
    for (Node node : nodes.values()) {
      noteCommitted(node);
    }
    for (Node node : nodes.values()) {
      PartitionReplica replica = node.replica;
      if (replica != null) {
        checkReplica(node, replica);
      }
    }
    checkCandidates();
    if (!alarms.isEmpty()) {
      throw violation("alarm: " + alarms);
    }
  }

  private void checkReplica(Node node, PartitionReplica replica) {
    long hw = replica.highWatermark();
    if (hw > node.log.logEndOffset() || hw > truth()) {
      throw violation("I27: node " + node.id + " hw=" + hw + " leo=" + node.log.logEndOffset() + " truth=" + truth());
    }
    LeaderReplica leader = replica.leader();
    if (leader == null) {
      node.highWatermarkEpoch = -1;
      return;
    }
    if (node.highWatermarkEpoch == leader.leaderEpoch() && hw < node.lastHighWatermark) {
      throw violation("I27: leader " + node.id + " took its hw back from " + node.lastHighWatermark + " to " + hw);
    }
    node.highWatermarkEpoch = leader.leaderEpoch();
    node.lastHighWatermark = hw;
    boolean current = leader.leaderEpoch() == state().leaderEpoch();
    if (current && state().isr().size() >= minIsr && !leader.maximalIsr().containsAll(state().isr())) {
      throw violation("I28: leader's maximal isr " + leader.maximalIsr() + ", controller's " + state().isr());
    }
  }

  /** I25: whoever may be elected has everything committed, on disk in sync mode. */
  private void checkCandidates() {
    for (Node node : nodes.values()) {
      boolean candidate = state().isr().contains(node.id) || state().elr().contains(node.id);
      if (candidate && node.alive() && node.brokerEpoch == of(brokers(), node.id).epoch()) {
        long has = sync ? node.log.durableOffset() : node.log.logEndOffset();
        if (has < truth()) {
          throw violation("I25: candidate " + node.id + " has " + has + " of " + truth());
        }
        checkPrefix(node, "I25: candidate");
      }
    }
  }

  /** Compares from the end: earlier offsets were compared when they were last. */
  private void checkPrefix(Node node, String what) {
    for (long offset = truth() - 1; offset >= Math.max(0, truth() - 20); offset--) {
      if (!node.log.entry(offset).equals(committed.get((int) offset))) {
        throw violation(what + " " + node.id + " has " + node.log.entry(offset) + ", committed is "
            + committed.get((int) offset));
      }
    }
  }

  /** I24, and I30: epochs never fall along the log. */
  private void checkNewLeader(Node node) {
    LeaderReplica leader = node.leader();
    boolean current = leader != null && leader.leaderEpoch() == state().leaderEpoch();
    if (current && node.log.logEndOffset() < truth()) {
      throw violation("I24: new leader " + node.id + " ends at " + node.log.logEndOffset() + " of " + truth());
    }
    if (current) {
      checkPrefix(node, "I24: new leader");
    }
    int epoch = -1;
    for (FakeReplicaLog.Entry entry : node.log.entries()) {
      if (entry.epoch() < epoch) {
        throw violation("I30: epoch falls to " + entry.epoch() + " at " + entry.offset());
      }
      epoch = entry.epoch();
    }
  }

  /** I33, I34. */
  private void checkConverged() {
    Node first = node(1);
    for (Node node : nodes.values()) {
      PartitionReplica replica = node.replica;
      if (replica == null || !node.log.entries().equals(first.log.entries())
          || replica.highWatermark() != node.log.logEndOffset()) {
        throw violation("I33: node " + node.id + " ends at " + node.log.logEndOffset() + " hw " + node.highWatermark()
            + ", node 1 at " + first.log.logEndOffset() + ", metadata " + state());
      }
    }
    if (state().isr().size() != nodeCount) {
      throw violation("the isr did not grow back: " + state());
    }
    checkProducers(first.log.entries());
    acknowledged.forEach((offset, payload) -> {
      if (first.log.entry(offset).payload() != payload) {
        throw violation("I34: acknowledged " + payload + " at " + offset + " became " + first.log.entry(offset));
      }
    });
  }

  /** I36: each sequence once, in order, and none left out between two of an epoch. */
  private void checkProducers(List<FakeReplicaLog.Entry> log) {
    Map<Long, FakeReplicaLog.Entry> last = new HashMap<>();
    for (FakeReplicaLog.Entry entry : log) {
      FakeReplicaLog.Entry before = entry.producer() < 0 ? null : last.put(entry.producer(), entry);
      boolean follows = before == null || (entry.producerEpoch() == before.producerEpoch()
          ? entry.sequence() == ((before.sequence() + 1) & Integer.MAX_VALUE)
          : entry.producerEpoch() > before.producerEpoch() && entry.sequence() == 0);
      if (!follows) {
        throw violation("I36: " + entry + " comes after " + before);
      }
    }
  }

  List<String> trace() {
    return trace;
  }
}
