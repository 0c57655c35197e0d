package io.ottla.broker.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.ottla.broker.lifecycle.BrokerState;
import io.ottla.broker.lifecycle.BrokerStatus;
import io.ottla.broker.lifecycle.ProducerCounts;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Registers what a broker knows of itself; values are read when they are asked for. Counts of requests come from the web server. */
public final class BrokerMetrics {
  private final MeterRegistry registry;
  private final Supplier<BrokerStatus> status;
  /** Held here, since a registry holds what it asks only weakly. */
  private final Supplier<ProducerCounts> producers;

  /** Registers everything at once, so that no series begins later than the process. */
  public BrokerMetrics(MeterRegistry registry, Supplier<BrokerStatus> status, Supplier<ProducerCounts> producers) {
    this.registry = registry;
    this.status = status;
    this.producers = producers;
    replicas("leader", BrokerStatus::leaders);
    replicas("follower", now -> now.replicas() - now.leaders());
    replicas("never_in_sync", BrokerStatus::replicasNeverInSync);
    gauge("ottla.metadata.lag.entries", "Metadata entries known to be committed but not applied here",
        now -> Math.max(0, now.metadataCommitIndex() - now.appliedMetadataIndex()));
    gauge("ottla.metadata.applied.index", "Last metadata entry applied", BrokerStatus::appliedMetadataIndex);
    gauge("ottla.log.dir.online", "1 while all log directories can be used",
        now -> now.allLogDirsOnline() ? 1 : 0);
    gauge("ottla.log.dirs.offline", "Log directories that failed since the start",
        now -> now.logDirs().values().stream().filter(online -> !online).count());
    replicas("offline", BrokerStatus::replicasOffline);
    gauge("ottla.broker.fenced", "1 while the controllers hold this broker fenced", now -> now.fenced() ? 1 : 0);
    Gauge.builder("ottla.producers", this, from -> from.producers.get().remembered())
        .description("Idempotent producers remembered by the replicas hosted here").register(registry);
    FunctionCounter.builder("ottla.produce.duplicates", this, from -> from.producers.get().duplicatesAnswered())
        .description("Repeated batches answered with the offsets of the originals").register(registry);
    for (BrokerState state : BrokerState.values()) {
      Gauge.builder("ottla.broker.state", status, from -> from.get().state() == state ? 1 : 0)
          .description("1 for the state this broker is in")
          .tag("state", state.name().toLowerCase(java.util.Locale.ROOT))
          .register(registry);
    }
  }

  private void replicas(String state, ToDoubleFunction<BrokerStatus> value) {
    Gauge.builder("ottla.replicas", status, from -> value.applyAsDouble(from.get())).tag("state", state)
        .description("Replicas hosted here").register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<BrokerStatus> value) {
    Gauge.builder(name, status, from -> value.applyAsDouble(from.get())).description(description).register(registry);
  }
}
