package io.ottla.benchmarks;

/** A measurement that must not be believed: a request failed, or the cluster does not answer as it should. */
public final class BenchmarkFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure with what was seen. */
  public BenchmarkFailure(String message) {
    super(message);
  }

  /** A failure with what was seen and why. */
  public BenchmarkFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
