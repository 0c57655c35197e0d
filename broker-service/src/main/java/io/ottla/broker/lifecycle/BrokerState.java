package io.ottla.broker.lifecycle;

/** Where a broker process is in its life. Only moves forward, but between FENCED and RUNNING. */
public enum BrokerState {
  /** Reading its logs; not yet known to the controllers. */
  RECOVERING,
  /** Logs are ready; asking the controllers for a registration and following the metadata up to it. */
  REGISTERING,
  /** Registered, but may neither lead nor be in an ISR. */
  FENCED,
  /** A full member. */
  RUNNING,
  /** Leaving. */
  STOPPING,
  /** Storage or an invariant failed; the process is about to end. */
  FAILED
}
