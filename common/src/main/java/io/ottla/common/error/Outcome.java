package io.ottla.common.error;

/** What an error says about the effect of the request that got it. One code never belongs to two outcomes. */
public enum Outcome {
  /** Certainly no effect. */
  REFUSED,
  /** The effect is unknown: it may or may not happen, now or later. */
  UNKNOWN,
  /** This request changed nothing, because an earlier one of the same content did. */
  DONE
}
