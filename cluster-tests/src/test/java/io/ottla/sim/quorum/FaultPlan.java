package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftConfig;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork.Weather;

/**
 * The parameters of one run, all drawn from its seed and printed when it fails.
 *
 * @param voters size of the quorum
 * @param faultMs how long faults go on
 * @param weather the network during that time
 * @param faultGapMs average time between two faults
 * @param crashWeight share of crashes of single nodes among the faults
 * @param leaderCrashWeight share of crashes of the leader
 * @param powerCutWeight share of crashes of all nodes at once
 * @param pauseWeight share of pauses
 * @param partitionWeight share of partitions
 * @param healWeight share of repairs of all links
 * @param slowDiskWeight share of slow disks
 * @param crashAtEffectRate probability of dying before any single effect
 * @param maxPauseMs longest pause
 * @param maxDownMs longest time between crash and restart
 * @param slowForceMs longest force of a slow disk
 * @param clockSkew largest deviation of a clock's rate from 1
 * @param loadGapMs average time between two client requests
 * @param payloadBytes largest payload
 * @param maxInFlight window of appends
 * @param maxAppendEntries entries in one append
 * @param maxAppendBytes bytes in one append
 */
record FaultPlan(int voters, long faultMs, Weather weather, long faultGapMs, int crashWeight, int leaderCrashWeight,
    int powerCutWeight, int pauseWeight, int partitionWeight, int healWeight, int slowDiskWeight,
    double crashAtEffectRate,
    long maxPauseMs, long maxDownMs, long slowForceMs, double clockSkew, long loadGapMs, int payloadBytes,
    int maxInFlight,
    int maxAppendEntries, int maxAppendBytes) {

  static FaultPlan draw(SeededRandom random) {
    var weather = new Weather(random.oneOf(0.0, 0.01, 0.05, 0.2), random.oneOf(0.0, 0.02, 0.1), 100,
        random.between(500, 20_000),
        random.oneOf(0.0, 0.01, 0.1), random.between(20_000, 500_000));
    int maxAppendBytes = random.oneOf(600, 4096, 1 << 20);
    int maxAppendEntries = random.oneOf(1, 2, 16, 512);
    // Followers must be able to catch up once the faults end: no more load than tiny appends can carry.
    long loadGapMs = random.between(maxAppendEntries < 16 ? 20 : 2, 60);
    return new FaultPlan(random.oneOf(1, 2, 3, 3, 3, 3, 4, 5, 5, 5), random.between(4000, 25_000), weather,
        random.between(60, 800), random.nextInt(5), random.nextInt(5), random.nextInt(2), random.nextInt(4),
        random.nextInt(6), 1 + random.nextInt(4), random.nextInt(4), random.oneOf(0.0, 0.0, 0.0002, 0.002),
        random.between(50, 2000), random.between(20, 1500), random.between(20, 2000), random.oneOf(0.0, 0.02, 0.1),
        loadGapMs, random.oneOf(10, 100, 500), random.oneOf(1, 2, 8), maxAppendEntries,
        maxAppendBytes);
  }

  RaftConfig config() {
    RaftConfig usual = RaftConfig.DEFAULT;
    return new RaftConfig(usual.tickMs(), usual.heartbeatMs(), usual.electionMinMs(), usual.electionMaxMs(),
        usual.voteRoundMs(),
        usual.retryMinMs(), usual.retryMaxMs(), usual.checkQuorumMs(), usual.appendTimeoutMs(), maxInFlight,
        4 * maxAppendBytes,
        maxAppendEntries, maxAppendBytes, 16 * maxAppendBytes);
  }
}
