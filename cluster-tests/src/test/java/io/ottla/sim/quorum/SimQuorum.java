package io.ottla.sim.quorum;

import io.ottla.controller.raft.CoreFactory;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
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
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.SimNetwork;
import io.ottla.sim.Transcript;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A quorum of controllers under one seed. Four phases: warm up; faults under load, with every safety invariant checked at every step; repair;
 * then the quorum has to come together, complete commands, and stay calm while one healthy node is cut off and returns (I14).
 */
final class SimQuorum {
  private static final long MS = 1000;
  private static final long WARM_UP_MS = 1000;
  private static final long HEAL_MS = 3000;
  private static final long CONVERGE_MS = 5000;
  private static final long ISOLATION_LIMIT_MS = 1000;
  private static final long ISOLATION_CHECK_MS = 50;

  private final long seed;
  private final FaultPlan plan;
  private final RaftConfig config;
  private final RaftRules rules;
  private final DriverOrder order;
  private final EventScheduler scheduler = new EventScheduler();
  private final Transcript transcript;
  private final SimNetwork<RaftMessage> network;
  private final List<SimVoter> voters = new ArrayList<>();
  private final QuorumChecker checker;
  private final ClientModel clients;
  private final Faults faults;
  private final SeededRandom loadRandom;
  private final SeededRandom failureRandom;
  private final long[] isolatedSinceUs;
  private boolean loading;
  private long steps;

  SimQuorum(long seed, RaftRules rules, DriverOrder order, boolean verbose) {
    var random = new SeededRandom(SeededRandom.mix(seed));
    this.seed = seed;
    this.plan = FaultPlan.draw(random.split("plan"));
    this.config = plan.config();
    this.rules = rules;
    this.order = order;
    this.transcript = new Transcript(scheduler, verbose);
    this.network = new SimNetwork<>(scheduler, random.split("network"), plan.voters(), this::deliver);
    this.checker = new QuorumChecker(voters, plan.voters());
    this.clients = new ClientModel(random.split("clients"), plan.payloadBytes());
    this.loadRandom = random.split("load");
    this.failureRandom = random.split("transport failures");
    this.isolatedSinceUs = new long[plan.voters()];
    addVoters(random);
    this.faults = new Faults(plan, scheduler, random.split("faults"), network, voters);
  }

  private void addVoters(SeededRandom random) {
    SeededRandom identities = random.split("identities");
    var members = new ArrayList<Voter>();
    for (int number = 0; number < plan.voters(); number++) {
      members.add(new Voter(new ReplicaKey(number, identities.nextUuid()), "sim", 1000 + number));
    }
    var set = new VoterSet(members);
    for (Voter member : set.voters()) {
      int number = member.key().nodeId();
      SeededRandom own = random.split("node " + number);
      double rate = 1 + plan.clockSkew() * (2 * own.fraction() - 1);
      var clock = new SimClock(scheduler, own.between(0, 1_000_000), rate);
      var disk = new SimDisk(scheduler, own.split("disk"), 200, own.between(300, 8000));
      voters.add(new SimVoter(number, new RaftIdentity("sim", member.key(), set), this, scheduler, clock, disk, own));
    }
  }

  /** Runs all phases; a broken invariant is thrown with everything needed to see it again. */
  Result run() {
    try {
      voters.forEach(SimVoter::start);
      watchIsolation();
      loading = true;
      load();
      scheduler.runUntil(WARM_UP_MS * MS);
      faults.begin();
      runFor(plan.faultMs());
      faults.end();
      runFor(HEAL_MS);
      comeTogether();
      staysCalmWhileOneReturns();
      return new Result(transcript.hash(), scheduler.executed(), steps, checker.elections(), checker.committedIndex(),
          clients.acknowledged(), clients.readsServed(), faults.done());
    } catch (RuntimeException broken) {
      throw new SimulationFailure(describe(broken), broken);
    }
  }

  private void runFor(long ms) {
    scheduler.runUntil(scheduler.nowUs() + ms * MS);
  }

  private String describe(RuntimeException broken) {
    return "seed " + seed + " breaks " + broken.getMessage() + "\n  after event " + scheduler.executed() + " at "
        + scheduler.nowUs() / MS + " ms\n  " + plan + "\n" + transcript.newest()
        + "replay: mvn -q -pl cluster-tests -am test -Dtest=QuorumSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dottla.sim.seed="
        + seed;
  }

  // ------------------------------------------------------------------ what voters need

  RaftCore newCore(SimVoter voter, HardState stored, RaftLog log, SeededRandom random) {
    return CoreFactory.newCore(voter.identity(), config, rules, stored, log, random, voter.nowMs());
  }

  DriverOrder order() {
    return order;
  }

  QuorumChecker checker() {
    return checker;
  }

  boolean diesNow(SimVoter voter) {
    boolean dies = faults.diesNow(voter);
    if (dies) {
      transcript.add(voter.number(), "DIES", 1);
    }
    return dies;
  }

  void send(SimVoter from, RaftMessage message) {
    int to = message.envelope().to().nodeId();
    network.send(from.number(), to, message);
    if (message instanceof RaftMessage.Request && !voters.get(to).isUp() && failureRandom.chance(0.5)) {
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
    voters.get(to).receive(new RaftInput.MessageReceived(message));
  }

  void stepped(SimVoter voter, RaftInput input, RaftOutput output) {
    steps++;
    QuorumReport report = voter.core().report(voter.nowMs());
    checker.stepped(voter, report.term(), output.notices());
    if (input instanceof RaftInput.Tick && output.messages().isEmpty() && output.notices().isEmpty()) {
      return;
    }
    long digest = ((report.term() * 31 + report.commitIndex()) * 31 + report.lastIndex()) * 31
        + report.role().name().hashCode();
    for (RaftMessage message : output.messages()) {
      digest = digest * 31 + message.envelope().requestId() * 31 + message.envelope().to().nodeId();
    }
    transcript.add(voter.number(), new Step(report.role(), report.term(), input, output), digest);
  }

  void noticed(SimVoter voter, RaftNotice notice) {
    checker.noticed(voter, notice);
    clients.noticed(notice);
  }

  // ------------------------------------------------------------------ load

  private void load() {
    scheduler.after(loadRandom.between(1, 2 * plan.loadGapMs()) * MS, () -> {
      if (loading) {
        SimVoter voter = voters.get(loadRandom.nextInt(voters.size()));
        if (voter.isUp()) {
          long term = loadRandom.chance(0.05) ? loadRandom.nextInt(20) : voter.activeTerm();
          voter.receive(loadRandom.chance(0.3) ? clients.read() : clients.propose(term));
        }
      }
      load();
    });
  }

  // ------------------------------------------------------------------ liveness

  /** A leader that cannot reach a majority both ways gives up in bounded time (Q28). */
  private void watchIsolation() {
    scheduler.after(ISOLATION_CHECK_MS * MS, () -> {
      for (SimVoter voter : voters) {
        boolean leads = voter.isUp() && !voter.isPaused() && voter.core().report(voter.nowMs()).role() == Role.LEADER;
        if (!leads || reachable(voter) >= voter.identity().voters().majority()) {
          isolatedSinceUs[voter.number()] = scheduler.nowUs();
        } else if (scheduler.nowUs() - isolatedSinceUs[voter.number()] > ISOLATION_LIMIT_MS * MS) {
          throw new InvariantViolation("I11",
              "node " + voter.number() + " still leads after " + ISOLATION_LIMIT_MS + " ms without a majority");
        }
      }
      watchIsolation();
    });
  }

  private int reachable(SimVoter voter) {
    int reachable = 1;
    for (SimVoter other : voters) {
      if (other != voter && other.isUp() && network.isOpen(voter.number(), other.number())
          && network.isOpen(other.number(), voter.number())) {
        reachable++;
      }
    }
    return reachable;
  }

  private SimVoter requireLeader() {
    SimVoter leader = onlyActive();
    if (leader == null) {
      throw new InvariantViolation("I14", "not exactly one active leader " + HEAL_MS + " ms after all faults ended");
    }
    return leader;
  }

  private @Nullable SimVoter onlyActive() {
    SimVoter found = null;
    for (SimVoter voter : voters) {
      if (voter.activeTerm() != 0) {
        if (found != null) {
          return null;
        }
        found = voter;
      }
    }
    return found;
  }

  /** Commands complete, and all logs and states become equal. */
  private void comeTogether() {
    requireCommand(requireLeader());
    loading = false;
    SimVoter leader = requireLeader();
    for (long waitedMs = 0; !isConverged(leader); waitedMs += 100) {
      if (waitedMs >= CONVERGE_MS) {
        throw new InvariantViolation("I14", "logs still differ " + CONVERGE_MS + " ms after the last command");
      }
      runFor(100);
    }
    List<LogEntry> log = leader.view().stream().map(Frame::entry).toList();
    clients.checkHistory(log);
  }

  /** Everybody has applied everything the leader has. */
  private boolean isConverged(SimVoter leader) {
    for (SimVoter voter : voters) {
      if (voter.appliedIndex() != leader.view().size() || voter.stateDigest() != leader.stateDigest()
          || voter.view().size() != leader.view().size()) {
        return false;
      }
    }
    return true;
  }

  private void requireCommand(SimVoter leader) {
    RaftInput.Propose command = clients.propose(leader.activeTerm());
    leader.receive(command);
    runFor(500);
    if (!clients.isAcknowledged(command.proposalId())) {
      throw new InvariantViolation("I14", "a command at leader " + leader.number() + " is not complete after 500 ms");
    }
  }

  /** A node that is cut off and comes back costs no term, and commands go on meanwhile. */
  private void staysCalmWhileOneReturns() {
    if (voters.size() < 3) {
      return;
    }
    SimVoter leader = requireLeader();
    long term = leader.activeTerm();
    int cutOff = (leader.number() + 1) % voters.size();
    for (SimVoter other : voters) {
      if (other.number() != cutOff) {
        network.cut(cutOff, other.number(), true);
        network.cut(other.number(), cutOff, true);
      }
    }
    runFor(1200);
    requireCommand(leader);
    network.heal();
    runFor(1200);
    for (SimVoter voter : voters) {
      if (voter.core().report(voter.nowMs()).term() != term) {
        throw new InvariantViolation("I14",
            "term " + term + " of a healthy leader ends because node " + cutOff + " returned");
      }
    }
    requireCommand(leader);
  }

  /** What a step looked like, for readers of a failure. */
  private record Step(Role role, long term, RaftInput input, RaftOutput output) {
    @Override
    public String toString() {
      return role + "@" + term + " " + input + "\n" + " ".repeat(30) + "=> " + output.messages() + output.notices()
          + (output.hardState() == null ? "" : output.hardState())
          + (output.logWrite() == null ? "" : output.logWrite());
    }
  }

  /** Figures of a run that kept every invariant. */
  record Result(long hash, long events, long steps, long elections, long committed, long acknowledged, long reads,
      long faults) {}

  /** A run that broke an invariant. */
  static final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimulationFailure(String message, RuntimeException cause) {
      super(message, cause);
    }
  }
}
