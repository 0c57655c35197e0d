package io.ottla.broker.gateway;

import io.ottla.common.error.ErrorCode;

/** What became of a batch. */
public sealed interface AppendOutcome {
  /**
   * Acknowledged as asked.
   *
   * @param baseOffset offset of the batch's first record; -1 with {@link Acks#NONE}
   */
  record Written(long baseOffset, int leaderEpoch) implements AppendOutcome {}

  /** Refused, or unknown: the code's outcome says which. */
  record Failed(ErrorCode code, String message) implements AppendOutcome {}
}
