package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftConfig;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork.Weather;

/**
 * The parameters of one run, all drawn from its seed and printed when it fails. Times are averages unless said otherwise.
 *
 * @param voters size of the quorum at first
 * @param spares nodes that observe at first
 * @param faultMs how long faults go on
 * @param weather the network during that time
 * @param faults which kinds, and how often
 * @param limits how bad each of them gets
 * @param operator what the people in charge do meanwhile
 * @param load what clients do
 * @param core limits of the core
 */
record FaultPlan(int voters, int spares, long faultMs, Weather weather, Shares faults, Limits limits,
    Operations operator,
    Load load, Core core) {
  /** Shares of the kinds among the faults, and the time between two. */
  record Shares(long gapMs, int crash, int leaderCrash, int powerCut, int pause, int partition, int heal, int slowDisk,
      int gracefulStop, int wipe) {}

  /**
   * How bad it gets.
   *
   * @param deathRate probability of dying before any single effect or storage step
   * @param deathAfterReplyRate probability of dying right after a reply has left, to be back soon
   * @param delicateDeathRate probability of dying within a few milliseconds of a vote, an election won, a truncation, or a snapshot's arrival
   * @param forceFailureRate probability that a force fails
   * @param powerLostShare share of crashes that take the page cache along
   * @param maxPauseMs longest pause
   * @param maxDownMs longest time between crash and restart
   * @param slowForceMs longest force of a slow disk
   * @param clockSkew largest deviation of a clock's rate from 1
   * @param falseHintGapMs time between two false hints that a peer is gone, 0 for none
   */
  record Limits(double deathRate, double deathAfterReplyRate, double delicateDeathRate,
      double forceFailureRate, double powerLostShare, long maxPauseMs, long maxDownMs,
      long slowForceMs, double clockSkew, long falseHintGapMs) {}

  /**
   * Times between two acts, 0 for never.
   *
   * @param membershipGapMs changes of the voters
   * @param transferGapMs leadership transfers
   * @param snapshotGapMs snapshots of each node
   */
  record Operations(long membershipGapMs, long transferGapMs, long snapshotGapMs) {}

  /**
   * Clients.
   *
   * @param gapMs time between two requests
   * @param payloadBytes largest payload
   * @param ballast bytes of state besides what matters
   */
  record Load(long gapMs, int payloadBytes, int ballast) {}

  /** Limits of the core, as in {@link RaftConfig}. */
  record Core(int maxInFlight, int maxAppendEntries, int maxAppendBytes, int chunkBytes, int chunkTimeoutMs,
      int tailEntries) {}

  static FaultPlan draw(SeededRandom random) {
    var weather = new Weather(random.oneOf(0.0, 0.01, 0.05, 0.2), random.oneOf(0.0, 0.02, 0.1), 100,
        random.between(500, 20_000), random.oneOf(0.0, 0.01, 0.1), random.between(20_000, 500_000));
    int voters = random.oneOf(1, 2, 3, 3, 3, 3, 4, 5, 5, 5);
    int spares = random.oneOf(0, 1, 1, 2);
    var core = new Core(random.oneOf(1, 2, 8), random.oneOf(1, 1, 2, 16, 512), random.oneOf(600, 4096, 1 << 20),
        random.oneOf(40, 200, 1000), random.oneOf(60, 200, 500), random.oneOf(0, 0, 1, 5, 20));
    // Followers must be able to catch up once the faults end: no more load than tiny appends can carry.
    long loadGapMs = random.between(core.maxAppendEntries < 16 ? 20 : 2, 60);
    return new FaultPlan(voters, spares, random.between(3000, 16_000), weather, drawShares(random), drawLimits(random),
        new Operations(random.oneOf(0, 150, 400, 1200), random.oneOf(0, 0, 500, 2000), random.oneOf(0, 100, 300, 1500)),
        new Load(loadGapMs, random.oneOf(10, 100, 500), random.oneOf(0, 100, 1000)), core);
  }

  private static Shares drawShares(SeededRandom random) {
    return new Shares(random.between(60, 800), random.nextInt(5), random.nextInt(5), random.nextInt(2),
        random.nextInt(4), random.nextInt(6), 1 + random.nextInt(4), random.nextInt(4), random.nextInt(3),
        random.nextInt(3));
  }

  private static Limits drawLimits(SeededRandom random) {
    return new Limits(random.oneOf(0.0, 0.0, 0.0002, 0.002), random.oneOf(0.0, 0.0, 0.0, 0.005),
        random.oneOf(0.0, 0.05, 0.2, 0.5),
        random.oneOf(0.0, 0.0, 0.001), random.oneOf(0.2, 0.8),
        random.between(50, 2000), random.between(20, 1500), random.between(20, 2000), random.oneOf(0.0, 0.02, 0.1),
        random.oneOf(0, 0, 100, 600));
  }

  RaftConfig config() {
    return RaftConfig.DEFAULT
        .withAppendLimits(core.maxInFlight, 4 * core.maxAppendBytes, core.maxAppendEntries, core.maxAppendBytes,
            16 * core.maxAppendBytes)
        .withSnapshotLimits(core.chunkBytes, core.chunkTimeoutMs, core.tailEntries);
  }
}
