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

  /**
   * Nothing was appended, because the log has this batch of an idempotent producer already (P9). It is acknowledged under the same condition as
   * the original: once it is committed.
   *
   * @param leaderEpoch the present leadership, in which the acknowledgement is waited for
   */
  record Duplicate(long baseOffset, long endOffset, int leaderEpoch) implements AppendDecision {}

  /** Nothing was appended. */
  record Refused(ErrorCode code, String message) implements AppendDecision {}
}
