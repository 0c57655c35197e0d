package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork;
import io.ottla.sim.SimNetwork.Weather;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Does harm as planned, and repairs it at the end. */
final class Faults {
  private static final long MS = 1000;
  private static final long HAND_OVER_MS = 500;
  private static final long SOON_MS = 50;
  private static final long DELICATE_MS = 15;

  private final FaultPlan plan;
  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final SimNetwork<?> network;
  private final List<SimVoter> nodes;
  private final Predicate<SimVoter> wiper;
  private final Map<FaultKind, Long> done = new EnumMap<>(FaultKind.class);
  private boolean active;

  /** @param wiper replaces the disk of a node that is down, unless the quorum could not survive that */
  Faults(FaultPlan plan, EventScheduler scheduler, SeededRandom random, SimNetwork<?> network, List<SimVoter> nodes,
      Predicate<SimVoter> wiper) {
    this.plan = plan;
    this.scheduler = scheduler;
    this.random = random;
    this.network = network;
    this.nodes = nodes;
    this.wiper = wiper;
  }

  /** Faults that have been done, by kind. */
  Map<FaultKind, Long> done() {
    return done;
  }

  private void count(FaultKind kind) {
    done.merge(kind, 1L, Long::sum);
  }

  void begin() {
    active = true;
    network.weather(plan.weather());
    every(plan.faults().gapMs(), this::doHarm);
    every(plan.limits().falseHintGapMs(), this::hintFalsely);
    every(plan.operator().transferGapMs(), this::transfer);
  }

  private void every(long gapMs, Runnable act) {
    if (gapMs > 0) {
      scheduler.after(random.between(1, 2 * gapMs) * MS, () -> {
        if (active) {
          act.run();
          every(gapMs, act);
        }
      });
    }
  }

  /** Repairs links and disks, and starts all processes but those that stay down for now. */
  void end(List<SimVoter> staying) {
    active = false;
    network.weather(Weather.CALM);
    network.heal();
    for (SimVoter node : nodes) {
      node.disk().recover();
      if (staying.contains(node)) {
        if (node.isUp()) {
          node.crash(false);
        }
      } else if (node.isUp()) {
        node.resume();
      } else {
        node.start();
      }
    }
  }

  /** Whether the process dies before its next effect; if so it is already dead. */
  boolean diesNow(SimVoter node) {
    if (!active || !random.chance(plan.limits().deathRate())) {
      return false;
    }
    count(FaultKind.DEATH_BETWEEN_EFFECTS);
    crash(node);
    return true;
  }

  /** Whether the process dies right after a reply has left it; if so it is already dead, and back in a moment. */
  boolean diesAfterReply(SimVoter node) {
    if (!active || !random.chance(plan.limits().deathAfterReplyRate())) {
      return false;
    }
    count(FaultKind.DEATH_AFTER_REPLY);
    node.crash(true);
    restartWithin(node, SOON_MS);
    return true;
  }

  /** The next few milliseconds are those in which implementations get it wrong: dies in them, perhaps. */
  void delicate(SimVoter node, long withinMs) {
    if (active && random.chance(plan.limits().delicateDeathRate())) {
      int life = node.incarnation();
      scheduler.after(random.between(0, withinMs * MS), () -> {
        if (active && node.isUp() && node.incarnation() == life) {
          count(FaultKind.DEATH_IN_DELICATE_MOMENT);
          node.crash(random.chance(plan.limits().powerLostShare()));
          restartWithin(node, random.chance(0.5) ? SOON_MS : plan.limits().maxDownMs());
        }
      });
    }
  }

  /** A leader that nobody hears from the moment it is elected leaves entries that only it has; or it dies soon. */
  void wonElection(SimVoter node) {
    if (random.chance(0.5)) {
      delicate(node, DELICATE_MS);
    } else if (active && random.chance(plan.limits().delicateDeathRate())) {
      count(FaultKind.PARTITION);
      mute(node, true);
      scheduler.after(random.between(100, 1500) * MS, () -> mute(node, false));
    }
  }

  private void mute(SimVoter node, boolean isCut) {
    for (SimVoter other : nodes) {
      if (other != node) {
        network.cut(node.number(), other.number(), isCut);
      }
    }
  }

  /** Whether a force that ends now has failed; if so the node has ended too, and what it had not forced may be lost (Q42). */
  boolean forceFails(SimVoter node) {
    if (!active || !random.chance(plan.limits().forceFailureRate())) {
      return false;
    }
    count(FaultKind.FORCE_FAILURE);
    crash(node, true);
    return true;
  }

  private void doHarm() {
    FaultPlan.Shares shares = plan.faults();
    int[] weights = {shares.crash(), shares.leaderCrash(), shares.powerCut(), shares.pause(), shares.partition(),
        shares.heal(), shares.slowDisk(), shares.gracefulStop(), shares.wipe()};
    int total = 0;
    for (int weight : weights) {
      total += weight;
    }
    int chosen = 0;
    for (int left = random.nextInt(total); left >= weights[chosen]; chosen++) {
      left -= weights[chosen];
    }
    SimVoter anyone = nodes.get(random.nextInt(nodes.size()));
    SimVoter leader = nodes.stream().filter(SimVoter::leads).findFirst().orElse(anyone);
    harm(chosen, anyone, leader, random.chance(0.5) ? anyone : leader);
  }

  private void harm(int kind, SimVoter anyone, SimVoter leader, SimVoter victim) {
    switch (kind) {
      case 0 -> crash(anyone);
      case 1 -> crash(leader);
      case 2 -> {
        count(FaultKind.POWER_CUT);
        nodes.forEach(node -> crash(node, true));
      }
      case 3 -> {
        count(FaultKind.PAUSE);
        victim.pause(random.between(20, plan.limits().maxPauseMs()) * MS);
      }
      case 4 -> {
        count(FaultKind.PARTITION);
        partition(victim.number());
      }
      case 5 -> {
        count(FaultKind.HEAL);
        network.heal();
      }
      case 6 -> {
        count(FaultKind.SLOW_DISK);
        victim.disk().slowDown(random.between(100, 2500) * MS, plan.limits().slowForceMs() * MS);
      }
      case 7 -> stopGracefully(victim);
      default -> wipe(victim);
    }
  }

  private void crash(SimVoter node) {
    crash(node, random.chance(plan.limits().powerLostShare()));
  }

  private void crash(SimVoter node, boolean powerLost) {
    if (!node.isUp()) {
      return;
    }
    count(FaultKind.CRASH);
    ReplicaKey gone = node.key();
    node.crash(powerLost);
    restartLater(node);
    if (!powerLost) {
      tellOthers(node, gone);
    }
  }

  private void restartLater(SimVoter node) {
    restartWithin(node, plan.limits().maxDownMs());
  }

  private void restartWithin(SimVoter node, long mostMs) {
    int life = node.incarnation();
    scheduler.after(random.between(1, mostMs) * MS, () -> {
      if (active && !node.isUp() && node.incarnation() == life) {
        node.start();
      }
    });
  }

  /** The machine answers that nobody listens: those who can reach it know at once, a few late or twice. */
  private void tellOthers(SimVoter node, ReplicaKey gone) {
    for (SimVoter other : nodes) {
      if (other != node && network.isOpen(node.number(), other.number())
          && network.isOpen(other.number(), node.number()) && random.chance(0.9)) {
        for (int copies = random.chance(0.1) ? 2 : 1; copies > 0; copies--) {
          count(FaultKind.TRUE_HINT);
          scheduler.after(random.chance(0.1) ? random.between(0, 2000 * MS) : random.between(300, 5000),
              () -> other.receive(new RaftInput.PeerGone(gone)));
        }
      }
    }
  }

  private void hintFalsely() {
    count(FaultKind.FALSE_HINT);
    SimVoter anyone = nodes.get(random.nextInt(nodes.size()));
    SimVoter gone = nodes.stream().filter(node -> node.leads() && random.chance(0.7)).findFirst().orElse(anyone);
    boolean all = random.chance(0.3);
    for (SimVoter node : nodes) {
      if (all || random.chance(0.3)) {
        node.receive(new RaftInput.PeerGone(gone.key()));
      }
    }
  }

  private void transfer() {
    for (SimVoter node : nodes) {
      if (node.leads()) {
        count(FaultKind.TRANSFER);
        SimVoter target = nodes.get(random.nextInt(nodes.size()));
        node.receive(new RaftInput.TransferLeadership(random.chance(0.3) ? null : target.key()));
      }
    }
  }

  /** As the driver closes: hand over, wait a little, resign, write what waits, end. */
  private void stopGracefully(SimVoter node) {
    if (!node.isUp()) {
      return;
    }
    count(FaultKind.GRACEFUL_STOP);
    node.receive(new RaftInput.TransferLeadership(null));
    waitForHandOver(node, node.incarnation(), scheduler.nowUs() + HAND_OVER_MS * MS);
  }

  private void waitForHandOver(SimVoter node, int life, long untilUs) {
    scheduler.after(5 * MS, () -> {
      if (!active || node.incarnation() != life || !node.isUp()) {
        return;
      }
      if (node.leads() && scheduler.nowUs() < untilUs) {
        waitForHandOver(node, life, untilUs);
        return;
      }
      node.receive(new RaftInput.Resign());
      if (node.isUp() && node.incarnation() == life) {
        crash(node, false);
      }
    });
  }

  private void wipe(SimVoter node) {
    if (wiper.test(node)) {
      count(FaultKind.WIPE);
      restartLater(node);
    }
  }

  /** One node deaf, mute or both; one link; or the quorum in two parts. */
  private void partition(int victim) {
    int kind = random.nextInt(5);
    int size = nodes.size();
    int other = random.nextInt(size);
    int sideA = random.nextInt(1 << size);
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        boolean cut = switch (kind) {
          case 0 -> to == victim;
          case 1 -> from == victim;
          case 2 -> from == victim || to == victim;
          case 3 -> (from == victim && to == other) || (from == other && to == victim && random.chance(0.5));
          default -> (sideA >> from & 1) != (sideA >> to & 1);
        };
        if (cut && from != to) {
          network.cut(from, to, true);
        }
      }
    }
  }
}
