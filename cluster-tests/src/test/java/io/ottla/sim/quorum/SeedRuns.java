package io.ottla.sim.quorum;

import io.ottla.sim.quorum.SimQuorum.Production;
import io.ottla.sim.quorum.SimQuorum.Result;
import io.ottla.sim.quorum.SimQuorum.SimulationFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Many seeds on all processors. A run belongs to one thread from beginning to end, so it is the same wherever and beside whatever it runs. */
final class SeedRuns {
  private static final long PROGRESS_EVERY = 1000;
  private static final long BATCH = 16;

  private final NavigableMap<Long, String> failures = new TreeMap<>();
  private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
  private final long startNanos = System.nanoTime();
  private Result sum = new Result(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());
  private long runs;

  private SeedRuns() {
  }

  /** Runs the seeds from {@code first} on. */
  static SeedRuns of(long first, long seeds) {
    var all = new SeedRuns();
    LongStream.range(first, first + seeds).parallel().forEach(all::run);
    return all;
  }

  /** The failure of the first of these seeds that fails, if one does. */
  static Optional<SimulationFailure> firstFailure(long seeds, LongFunction<SimQuorum> quorums) {
    Optional<SimulationFailure> found = Optional.empty();
    for (long first = 1; first <= seeds && found.isEmpty(); first += BATCH) {
      found = LongStream.range(first, Math.min(first + BATCH, seeds + 1)).parallel()
          .mapToObj(seed -> failureOf(quorums.apply(seed))).flatMap(Optional::stream).findFirst();
    }
    return found;
  }

  static Optional<SimulationFailure> failureOf(SimQuorum quorum) {
    try {
      quorum.run();
      return Optional.empty();
    } catch (SimulationFailure failure) {
      return Optional.of(failure);
    }
  }

  private void run(long seed) {
    try {
      add(new SimQuorum(seed, Production.AS_IT_IS, false).run());
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
    sum = new Result(0, sum.events() + one.events(), sum.steps() + one.steps(), sum.elections() + one.elections(),
        sum.committed() + one.committed(), sum.voterChanges() + one.voterChanges(),
        sum.snapshotsWritten() + one.snapshotsWritten(), sum.snapshotsInstalled() + one.snapshotsInstalled(),
        sum.acknowledged() + one.acknowledged(), sum.reads() + one.reads(), Map.of());
    one.faults().forEach((kind, count) -> faults.merge(kind, count, Long::sum));
    counted();
  }

  private void counted() {
    runs++;
    if (runs % PROGRESS_EVERY == 0) {
      System.out.printf("quorum simulation: %d seeds in %d s, %d failed%n", runs,
          (System.nanoTime() - startNanos) / 1_000_000_000, failures.size());
    }
  }

  /** What became of the seeds that broke something, by seed. */
  NavigableMap<Long, String> failures() {
    return failures;
  }

  /** Figures of all runs that broke nothing. */
  Result sum() {
    return sum;
  }

  /** Faults of those runs. */
  Map<FaultKind, Long> faults() {
    return faults;
  }

  @Override
  public String toString() {
    return String.format(
        "%d seeds, %d failed; %d events, %d steps, %d elections, %d entries and %d voter sets committed, %d snapshots written, %d installed, %d proposals acknowledged, %d reads; faults %s",
        runs, failures.size(), sum.events(), sum.steps(), sum.elections(), sum.committed(), sum.voterChanges(),
        sum.snapshotsWritten(), sum.snapshotsInstalled(), sum.acknowledged(), sum.reads(), faults);
  }
}
