package io.ottla.broker.replica;

import io.ottla.common.error.ErrorCode;

/** What became of a proposal, as far as the leader heard. */
public sealed interface IsrAnswer {
  /**
   * Taken; it comes into force with the metadata (M27).
   *
   * @param partitionEpoch resulting epoch
   */
  record Accepted(int partitionEpoch) implements IsrAnswer {}

  /** Refused with a code of M26, or never handed to an active controller. */
  record Refused(ErrorCode code) implements IsrAnswer {}

  /** No answer: it may or may not be in force. */
  record Unknown() implements IsrAnswer {}
}
