package io.ottla.sim.cluster;

import io.ottla.sim.cluster.SimCluster.Result;
import io.ottla.sim.cluster.SimCluster.SimulationFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Many seeds on all processors. A run belongs to one thread from beginning to end, so it is the same wherever and beside whatever it runs. */
final class ClusterSeedRuns {
  private static final long PROGRESS_EVERY = 500;
  private static final long BATCH = 8;

  private final NavigableMap<Long, String> failures = new TreeMap<>();
  private final Map<ClusterFaults.Kind, Long> faults = new EnumMap<>(ClusterFaults.Kind.class);
  private final long startNanos = System.nanoTime();
  private long runs;
  private long events;
  private long entries;
  private long elections;
  private long acknowledged;
  private long unknown;
  private long refused;
  private long recordsRead;

  private ClusterSeedRuns() {
  }

  /** Runs the seeds from {@code first} on. */
  static ClusterSeedRuns of(long first, long seeds) {
    var all = new ClusterSeedRuns();
    LongStream.range(first, first + seeds).parallel().forEach(all::run);
    return all;
  }

  /** The failure of the first of these seeds that fails, if one does. */
  static Optional<SimulationFailure> firstFailure(long seeds, Supplier<Production> production) {
    Optional<SimulationFailure> found = Optional.empty();
    for (long first = 1; first <= seeds && found.isEmpty(); first += BATCH) {
      found = LongStream.range(first, Math.min(first + BATCH, seeds + 1)).parallel()
          .mapToObj(seed -> failureOf(new SimCluster(seed, production.get(), false))).flatMap(Optional::stream)
          .findFirst();
    }
    return found;
  }

  static Optional<SimulationFailure> failureOf(SimCluster cluster) {
    try {
      cluster.run();
      return Optional.empty();
    } catch (SimulationFailure failure) {
      return Optional.of(failure);
    }
  }

  private void run(long seed) {
    try {
      add(new SimCluster(seed, Production.AS_IT_IS, false).run());
    } catch (SimulationFailure failure) {
      add(seed, failure);
    }
  }

  private synchronized void add(long seed, SimulationFailure failure) {
    System.out.println(failure.getMessage());
    failures.put(seed, String.valueOf(failure.getMessage()));
    counted();
  }

  private synchronized void add(Result one) {
    events += one.events();
    entries += one.entries();
    elections += one.elections();
    acknowledged += one.acknowledged();
    unknown += one.unknown();
    refused += one.refused();
    recordsRead += one.recordsRead();
    one.faults().forEach((kind, count) -> faults.merge(kind, count, Long::sum));
    counted();
  }

  private void counted() {
    runs++;
    if (runs % PROGRESS_EVERY == 0) {
      System.out.printf("cluster simulation: %d seeds in %d s, %d failed%n", runs,
          (System.nanoTime() - startNanos) / 1_000_000_000, failures.size());
    }
  }

  /** What became of the seeds that broke something, by seed. */
  NavigableMap<Long, String> failures() {
    return failures;
  }

  long acknowledged() {
    return acknowledged;
  }

  long elections() {
    return elections;
  }

  long recordsRead() {
    return recordsRead;
  }

  Map<ClusterFaults.Kind, Long> faults() {
    return faults;
  }

  @Override
  public String toString() {
    return String.format(
        "%d seeds, %d failed, in %d s; %d events, %d metadata entries, %d elections, %d records acknowledged, %d requests unknown, %d refused, %d records read; faults %s",
        runs, failures.size(), (System.nanoTime() - startNanos) / 1_000_000_000, events, entries, elections,
        acknowledged, unknown, refused, recordsRead, faults);
  }
}
