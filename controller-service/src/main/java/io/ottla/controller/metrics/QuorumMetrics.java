package io.ottla.controller.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.runtime.ControllerStatus;
import io.ottla.controller.runtime.RuntimeObserver;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Gauges of the quorum's state and timers of what is slow. Figures only the active controller knows are absent elsewhere. */
public final class QuorumMetrics implements RuntimeObserver {
  private static final Duration[] BUCKETS = {Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5),
      Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
      Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2_500),
      Duration.ofSeconds(5), Duration.ofSeconds(10)};

  /** Where the gauges look. */
  @FunctionalInterface
  public interface StatusSource {
    /** The latest status, null while the controller does not run. */
    @Nullable
    ControllerStatus get();
  }

  private final MeterRegistry registry;
  private final Timer force;
  private final Timer commit;
  private final Timer snapshotTimer;
  private final Set<ReplicaKey> seenPeers = ConcurrentHashMap.newKeySet();
  private volatile StatusSource source = () -> null;
  private final Counter won;
  private final Counter lost;
  private final Counter uncleanElections;

  /** Registers the counters at zero. */
  public QuorumMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.force = timer("ottla.raft.force", "Time of one force of the metadata log");
    this.commit = timer("ottla.raft.commit", "Time from a proposal to its application on the leader");
    this.snapshotTimer = timer("ottla.raft.snapshot", "Time to write one snapshot of the metadata");
    this.won = elections("won");
    this.lost = elections("lost");
    this.uncleanElections = Counter.builder("ottla.controller.unclean.elections")
        .description("Partition leaders elected that may lack committed records").register(registry);
  }

  /** Registers the gauges, which read the status at each scrape. */
  public void bind(StatusSource status) {
    for (Role role : Role.values()) {
      Gauge.builder("ottla.raft.role", () -> read(status, one -> one.quorum().role() == role ? 1 : 0))
          .tag("role", role.name().toLowerCase(Locale.ROOT)).register(registry);
    }
    gauge("ottla.raft.term", status, one -> one.quorum().term());
    gauge("ottla.raft.commit.index", status, one -> one.quorum().commitIndex());
    gauge("ottla.raft.applied.index", status, ControllerStatus::appliedIndex);
    gauge("ottla.raft.log.end.index", status, one -> one.quorum().lastIndex());
    gauge("ottla.raft.log.start.index", status, one -> one.quorum().firstIndex());
    gauge("ottla.raft.voters", status, one -> one.quorum().voters().size());
    gauge("ottla.raft.snapshot.index", status, one -> snapshot(one, s -> s.id().lastIndex()));
    gauge("ottla.raft.snapshot.bytes", status, one -> snapshot(one, Snapshot::sizeInBytes));
    gauge("ottla.raft.leader", status, one -> leaderId(one.quorum()));
    gauge("ottla.controller.active", status, one -> one.active() ? 1 : 0);
    source = status;
    brokers("active", status, BrokerRegistration::active);
    brokers("fenced", status, BrokerRegistration::fenced);
    brokers("draining", status, broker -> broker.inControlledShutdown() && !broker.fenced());
  }

  private static double snapshot(ControllerStatus status, ToDoubleFunction<Snapshot> value) {
    Snapshot newest = status.quorum().snapshot();
    return newest == null ? 0 : value.applyAsDouble(newest);
  }

  private static double leaderId(QuorumReport quorum) {
    ReplicaKey leader = quorum.leader();
    return leader == null ? -1 : leader.nodeId();
  }

  @Override
  public void peers(VoterSet voters, List<Voter> observers) {
    voters.voters().forEach(voter -> peer(voter.key()));
    observers.forEach(observer -> peer(observer.key()));
  }

  /** Registered once for each disk ever seen; while this controller does not lead, or has no such peer, there is no value. */
  private void peer(ReplicaKey key) {
    if (!seenPeers.add(key)) {
      return;
    }
    peerGauge("ottla.raft.peer.ack.age.seconds", key, peer -> peer.sinceContactMs() / 1_000.0);
    peerGauge("ottla.raft.peer.match.index", key, QuorumReport.Peer::matchIndex);
    peerGauge("ottla.raft.peer.voter", key, peer -> peer.voter() ? 1 : 0);
  }

  private void peerGauge(String name, ReplicaKey key, ToDoubleFunction<QuorumReport.Peer> value) {
    Gauge.builder(name, () -> {
      ControllerStatus status = source.get();
      return status == null
          ? Double.NaN
          : status.quorum().peers().stream().filter(peer -> peer.key().equals(key)).mapToDouble(value).findFirst()
              .orElse(Double.NaN);
    }).tag("peer", Integer.toString(key.nodeId())).tag("directory", key.directoryId().toString()).register(registry);
  }

  @Override
  public void snapshotWritten(long millis) {
    snapshotTimer.record(Duration.ofMillis(millis));
  }

  private void brokers(String state, StatusSource status, Predicate<BrokerRegistration> test) {
    Gauge.builder("ottla.controller.brokers",
        () -> read(status, one -> one.active()
            ? one.image().brokers().values().stream().filter(test).count()
            : Double.NaN))
        .tag("state", state).register(registry);
  }

  private void gauge(String name, StatusSource status,
      ToDoubleFunction<ControllerStatus> value) {
    Gauge.builder(name, () -> read(status, value)).register(registry);
  }

  private static double read(StatusSource source, ToDoubleFunction<ControllerStatus> value) {
    ControllerStatus status = source.get();
    return status == null ? Double.NaN : value.applyAsDouble(status);
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name).description(description).serviceLevelObjectives(BUCKETS).register(registry);
  }

  private Counter elections(String result) {
    return Counter.builder("ottla.raft.elections").tag("result", result).register(registry);
  }

  @Override
  public void forced(long nanos) {
    force.record(Duration.ofNanos(nanos));
  }

  @Override
  public void roleChanged(Role from, Role to) {
    if (to == Role.LEADER) {
      won.increment();
    } else if (from == Role.CANDIDATE) {
      lost.increment();
    }
  }

  @Override
  public void uncleanElection() {
    uncleanElections.increment();
  }

  @Override
  public void committed(long nanos) {
    commit.record(Duration.ofNanos(nanos));
  }
}
