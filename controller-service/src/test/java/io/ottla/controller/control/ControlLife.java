package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.AlterPartitionCommand.Answer;
import io.ottla.controller.control.AlterPartitionCommand.Member;
import io.ottla.controller.control.AlterPartitionCommand.Proposal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Random lives of a cluster: brokers crash, are said to be gone, restart with more or less of their logs, leave in order, come back; leaders
 * write, shrink and expand ISRs, repeat old requests; topics come, grow, get other settings and go; partitions move and moves are given up; brokers are
 * decommissioned; controllers fail over with uncommitted entries lost. After every entry I15 to I19 are checked, and against a model of the
 * logs that no committed record is ever out of reach of an election (I24, I25). A seed decides all.
 */
final class ControlLife {
  private static final int STEPS = 250;
  private static final List<RestartClass> RESTARTS = List.of(RestartClass.values());

  /** One broker process and its disk. */
  private static final class Process {
    boolean running;
    boolean leaving;
    long epoch = -1;
    long storedEpoch = -1;
    /** Kept on disk until a registration is known to be accepted: the next start finds the log in order, but it is not complete. */
    boolean lossy;
    /** Replicas whose log cannot be used, with the newest leader epoch under which they may have said something of it. */
    final Map<TopicIdPartition, Integer> lost = new TreeMap<>();
    UUID directory;
    RegisterBrokerCommand registration;

    Process(UUID directory, RegisterBrokerCommand registration) {
      this.directory = directory;
      this.registration = registration;
    }
  }

  /**
   * A proposal as sent once. It arrives late, repeatedly, or never, until it was refused as ineligible: that answer ends this attempt, though
   * not other attempts at the same proposal that went unanswered (P24).
   */
  private static final class Attempt {
    final AlterPartitionCommand command;
    final Proposal proposal;
    boolean refused;

    Attempt(AlterPartitionCommand command, Proposal proposal) {
      this.command = command;
      this.proposal = proposal;
    }
  }

  private record Backup(UUID directory, long epoch, Map<TopicIdPartition, List<Integer>> logs) {}

  private static final int BROKERS = 5;

  final TestCluster cluster;
  final DataModel data = new DataModel();
  final boolean mayLose;
  final int pieceRecords;
  int leaderChanges;
  int losses;
  private final SeededSource random;
  private final long seed;
  private final ImageInvariants invariants = new ImageInvariants();
  private final Map<Integer, Process> processes = new TreeMap<>();
  final ControlMoves moves;
  private final List<Runnable> oldBeats = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<CreateTopicCommand> creations = new ArrayList<>();
  private final Map<Integer, Backup> backups = new HashMap<>();
  private MetadataImage checked = MetadataImage.EMPTY;
  private int topics;

  ControlLife(long seed, String durability) {
    this.seed = seed;
    this.random = new SeededSource(seed);
    this.mayLose = !durability.equals("sync");
    Map<String, String> configs = Map.of("min.insync.replicas", Integer.toString(1 + random.nextInt(3)), "durability",
        durability);
    // Whatever concerns several partitions is cut into pieces of one or two, as if there were thousands.
    this.pieceRecords = random.nextInt(2) == 0 ? 1 + random.nextInt(2) : Piece.MAX_RECORDS;
    this.cluster = new TestCluster(configs, pieceRecords);
    this.moves = new ControlMoves(cluster, random, BROKERS);
    for (int id = 1; id <= BROKERS; id++) {
      processes.put(id, new Process(TestCluster.directory(id), cluster.registration(id)));
    }
  }

  void live() {
    int step = 0;
    try {
      processes.keySet().forEach(this::start);
      for (; step < STEPS; step++) {
        act();
        check();
      }
      heal();
      check();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
    }
    assertThat(cluster.replayed().digest()).as("seed " + seed).isEqualTo(cluster.control.committed().digest());
  }

  private void act() {
    int broker = 1 + random.nextInt(BROKERS);
    Process process = process(broker);
    switch (random.nextInt(28)) {
      case 0 -> crash(process);
      case 1, 2, 3 -> start(broker);
      case 4 -> cluster.holdCommits = random.nextInt(3) == 0;
      case 5 -> failOver();
      case 6 -> createTopic();
      case 7 -> deleteTopic();
      case 8 -> process.leaving = process.leaving || random.nextInt(3) == 0;
      case 9, 10 -> shrink();
      case 11, 12 -> expand();
      case 13 -> recent(oldBeats).ifPresent(Runnable::run);
      case 14, 15 -> recent(attempts).filter(attempt -> !attempt.refused).ifPresent(this::deliver);
      case 16 -> backUp(broker, process);
      case 17 -> hint(broker);
      case 24 -> loseReplica(broker, process);
      case 18, 19, 20, 21, 22, 23 -> moves.act(mayLose);
      default -> write();
    }
    if (!cluster.holdCommits) {
      cluster.commitAll();
    }
    pass(random.nextInt(12) == 0 ? 2_000 : random.nextInt(400));
  }

  private void pass(long ms) {
    for (long left = ms; left > 0; left -= 200) {
      cluster.nowMs += Math.min(left, 200);
      processes.forEach(this::keepInTouch);
      cluster.duties();
    }
    processes.forEach(this::talk);
  }

  private void keepInTouch(int id, Process process) {
    if (process.running && process.epoch >= 0) {
      cluster.control.contact(id, process.epoch, cluster.nowMs);
    }
  }

  /** Says that a process is gone, be it true or not. */
  private void hint(int broker) {
    long epoch = cluster.image().broker(broker).map(BrokerRegistration::brokerEpoch).orElse(-1L);
    cluster.nowMs++;
    cluster.control.brokerGone(broker, epoch, cluster.nowMs);
    cluster.duties();
  }

  /** F24: something sent earlier, which now arrives late or once more; the newest are the likeliest. */
  private <T> Optional<T> recent(List<T> sent) {
    int age = random.nextInt(1 + random.nextInt(40));
    return age < sent.size() ? Optional.of(sent.get(sent.size() - 1 - age)) : Optional.empty();
  }

  private void backUp(int id, Process process) {
    if (process.storedEpoch >= 0) {
      backups.put(id, new Backup(process.directory, process.storedEpoch, data.copy(id)));
    }
  }

  /** The disk is set back to an earlier epoch, looking perfectly clean. */
  private void restore(int id, Process process) {
    Backup backup = backups.get(id);
    long active = cluster.image().broker(id).map(BrokerRegistration::lastActiveEpoch).orElse(-1L);
    if (backup != null && backup.directory().equals(process.directory) && backup.epoch() < active) {
      data.restore(id, backup.logs());
      process.storedEpoch = backup.epoch();
    }
  }

  /** P43: a log turns out to be rotten. Whoever restarts before that is settled says so by its restart class. */
  private void loseReplica(int broker, Process process) {
    List<TopicIdPartition> mine = new ArrayList<>();
    cluster.control.committed().forEachPartition((topic, number, state) -> {
      if (state.isReplica(broker)) {
        mine.add(new TopicIdPartition(topic.id(), number));
      }
    });
    if (isAsRegistered(broker) && !mine.isEmpty()) {
      TopicIdPartition id = mine.get(random.nextInt(mine.size()));
      process.lost.putIfAbsent(id, committedState(id).leaderEpoch());
      data.lose(broker, id);
      losses++;
    }
  }

  private boolean isUsable(int broker, TopicIdPartition id) {
    return isAsRegistered(broker) && !process(broker).lost.containsKey(id);
  }

  /** P45: a new log is begun once the committed metadata has the replica out of ISR and ELR in a later epoch. */
  private void beginAnew(int id, Process process) {
    process.lost.entrySet().removeIf(entry -> cluster.control.committed()
        .partition(entry.getKey().topicId(), entry.getKey().partition())
        .map(state -> !state.isReplica(id) || (state.leaderEpoch() > entry.getValue() && !state.isr().contains(id)
            && !state.elr().contains(id)))
        .orElse(true));
  }

  private List<HeartbeatCommand.Lost> lostReplicas(Process process) {
    List<HeartbeatCommand.Lost> lost = new ArrayList<>();
    process.lost.forEach((id, epoch) -> lost.add(new HeartbeatCommand.Lost(id,
        random.nextInt(4) == 0 ? epoch : Math.max(epoch, committedState(id).leaderEpoch()))));
    return lost;
  }

  private void crash(Process process) {
    process.lossy |= !process.lost.isEmpty();
    process.lost.clear();
    process.running = false;
    process.leaving = false;
    process.epoch = -1;
  }

  /** Starts a process that is down, with whatever its disk has kept. */
  private void start(int id) {
    Process process = process(id);
    if (process.running) {
      return;
    }
    process.running = true;
    RestartClass restartClass = RESTARTS.get(random.nextInt(RESTARTS.size()));
    if (restartClass == RestartClass.LOSSY) {
      data.cut(id, size -> random.nextInt(2) == 0);
      process.lossy = true;
    } else if (random.nextInt(8) == 0) {
      data.wipe(id);
      process.directory = random.nextUuid();
      process.storedEpoch = -1;
    } else if (random.nextInt(4) == 0) {
      restore(id, process);
    }
    process.registration = registration(id, process, restartClass);
  }

  private RegisterBrokerCommand registration(int id, Process process, RestartClass restartClass) {
    return cluster.registration(id, process.storedEpoch, process.lossy ? RestartClass.LOSSY : restartClass,
        process.directory);
  }

  private void talk(int id, Process process) {
    if (!process.running) {
      return;
    }
    if (process.epoch < 0) {
      register(id, process);
      return;
    }
    beginAnew(id, process);
    HeartbeatCommand beat = new HeartbeatCommand(id, process.epoch, cluster.control.committed().index(), false,
        process.leaving, List.of(), lostReplicas(process));
    Decision<HeartbeatCommand.Beat> decision = cluster.run(cluster.control.heartbeat(beat, cluster.nowMs));
    oldBeats.add(() -> cluster.run(cluster.control.heartbeat(beat, cluster.nowMs)));
    boolean told = decision.hasRecords() ? !cluster.holdCommits : isCommitted(decision);
    if (told && (decision.error().isPresent() || decision.value().orElseThrow().shouldShutdown())) {
      crash(process);
    }
  }

  private void register(int id, Process process) {
    Decision<RegisterBrokerCommand.Registered> decision = cluster.run(
        cluster.control.register(process.registration, cluster.nowMs));
    boolean told = decision.value().isPresent()
        && (decision.hasRecords() ? !cluster.holdCommits : isCommitted(decision));
    if (told) {
      process.epoch = decision.value().orElseThrow().brokerEpoch();
      if (random.nextInt(6) == 0) {
        crash(process);
      } else {
        process.storedEpoch = process.epoch;
        process.lossy = false;
      }
    }
  }

  private boolean isCommitted(Decision<?> decision) {
    return decision.waitForIndex() <= cluster.control.committed().index();
  }

  /** A new controller has the committed entries only. */
  private void failOver() {
    int size = (int) cluster.control.committed().index();
    cluster.log.subList(size, cluster.log.size()).clear();
    if (random.nextInt(2) == 0) {
      cluster.control.resign();
    } else {
      cluster.control = new ClusterControl(cluster.settings, new SeededSource(random.nextLong()), pieceRecords);
      for (int index = 1; index <= size; index++) {
        cluster.control.applyCommitted(index, 1, cluster.log.get(index - 1));
      }
    }
    cluster.nowMs += random.nextInt(5_000);
    cluster.control.activate(cluster.nowMs);
  }

  private void createTopic() {
    if (cluster.image().topicCount() < 4) {
      topics++;
      CreateTopicCommand command = CreateTopicCommand.of("t" + topics % 6, 1 + random.nextInt(3),
          1 + random.nextInt(4), null, Map.of(), false);
      create(random.nextInt(2) == 0
          ? command
          : command.withId(random.nextUuid(), cluster.control.committed().index()));
    }
    recent(creations).filter(command -> command.topicId() != null).ifPresent(this::create);
  }

  /** With a chosen id, it may be sent again at any time (F24): it creates its topic once, whatever has happened since. */
  private void create(CreateTopicCommand command) {
    creations.add(command);
    cluster.run(cluster.control.createTopic(command));
  }

  private void deleteTopic() {
    if (random.nextInt(4) == 0) {
      cluster.run(cluster.control.deleteTopic(new DeleteTopicCommand("t" + random.nextInt(6))));
    }
  }

  /** Partitions whose leader runs under its current registration, as everybody may know. */
  private List<TopicIdPartition> ledPartitions() {
    List<TopicIdPartition> led = new ArrayList<>();
    cluster.control.committed().forEachPartition((topic, number, state) -> {
      TopicIdPartition id = new TopicIdPartition(topic.id(), number);
      if (state.hasLeader() && isUsable(state.leader(), id)) {
        led.add(id);
      }
    });
    return led;
  }

  private boolean isAsRegistered(int broker) {
    Process process = process(broker);
    return process.running && process.epoch >= 0 && process.epoch == cluster.control.committed().broker(broker)
        .map(BrokerRegistration::brokerEpoch).orElse(-1L);
  }

  private void write() {
    List<TopicIdPartition> led = ledPartitions();
    for (int i = 0; i < 3 && !led.isEmpty(); i++) {
      TopicIdPartition id = led.get(random.nextInt(led.size()));
      PartitionState state = committedState(id);
      data.append(state.leader(), id);
      boolean allReplicate = random.nextInt(3) != 0;
      for (int member : maximalIsr(id, state)) {
        if (member != state.leader() && isUsable(member, id) && (allReplicate || random.nextInt(2) == 0)) {
          data.replicate(state.leader(), member, id);
        }
      }
      commit(id);
    }
  }

  private void commit(TopicIdPartition id) {
    PartitionState state = committedState(id);
    MetadataImage committed = cluster.control.committed();
    int minIsr = committed.effectiveMinIsr(committed.topic(id.topicId()).orElseThrow(), state);
    boolean sufficient = state.isr().size() >= minIsr
        && state.leaderRecoveryState() == LeaderRecoveryState.RECOVERED && !lossPossible();
    data.commit(id, state.leader(), maximalIsr(id, state), sufficient);
  }

  /** After an unclean election the model no longer knows what "committed" means. */
  private boolean lossPossible() {
    return mayLose && cluster.control.uncleanElections() > 0;
  }

  /** P18: the committed ISR and whatever is proposed and may still be accepted. */
  private Set<Integer> maximalIsr(TopicIdPartition id, PartitionState state) {
    Set<Integer> members = new LinkedHashSet<>(state.isr());
    for (Attempt attempt : unresolved(id, state)) {
      attempt.proposal.newIsr().forEach(member -> members.add(member.brokerId()));
    }
    return members;
  }

  private List<Attempt> unresolved(TopicIdPartition id, PartitionState state) {
    return attempts.stream().filter(attempt -> attempt.proposal.id().equals(id) && !attempt.refused
        && attempt.proposal.partitionEpoch() == state.partitionEpoch()).toList();
  }

  private void shrink() {
    List<TopicIdPartition> led = ledPartitions();
    if (!led.isEmpty()) {
      TopicIdPartition id = led.get(random.nextInt(led.size()));
      PartitionState state = committedState(id);
      List<Integer> isr = state.isr().stream()
          .filter(member -> member == state.leader() || random.nextInt(2) == 0).toList();
      propose(id, state, isr);
    }
  }

  /** P23: a follower is let in once it has everything the leader has. */
  private void expand() {
    for (TopicIdPartition id : ledPartitions()) {
      PartitionState state = committedState(id);
      List<Integer> isr = new ArrayList<>(state.isr());
      for (int replica : state.replicas()) {
        if (!isr.contains(replica) && isUsable(replica, id) && random.nextInt(3) != 0
            && state.leaderRecoveryState() == LeaderRecoveryState.RECOVERED) {
          data.replicate(state.leader(), replica, id);
          isr.add(replica);
        }
      }
      propose(id, state, isr);
    }
  }

  /** One whose outcome is unknown is repeated or replaced, and counts until an answer or the metadata settles it (P24). */
  private void propose(TopicIdPartition id, PartitionState state, List<Integer> isr) {
    List<Attempt> unresolved = unresolved(id, state);
    boolean pointless = isr.equals(state.isr()) && state.leaderRecoveryState() == LeaderRecoveryState.RECOVERED;
    if (pointless && unresolved.isEmpty()) {
      return;
    }
    List<Member> members = isr.stream().map(broker -> new Member(broker, process(broker).epoch)).toList();
    boolean repeated = !unresolved.isEmpty() && random.nextInt(2) == 0;
    Proposal proposal = repeated
        ? unresolved.getLast().proposal
        : new Proposal(id, state.leaderEpoch(), state.partitionEpoch(), members, LeaderRecoveryState.RECOVERED);
    Attempt attempt = new Attempt(
        new AlterPartitionCommand(state.leader(), process(state.leader()).epoch, List.of(proposal)), proposal);
    attempts.add(attempt);
    if (random.nextInt(4) != 0) {
      deliver(attempt);
    }
  }

  /** Hands an attempt to the controller; a definite refusal ends it. */
  private void deliver(Attempt attempt) {
    Decision<List<Answer>> decision = cluster.run(cluster.control.alterPartitions(attempt.command));
    attempt.refused = isCommitted(decision) && decision.value()
        .map(answers -> answers.getFirst().error() == ErrorCode.INELIGIBLE_REPLICA).orElse(false);
  }

  private void check() {
    MetadataImage committed = cluster.control.committed();
    for (long index = checked.index() + 1; index <= committed.index(); index++) {
      var records = cluster.log.get((int) index - 1);
      MetadataImage after = MetadataDelta.apply(checked, index, 1, records);
      invariants.check(checked, records, after);
      deleteRemovedReplicas(checked, after, records);
      leaderChanges += (int) records.stream()
          .filter(r -> r instanceof PartitionChange c && c.leader() != null)
          .count();
      checked = after;
    }
    if (!lossPossible()) {
      data.check(committed, this::isUsable);
    }
  }

  /** M33: whoever runs deletes its log as soon as it may; whoever does not keeps one that goes stale. */
  private void deleteRemovedReplicas(MetadataImage before, MetadataImage after, List<MetadataRecord> records) {
    for (MetadataRecord change : records) {
      if (change instanceof PartitionChange moved && moved.replicas() != null) {
        TopicIdPartition id = new TopicIdPartition(moved.topicId(), moved.partition());
        List<Integer> now = after.partition(id.topicId(), id.partition()).orElseThrow().replicas();
        before.partition(id.topicId(), id.partition()).orElseThrow().replicas().stream()
            .filter(broker -> !now.contains(broker) && process(broker).running)
            .forEach(broker -> data.forget(broker, id));
        moves.moved += before.partition(id.topicId(), id.partition()).orElseThrow().reassigning() ? 1 : 0;
      }
    }
  }

  /** All faults end: everybody comes back with the log it has, and whatever can be led is led (I21). */
  private void heal() {
    cluster.holdCommits = false;
    cluster.commitAll();
    check();
    for (int round = 0; round < 60; round++) {
      processes.forEach((id, process) -> {
        if (!process.running) {
          process.running = true;
          process.registration = registration(id, process, RestartClass.CRASH_DURABLE);
        }
      });
      pass(500);
      check(); // before anything is copied to a broker that has to delete first
      expand();
      write();
      check();
    }
    MetadataImage image = cluster.control.committed();
    assertThat(image.brokers().values()).allMatch(BrokerRegistration::active);
    image.forEachPartition((topic, number, state) -> {
      boolean recoverable = !state.isr().isEmpty() || !state.elr().isEmpty();
      assertThat(state.hasLeader()).as("I21: " + topic.name() + "-" + number + " " + state).isEqualTo(recoverable);
      if (recoverable) {
        assertThat(state.reassigning()).as("I21: the move ends " + topic.name() + "-" + number + " " + state).isFalse();
        assertThat(state.replicas()).as("drained").noneMatch(image::isDraining);
        assertThat(state.isr()).as("the ISR grows back").hasSameSizeAs(state.replicas());
      }
    });
  }

  private PartitionState committedState(TopicIdPartition id) {
    return cluster.control.committed().partition(id.topicId(), id.partition()).orElseThrow();
  }

  private Process process(int broker) {
    Process process = processes.get(broker);
    if (process == null) {
      throw new IllegalStateException("no broker " + broker);
    }
    return process;
  }
}
