package io.ottla.broker.replica;

import io.ottla.common.error.ErrorCode;

/** What a leader did with a producer's batch. */
public sealed interface AppendDecision {
  /**
   * In the log, not necessarily acknowledged.
   *
   * @param endOffset offset after its last record
   */
  record Appended(long baseOffset, long endOffset, int leaderEpoch) implements AppendDecision {}

  /** Nothing was appended. */
  record Refused(ErrorCode code, String message) implements AppendDecision {}
}
