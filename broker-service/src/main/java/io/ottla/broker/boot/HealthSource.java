package io.ottla.broker.boot;

import io.ottla.broker.lifecycle.BrokerStatus;
import io.ottla.broker.lifecycle.ProducerCounts;
import java.util.OptionalLong;

/** What health checks and metrics read. Any thread. */
public interface HealthSource {
  /** This broker as it is now. */
  BrokerStatus status();

  /** The idempotent producers its replicas know. */
  ProducerCounts producers();

  /** How long ago the heartbeat loop last went round; empty while there is none yet. */
  OptionalLong heartbeatAgeMs();
}
