package io.ottla.broker.replica.port;

/** Registrations as the newest applied metadata has them. */
public interface BrokerStates {
  /** Stands for "not registered". */
  long UNKNOWN_EPOCH = -1;

  /** Epoch of a broker's current registration, or {@link #UNKNOWN_EPOCH}. */
  long brokerEpoch(int brokerId);

  /** Whether a broker is registered, unfenced and not shutting down. */
  boolean active(int brokerId);
}
