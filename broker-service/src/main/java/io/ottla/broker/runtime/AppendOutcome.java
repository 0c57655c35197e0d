package io.ottla.broker.runtime;

import io.ottla.common.error.ErrorCode;

/** What became of an append (P8). */
public sealed interface AppendOutcome {
  /**
   * Acknowledged as asked.
   *
   * @param baseOffset offset of the batch's first record
   * @param leaderEpoch epoch in which it was appended
   * @param logStartOffset first readable offset
   */
  record Ok(long baseOffset, int leaderEpoch, long logStartOffset) implements AppendOutcome {}

  /** Refused, or unknown: {@link ErrorCode#outcome()} says which. NOT_LEADER only when nothing was appended. */
  record Failed(ErrorCode code, String message) implements AppendOutcome {}
}
