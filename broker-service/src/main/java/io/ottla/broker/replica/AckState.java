package io.ottla.broker.replica;

/** Where an append stands on its way to its acknowledgement (P8). */
public enum AckState {
  /** Not yet, and nothing speaks against it. */
  WAITING,
  /** Acknowledged as asked. */
  DONE,
  /** The committed ISR fell below the minimum after the append: outcome unknown. */
  BELOW_MIN_ISR,
  /** The leadership it was appended in is over: outcome unknown. */
  LEADERSHIP_LOST
}
