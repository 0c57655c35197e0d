package io.ottla.sim.cluster;

import io.ottla.common.metadata.ClusterConfigs;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster under one seed: warm up; faults under load, with every safety invariant looked at after every single act; then everything is
 * repaired, and all has to come together ({@link Healing}).
 */
final class SimCluster {
  static final String CLUSTER = "sim";
  static final long SESSION_MS = 600;
  private static final long MS = 1000;
  static final long WARM_UP_MS = 1_500;

  private final long seed;
  private final ClusterPlan plan;
  private final Production production;
  private final EventScheduler scheduler = new EventScheduler();
  private final Transcript transcript;
  private final SeededRandom random;
  private final Calls calls;
  private final List<SimController> controllers = new ArrayList<>();
  private final List<SimBroker> brokers = new ArrayList<>();
  private final ClusterChecker checker = new ClusterChecker(this);
  private final MetadataTruth truth;
  private final Clients clients;
  private final ClusterFaults faults;
  private final Administrator administrator;
  private boolean healed;
  private @Nullable InvariantViolation finding;

  SimCluster(long seed, Production production, boolean verbose) {
    var all = new SeededRandom(SeededRandom.mix(seed + 77));
    this.seed = seed;
    this.production = production;
    this.plan = ClusterPlan.draw(all.split("plan"));
    this.transcript = new Transcript(scheduler, verbose);
    this.random = all.split("cluster");
    this.calls = new Calls(scheduler, all.split("calls"), plan.controllers() + plan.brokers() + 1);
    this.truth = new MetadataTruth(delta -> {
      note(-1, delta.image().index() + " " + truth().records(delta.image().index()));
      checker.committed(delta);
    });
    addNodes(all);
    this.clients = new Clients(this, plan.controllers() + plan.brokers(), clock(all.split("client clock")),
        all.split("clients"));
    this.faults = new ClusterFaults(this, all.split("faults"));
    this.administrator = new Administrator(this, all.split("administrator"));
  }

  private void addNodes(SeededRandom all) {
    SeededRandom identities = all.split("identities");
    List<Voter> voters = new ArrayList<>();
    for (int number = 0; number < plan.controllers(); number++) {
      voters.add(new Voter(new ReplicaKey(number, identities.nextUuid()), "sim", 1 + number));
    }
    VoterSet quorum = new VoterSet(voters);
    for (Voter voter : voters) {
      SeededRandom own = all.split("controller " + voter.key().nodeId());
      controllers.add(new SimController(this, voter.key().nodeId(), new RaftIdentity(CLUSTER, voter.key(), quorum),
          clock(own), disk(own), own));
    }
    for (int number = 1; number <= plan.brokers(); number++) {
      SeededRandom own = all.split("broker " + number);
      brokers.add(new SimBroker(this, plan.controllers() + number - 1, number, clock(own), disk(own), own));
    }
  }

  private SimClock clock(SeededRandom own) {
    return new SimClock(scheduler, own.between(0, 1_000_000), 1 + plan.clockSkew() * (2 * own.fraction() - 1));
  }

  private SimDisk disk(SeededRandom own) {
    return new SimDisk(scheduler, own.split("disk"), 200, own.between(300, 8_000));
  }

  /** Runs all phases; a broken invariant is thrown with everything needed to see it again. */
  Result run() {
    try {
      controllers.forEach(SimController::start);
      brokers.forEach(SimBroker::start);
      clients.start();
      administrator.begin();
      scheduler.runUntil(WARM_UP_MS * MS);
      faults.begin();
      scheduler.runUntil((WARM_UP_MS + plan.faultMs()) * MS);
      heal();
      new Healing(this).comeTogether();
      if (finding != null) {
        throw finding;
      }
      return new Result(transcript.hash() * 31 + scheduler.executed(), scheduler.executed(), truth.newest().index(),
          checker.elections(), clients.acknowledged(), clients.unknown(), clients.refused(), clients.recordsRead(),
          Map.copyOf(faults.done()));
    } catch (RuntimeException broken) {
      throw new SimulationFailure(seed, describe(broken), broken);
    }
  }

  private void heal() {
    note(-1, "everything is repaired");
    healed = true;
    administrator.end();
    faults.end();
    controllers.stream().filter(one -> !one.isUp()).forEach(SimController::start);
    brokers.stream().filter(one -> !one.isUp()).forEach(SimBroker::start);
  }

  private String describe(RuntimeException broken) {
    return "seed " + seed + " breaks " + broken + "\n  after event " + scheduler.executed() + " at "
        + scheduler.nowUs() / MS + " ms\n  " + plan + "\n" + transcript.newest()
        + "replay: mvn -q -pl cluster-tests -am test -Dtest=ClusterSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dottla.sim.seed="
        + seed;
  }

  // ---- what is where

  ClusterPlan plan() {
    return plan;
  }

  Production production() {
    return production;
  }

  EventScheduler scheduler() {
    return scheduler;
  }

  Calls calls() {
    return calls;
  }

  List<SimController> controllers() {
    return controllers;
  }

  List<SimBroker> brokers() {
    return brokers;
  }

  SimBroker broker(int id) {
    return brokers.get(id - 1);
  }

  ClusterChecker checker() {
    return checker;
  }

  MetadataTruth truth() {
    return truth;
  }

  Clients clients() {
    return clients;
  }

  ClusterFaults faults() {
    return faults;
  }

  Administrator administrator() {
    return administrator;
  }

  boolean healed() {
    return healed;
  }

  ControlSettings controlSettings() {
    return new ControlSettings(CLUSTER,
        new TreeMap<>(Map.of(ClusterConfigs.MIN_INSYNC_REPLICAS, "2", ClusterConfigs.DURABILITY, "sync")), SESSION_MS,
        SESSION_MS / 6, plan.balanceMs(), 0, 500);
  }

  /** A controller that takes itself for the active one, or that one if there is none. */
  SimController activeOr(int otherwise) {
    List<SimController> active = controllers.stream().filter(SimCluster::isActive).toList();
    return active.isEmpty() ? controllers.get(otherwise) : active.get(random.nextInt(active.size()));
  }

  static boolean isActive(SimController node) {
    ControllerStatus status = node.isUp() ? node.controller().status() : null;
    return status != null && status.active();
  }

  /** Something happened, for the transcript. */
  void note(int node, Object what) {
    transcript.add(node, what, what.toString().hashCode());
  }

  /** Something is wrong where an exception would be swallowed; the run fails by it in the end. */
  void finding(InvariantViolation what) {
    note(-1, what);
    finding = what;
  }

  /** A process comes back after a while. */
  void restartSoon(SimProcess process) {
    long downMs = healed ? 20 : random.between(1, plan.maxDownMs());
    scheduler.after(downMs * MS, () -> {
      if (!process.isUp()) {
        process.start();
      }
    });
  }

  /** Figures of a run that kept every invariant. */
  record Result(long hash, long events, long entries, long elections, long acknowledged, long unknown, long refused,
      long recordsRead, Map<ClusterFaults.Kind, Long> faults) {}

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
