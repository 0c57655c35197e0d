package io.ottla.benchmarks.history;

/** What a client knows about the effect of its call. */
public enum Outcome {
  /** It happened. */
  OK,
  /** It certainly did not happen and never will. */
  FAIL,
  /** Nobody knows: it may happen at any later time. */
  INFO
}
