package io.ottla.controller.boot;

import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.random.RandomSource;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.Decision;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.http.RaftJson;
import io.ottla.controller.raft.DurabilityOrder;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogWrite;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftEffect;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.StorageTask;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs what a controller does right after it is elected, before it is: in memory, among three imaginary controllers and brokers. A process
 * that has never led would do all of it for the first time while the whole cluster waits, and the first time costs a JVM ten times as much.
 * Touches no file, no socket and nothing of the real cluster. One thread.
 */
final class Rehearsal {
  private static final String CLUSTER = "rehearsal";
  private static final int NODES = 3;
  private static final int TOPICS_PER_ROUND = 10;
  private static final int TICKS = 300;

  private final ControlSettings settings;
  private final RandomSource random;
  private final List<Node> nodes = new ArrayList<>();
  private final Deque<RaftMessage> wire = new ArrayDeque<>();
  private final ClusterControl control;
  private long nowMs = 1;
  private long index;

  /** One controller of the play. */
  private static final class Node {
    private final RehearsalLog log = new RehearsalLog();
    private final RaftCore core;
    private boolean active;

    Node(RaftIdentity identity, RandomSource random) {
      core = new RaftCore(identity, null, RaftConfig.DEFAULT, HardState.INITIAL, log, new RehearsalLog.NoSnapshots(),
          random, 0);
    }
  }

  private Rehearsal(RandomSource random) {
    this.random = random;
    this.settings = ControlSettings.of(CLUSTER, new TreeMap<>(), 3_000);
    this.control = new ClusterControl(settings, random);
  }

  /**
   * Plays for about that long.
   *
   * @return rounds played
   */
  static int run(RandomSource random, long limitMs) {
    long endNanos = System.nanoTime() + limitMs * 1_000_000;
    int rounds = 0;
    do {
      new Rehearsal(random).round();
      rounds++;
    } while (System.nanoTime() < endNanos);
    return rounds;
  }

  private void round() {
    List<Voter> voters = new ArrayList<>();
    for (int id = 0; id < NODES; id++) {
      voters.add(new Voter(new ReplicaKey(id, random.nextUuid()), "localhost", 1 + id));
    }
    VoterSet set = new VoterSet(voters);
    voters.forEach(voter -> nodes.add(new Node(new RaftIdentity(CLUSTER, voter.key(), set), random)));
    Node leader = elect();
    control.activate(nowMs);
    for (Optional<List<MetadataRecord>> duty = control.nextDuty(nowMs); duty.isPresent(); duty = control
        .nextDuty(nowMs)) {
      commit(leader, duty.get());
    }
    for (int id = 1; id <= NODES; id++) {
      join(leader, id);
    }
    for (int topic = 0; topic < TOPICS_PER_ROUND; topic++) {
      decide(leader,
          control.createTopic(new CreateTopicCommand("t" + topic, 3, NODES, null, new TreeMap<>(), false)));
    }
  }

  private Node elect() {
    for (int tick = 0; tick < TICKS; tick++) {
      nowMs += RaftConfig.DEFAULT.tickMs();
      for (Node node : nodes) {
        step(node, new RaftInput.Tick());
        if (node.active) {
          return node;
        }
      }
    }
    throw new IllegalStateException("three controllers in memory have not elected a leader");
  }

  private void join(Node leader, int id) {
    List<Endpoint> endpoints = List.of(new Endpoint(Endpoint.INTERNAL, "localhost", id));
    String durability = control.speculative().durability();
    Decision<RegisterBrokerCommand.Registered> registered = control.register(new RegisterBrokerCommand(CLUSTER, id,
        random.nextUuid(), List.of(random.nextUuid()), endpoints, null, new TreeMap<>(), -1, RestartClass.LOSSY,
        durability), nowMs);
    decide(leader, registered);
    decide(leader,
        control.heartbeat(new HeartbeatCommand(id, index, index, false, false, List.of(), List.of()), nowMs));
  }

  private void decide(Node leader, Decision<?> decision) {
    if (decision.hasRecords()) {
      commit(leader, decision.records());
    }
  }

  private void commit(Node leader, List<MetadataRecord> records) {
    byte[] payload = MetadataJson.encode(records);
    step(leader, new RaftInput.Propose(index, 0, List.of(payload)));
    index++;
    control.appended(index, 1, records, nowMs);
    control.applyCommitted(index, 1, MetadataJson.decode(payload));
  }

  /** A step, and all that follows from it until nothing is on the wire. */
  private void step(Node node, RaftInput input) {
    carryOut(node, input);
    while (!wire.isEmpty()) {
      RaftMessage message = wire.removeFirst();
      ReplicaKey to = message.envelope().to();
      carryOut(nodes.get(to.nodeId()), new RaftInput.MessageReceived(message));
    }
  }

  private void carryOut(Node node, RaftInput input) {
    for (RaftEffect effect : DurabilityOrder.effects(node.core.step(input, nowMs))) {
      switch (effect) {
        case RaftEffect.Store(StorageTask.ChangeLog(LogWrite write)) -> {
          if (write.truncates()) {
            node.log.truncateFrom(write.truncateFrom());
          }
          node.log.append(write.entries());
          carryOut(node, new RaftInput.Persisted(write.writeId()));
        }
        case RaftEffect.Send(RaftMessage message) -> wire.addLast(overTheWire(message));
        case RaftEffect.Notify(RaftNotice notice) -> node.active |= notice instanceof RaftNotice.LeaderActivated;
        case RaftEffect.PersistHardState _,RaftEffect.Store _ -> {
          // memory keeps everything
        }
      }
    }
  }

  /** As bytes and back, as between two processes. */
  private static RaftMessage overTheWire(RaftMessage message) {
    try {
      return switch (message) {
        case RaftMessage.PreVoteRequest request -> RaftJson.readPreVote(RaftJson.write(request));
        case RaftMessage.VoteRequest request -> RaftJson.readVote(RaftJson.write(request));
        case RaftMessage.AppendRequest request -> RaftJson.readAppend(RaftJson.write(request));
        case RaftMessage.Request request -> request;
        case RaftMessage.Reply reply -> {
          RaftJson.write(reply);
          yield reply;
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException("a message of the rehearsal cannot be read", e);
    }
  }
}
