package io.ottla.sim.cluster;

import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork.Weather;

/**
 * The parameters of one run, all drawn from its seed and printed when it fails. Times are averages in milliseconds unless said otherwise.
 *
 * @param controllers voters of the quorum
 * @param brokers brokers
 * @param topics topics that exist at a time
 * @param partitions partitions of each
 * @param replicas replicas of each
 * @param minIsr min.insync.replicas of the first topic; the others have 1 more or less
 * @param segmentBytes size of a log segment
 * @param retentionBytes what a partition keeps at least, -1 for everything
 * @param faultMs how long faults go on
 * @param faultGapMs time between two faults
 * @param metadataGapMs how often a broker asks for metadata
 * @param clockSkew largest deviation of a clock's rate from 1
 * @param slowForceMs longest force of a slow disk
 * @param producers clients that write each record once
 * @param idempotentProducers clients that number their records and send them until they are acknowledged
 * @param produceGapMs time between two of their requests
 * @param maxDownMs longest time between the end of a process and its next start
 * @param topicGapMs time between deletions of topics, 0 for never
 * @param changeGapMs time between changes of settings, replicas, leaders and counts, 0 for never
 * @param balanceMs time between checks of the preferred leaderships
 * @param weather the network while faults go on
 */
record ClusterPlan(int controllers, int brokers, int topics, int partitions, int replicas, int minIsr, int segmentBytes,
    long retentionBytes, long faultMs, long faultGapMs, long metadataGapMs, double clockSkew, long slowForceMs,
    int producers, int idempotentProducers, long produceGapMs, long maxDownMs,
    long topicGapMs, long changeGapMs, long balanceMs, Weather weather) {

  static ClusterPlan draw(SeededRandom random) {
    var weather = new Weather(random.oneOf(0.0, 0.0, 0.01, 0.05, 0.15), random.oneOf(0.0, 0.02, 0.1), 100,
        random.between(500, 12_000), random.oneOf(0.0, 0.01, 0.05), random.between(20_000, 400_000));
    int brokers = random.oneOf(3, 3, 3, 4);
    int replicas = random.oneOf(2, 3, 3, 3, Math.min(4, brokers));
    return new ClusterPlan(random.oneOf(1, 3, 3, 3), brokers, random.oneOf(1, 1, 2), random.oneOf(1, 1, 2, 3), replicas,
        Math.min(replicas, random.oneOf(1, 1, 2, 2, 2, 3)), random.oneOf(1024, 1500, 4096), random.oneOf(-1, -1, 3000),
        random.between(3000, 8000), random.between(60, 500), random.oneOf(3, 10, 30), random.oneOf(0.0, 0.01, 0.05),
        random.between(20, 700), random.oneOf(1, 2, 4), random.oneOf(0, 1, 2),
        random.between(8, 40), random.oneOf(60, 300, 1200),
        random.oneOf(0, 0, 1500), random.oneOf(0, 300, 1000),
        random.oneOf(500, 1500), weather);
  }
}
