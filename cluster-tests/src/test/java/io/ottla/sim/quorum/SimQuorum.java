package io.ottla.sim.quorum;

import io.ottla.controller.raft.CoreFactory;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftCore;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.RaftOutput;
import io.ottla.controller.raft.RaftRules;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.RaftLog;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.SimNetwork;
import io.ottla.sim.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A quorum of controllers under one seed. Four phases: warm up; faults under load, with every safety invariant checked at every step; repair
 * of a majority; then the quorum has to come together and stay calm ({@link Liveness}).
 */
final class SimQuorum {
  static final long MS = 1000;
  private static final long WARM_UP_MS = 1000;

  private final long seed;
  private final FaultPlan plan;
  private final RaftConfig config;
  private final Production production;
  private final EventScheduler scheduler = new EventScheduler();
  private final Transcript transcript;
  private final SimNetwork<RaftMessage> network;
  private final List<SimVoter> nodes = new ArrayList<>();
  private final QuorumChecker checker;
  private final ClientModel clients;
  private final Faults faults;
  private final Operator operator;
  private final Liveness liveness;
  private final SeededRandom loadRandom;
  private final SeededRandom failureRandom;
  private boolean loading;
  private long steps;
  private long snapshotsWritten;
  private long snapshotsInstalled;

  /** What a run takes from production, or replaces by something broken. */
  record Production(RaftRules rules, DriverOrder order, Recovery recovery) {
    static final Production AS_IT_IS = new Production(CoreFactory.PROTOCOL, DriverOrder.PRODUCTION,
        Recovery.PRODUCTION);
  }

  SimQuorum(long seed, Production production, boolean verbose) {
    var random = new SeededRandom(SeededRandom.mix(seed));
    this.seed = seed;
    this.production = production;
    this.plan = FaultPlan.draw(random.split("plan"));
    this.config = plan.config();
    this.transcript = new Transcript(scheduler, verbose);
    this.network = new SimNetwork<>(scheduler, random.split("network"), plan.voters() + plan.spares(), this::deliver);
    this.clients = new ClientModel(random.split("clients"), plan.load().payloadBytes());
    this.loadRandom = random.split("load");
    this.failureRandom = random.split("transport failures");
    this.checker = new QuorumChecker(nodes, new CommittedLog(addNodes(random)));
    this.operator = new Operator(plan, scheduler, random.split("operator"), nodes, checker, clients,
        production.recovery());
    this.faults = new Faults(plan, scheduler, random.split("faults"), network, nodes, operator::wipe);
    this.liveness = new Liveness(scheduler, random.split("liveness"), network, nodes, checker, clients);
  }

  private VoterSet addNodes(SeededRandom random) {
    SeededRandom identities = random.split("identities");
    var members = new ArrayList<Voter>();
    for (int number = 0; number < plan.voters() + plan.spares(); number++) {
      members.add(new Voter(new ReplicaKey(number, identities.nextUuid()), "sim", 1000 + number));
    }
    var voters = new VoterSet(members.subList(0, plan.voters()));
    for (Voter member : members) {
      int number = member.key().nodeId();
      SeededRandom own = random.split("node " + number);
      double rate = 1 + plan.limits().clockSkew() * (2 * own.fraction() - 1);
      var clock = new SimClock(scheduler, own.between(0, 1_000_000), rate);
      var disk = new SimDisk(scheduler, own.split("disk"), 200, own.between(300, 8000));
      var directory = new SimDirectory(new RaftIdentity("sim", member.key(), voters), production.recovery());
      nodes.add(new SimVoter(number, directory, this, scheduler, clock, disk, own));
    }
    return voters;
  }

  /** Runs all phases; a broken invariant is thrown with everything needed to see it again. */
  Result run() {
    try {
      nodes.forEach(SimVoter::start);
      liveness.watchIsolation();
      loading = true;
      load();
      nodes.forEach(this::writeSnapshots);
      scheduler.runUntil(WARM_UP_MS * MS);
      faults.begin();
      operator.begin();
      liveness.runFor(plan.faultMs());
      repairMajority();
      return new Result(transcript.hash(), scheduler.executed(), steps, checker.elections(),
          checker.committed().lastIndex(), checker.committed().voterChanges(), snapshotsWritten, snapshotsInstalled,
          clients.acknowledged(), clients.readsServed(), faults.done());
    } catch (RuntimeException broken) {
      throw new SimulationFailure(seed, describe(broken), broken);
    }
  }

  private void repairMajority() {
    operator.end();
    List<SimVoter> staying = liveness.minorityThatStaysDown(operator);
    faults.end(staying);
    liveness.runFor(plan.limits().slowForceMs() + plan.weather().burstDelayUs() / MS); // what is still on its way
    liveness.comeTogether(operator, () -> loading = false);
    liveness.staysCalm(staying, operator);
  }

  private String describe(RuntimeException broken) {
    return "seed " + seed + " breaks " + broken.getMessage() + "\n  after event " + scheduler.executed() + " at "
        + scheduler.nowUs() / MS + " ms\n  " + plan + "\n" + transcript.newest()
        + "replay: mvn -q -pl cluster-tests -am test -Dtest=QuorumSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dottla.sim.seed="
        + seed;
  }

  // ------------------------------------------------------------------ what nodes need

  RaftCore newCore(SimVoter node, HardState stored, RaftLog log, SeededRandom random) {
    SimDirectory directory = node.directory();
    transcript.add(node.number(), describeStart(directory), directory.trace().lastIndex());
    return CoreFactory.newCore(directory.identity(), node.member(), config, production.rules(), stored, log,
        directory.snapshots(), random, node.nowMs());
  }

  DriverOrder order() {
    return production.order();
  }

  QuorumChecker checker() {
    return checker;
  }

  int ballast() {
    return plan.load().ballast();
  }

  boolean diesNow(SimVoter node) {
    boolean dies = faults.diesNow(node);
    if (dies) {
      transcript.add(node.number(), "DIES", 1);
    }
    return dies;
  }

  boolean forceFails(SimVoter node) {
    boolean fails = faults.forceFails(node);
    if (fails) {
      transcript.add(node.number(), "FORCE FAILS", 1);
    }
    return fails;
  }

  void wonElection(SimVoter node) {
    faults.wonElection(node);
  }

  void delicate(SimVoter node, long withinMs) {
    faults.delicate(node, withinMs);
  }

  void send(SimVoter from, RaftMessage message) {
    int to = message.envelope().to().nodeId();
    network.send(from.number(), to, message);
    if (message instanceof RaftMessage.Reply && faults.diesAfterReply(from)) {
      transcript.add(from.number(), "DIES AFTER REPLY", 1);
    } else if (message instanceof RaftMessage.Request && !nodes.get(to).isUp() && failureRandom.chance(0.5)) {
      var failed = new RaftInput.TransportFailed(message.envelope().to(), message.envelope().requestId());
      int life = from.incarnation();
      scheduler.after(MS, () -> {
        if (from.incarnation() == life) {
          from.receive(failed);
        }
      });
    }
  }

  private void deliver(int to, RaftMessage message) {
    nodes.get(to).receive(new RaftInput.MessageReceived(message));
  }

  void stepped(SimVoter node, boolean led, RaftInput input, RaftOutput output) {
    steps++;
    checker.stepped(node, led, node.term(), output.notices());
    if (input instanceof RaftInput.Tick && output.messages().isEmpty() && output.notices().isEmpty()) {
      return;
    }
    long digest = node.term() * 31 + node.directory().trace().lastIndex();
    for (RaftMessage message : output.messages()) {
      digest = digest * 31 + message.envelope().requestId() * 31 + message.envelope().to().nodeId();
    }
    transcript.add(node.number(), new Step(node.leads() ? Role.LEADER : Role.FOLLOWER, node.term(), input, output),
        digest);
  }

  void noticed(SimVoter node, RaftNotice notice) {
    checker.noticed(node, notice);
    clients.noticed(notice);
    if (notice instanceof RaftNotice.SnapshotInstalled) {
      snapshotsInstalled++;
    }
  }

  void snapshotWritten() {
    snapshotsWritten++;
  }

  // ------------------------------------------------------------------ what happens by itself

  private void load() {
    scheduler.after(loadRandom.between(1, 2 * plan.load().gapMs()) * MS, () -> {
      if (loading) {
        SimVoter node = nodes.get(loadRandom.nextInt(nodes.size()));
        boolean anybody = loadRandom.chance(0.5);
        for (SimVoter other : nodes) {
          node = !anybody && other.leads() ? other : node;
        }
        if (node.isUp()) {
          long term = loadRandom.chance(0.05) ? loadRandom.nextInt(20) : node.activeTerm();
          node.receive(loadRandom.chance(0.3) ? clients.read() : clients.propose(term));
        }
      }
      load();
    });
  }

  private void writeSnapshots(SimVoter node) {
    if (plan.operator().snapshotGapMs() > 0) {
      scheduler.after(loadRandom.between(1, 2 * plan.operator().snapshotGapMs()) * MS, () -> {
        if (loading) {
          node.writeSnapshot();
        }
        writeSnapshots(node);
      });
    }
  }

  /** What a start looked like, for readers of a failure. */
  private static String describeStart(SimDirectory directory) {
    LogTrace trace = directory.trace();
    return "STARTS as " + directory.key() + " with log (" + trace.start().index() + ", " + trace.lastIndex()
        + "], snapshot " + directory.snapshots().newest() + ", voters " + trace.voters();
  }

  /** What a step looked like, for readers of a failure. */
  private record Step(Role role, long term, RaftInput input, RaftOutput output) {
    @Override
    public String toString() {
      return role + "@" + term + " " + input + "\n" + " ".repeat(30) + "=> " + output.messages() + output.notices()
          + (output.hardState() == null ? "" : output.hardState())
          + (output.logWrite() == null ? "" : output.logWrite()) + output.snapshotWrites();
    }
  }

  /** Figures of a run that kept every invariant. */
  record Result(long hash, long events, long steps, long elections, long committed, long voterChanges,
      long snapshotsWritten, long snapshotsInstalled, long acknowledged, long reads, Map<FaultKind, Long> faults) {}

  /** A run that broke an invariant. */
  static final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long seed;

    SimulationFailure(long seed, String message, RuntimeException cause) {
      super(message, cause);
      this.seed = seed;
    }

    long seed() {
      return seed;
    }
  }
}
