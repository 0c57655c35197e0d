package io.ottla.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * The figures of one phase.
 *
 * @param name what was measured
 * @param connections how many requests were under way at once
 * @param requests completed requests, all of them successful
 * @param records records in them
 * @param seconds wall time
 */
record PhaseResult(String name, int connections, long requests, long records, double seconds, double p50Ms,
    double p99Ms, double maxMs) {
  static PhaseResult of(String name, int connections, long records, ClosedLoop.Result result) {
    Histogram micros = result.micros();
    return new PhaseResult(name, connections, micros.getTotalCount(), records, result.elapsedNanos() / 1e9,
        micros.getValueAtPercentile(50) / 1e3, micros.getValueAtPercentile(99) / 1e3, micros.getMaxValue() / 1e3);
  }

  double requestsPerSecond() {
    return requests / seconds;
  }

  double recordsPerSecond() {
    return records / seconds;
  }
}
