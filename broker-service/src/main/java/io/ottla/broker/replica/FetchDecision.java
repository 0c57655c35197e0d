package io.ottla.broker.replica;

import io.ottla.broker.replica.port.EpochEnd;
import io.ottla.common.error.ErrorCode;

/** A leader's answer to a follower's fetch. */
public sealed interface FetchDecision {
  /** Send what is there from this offset on, possibly nothing. */
  record Serve(long fromOffset) implements FetchDecision {}

  /** The follower's log departs from this one: it must truncate (P12). */
  record Diverged(EpochEnd end) implements FetchDecision {}

  /** Nothing for this follower now (P11). */
  record Refused(ErrorCode code, String message) implements FetchDecision {}
}
