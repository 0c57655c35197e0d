package io.ottla.sim.quorum;

import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork;
import io.ottla.sim.SimNetwork.Weather;
import java.util.List;

/** Does harm as planned, and repairs it all at the end. */
final class Faults {
  private final FaultPlan plan;
  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final SimNetwork<?> network;
  private final List<SimVoter> voters;
  private boolean active;
  private long done;

  Faults(FaultPlan plan, EventScheduler scheduler, SeededRandom random, SimNetwork<?> network, List<SimVoter> voters) {
    this.plan = plan;
    this.scheduler = scheduler;
    this.random = random;
    this.network = network;
    this.voters = voters;
  }

  /** Faults that have been done. */
  long done() {
    return done;
  }

  void begin() {
    active = true;
    network.weather(plan.weather());
    scheduleNext();
  }

  /** Repairs links, disks and processes. */
  void end() {
    active = false;
    network.weather(Weather.CALM);
    network.heal();
    for (SimVoter voter : voters) {
      voter.disk().recover();
      if (voter.isUp()) {
        voter.resume();
      } else {
        voter.start();
      }
    }
  }

  /** Whether the process dies before its next effect; if so it is already dead. */
  boolean diesNow(SimVoter voter) {
    if (!active || !random.chance(plan.crashAtEffectRate())) {
      return false;
    }
    crash(voter);
    return true;
  }

  private void scheduleNext() {
    scheduler.after(random.between(1, 2 * plan.faultGapMs()) * 1000, () -> {
      if (active) {
        doHarm();
        scheduleNext();
      }
    });
  }

  private void doHarm() {
    done++;
    int[] weights = {plan.crashWeight(), plan.leaderCrashWeight(), plan.powerCutWeight(), plan.pauseWeight(),
        plan.partitionWeight(),
        plan.healWeight(), plan.slowDiskWeight()};
    int total = 0;
    for (int weight : weights) {
      total += weight;
    }
    int chosen = 0;
    for (int left = random.nextInt(total); left >= weights[chosen]; chosen++) {
      left -= weights[chosen];
    }
    SimVoter anyone = voters.get(random.nextInt(voters.size()));
    SimVoter leader = voters.stream().filter(voter -> voter.activeTerm() != 0).findFirst().orElse(anyone);
    SimVoter victim = random.chance(0.5) ? anyone : leader;
    switch (chosen) {
      case 0 -> crash(anyone);
      case 1 -> crash(leader);
      case 2 -> voters.forEach(this::crash);
      case 3 -> victim.pause(random.between(20, plan.maxPauseMs()) * 1000);
      case 4 -> partition(victim.number());
      case 5 -> network.heal();
      default -> victim.disk().slowDown(random.between(100, 2500) * 1000, plan.slowForceMs() * 1000);
    }
  }

  private void crash(SimVoter voter) {
    if (!voter.isUp()) {
      return;
    }
    voter.crash();
    int life = voter.incarnation();
    scheduler.after(random.between(1, plan.maxDownMs()) * 1000, () -> {
      if (!voter.isUp() && voter.incarnation() == life) {
        voter.start();
      }
    });
  }

  /** One node deaf, mute or both; one link; or the quorum in two parts. */
  private void partition(int victim) {
    int kind = random.nextInt(5);
    int size = voters.size();
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
