package io.ottla.controller.control;

import io.ottla.common.http.RefusalJudge;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.wire.RestartClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/** One life of a few brokers that are watched, with some kinds of faults allowed; see {@link FencingSimulationTest}. A seed decides all. */
final class FencingLife {
  private static final int BROKERS = 4;
  private static final long LIFE_MS = 30_000;
  private static final long HEARTBEAT_MS = 300;
  private static final long QUIET_MS = TestCluster.SESSION_MS / 5;
  private static final long ATTEMPT_LIMIT_MS = 500;

  /** What may happen to a broker, its connections, or what is said about it. */
  enum Fault {
    /** The process is killed, and started again a while later. */
    CRASH,
    /** The process stands still; the system goes on accepting for it. */
    SHORT_PAUSE, LONG_PAUSE,
    /** Nothing gets through to it or from it; attempts to connect are not answered. */
    CUT,
    /** Its watched connection breaks. */
    DROP,
    /** Every watched connection breaks, again and again. */
    RESET_ALL,
    /** Its address refuses connections for a while although it lives. */
    LIE,
    /** Hints arrive late, and a second time. */
    LATE_HINT,
    /** Another controller takes over. */
    FAILOVER
  }

  private record Event(long atMs, int order, Runnable what) {}

  /** One broker process; of each id there is one. */
  private static final class Broker {
    final int id;
    boolean running;
    long epoch = -1;
    long storedEpoch = -1;
    RegisterBrokerCommand registration;
    long pausedUntilMs;
    long cutUntilMs;
    long lyingUntilMs;
    long diedMs = -1;
    long lastArrivalMs = Long.MIN_VALUE;
    boolean heardByThisController;
    long lastHintMs = Long.MIN_VALUE;
    long slowestGapMs;
    int fencedByHint;
    Watch watch;

    Broker(int id, RegisterBrokerCommand registration) {
      this.id = id;
      this.registration = registration;
      this.watch = new Watch(-1);
    }
  }

  /** The watch of one registration, as the production adapter does it. */
  private static final class Watch {
    final long epoch;
    final RefusalJudge judge = new RefusalJudge(5, QUIET_MS);
    boolean connected;
    boolean ended;
    long connectedMs;

    Watch(long epoch) {
      this.epoch = epoch;
    }
  }

  final TestCluster cluster = new TestCluster();
  final List<Long> noticedMs = new ArrayList<>();
  int fencings;
  int falseFencings;
  int losses;
  private final long seed;
  private final Set<Fault> allowed;
  private final SeededSource random;
  private final PriorityQueue<Event> events = new PriorityQueue<>(
      Comparator.comparingLong(Event::atMs).thenComparingInt(Event::order));
  private final Map<Integer, Broker> brokers = new TreeMap<>();
  private final ImageInvariants invariants = new ImageInvariants();
  private final Set<Long> hintedOnce = new HashSet<>();
  private MetadataImage checked = MetadataImage.EMPTY;
  private int checkedEntries;
  private int order;

  FencingLife(long seed, Set<Fault> allowed) {
    this.seed = seed;
    this.allowed = allowed;
    this.random = new SeededSource(seed);
  }

  void live() {
    long endMs = cluster.nowMs + LIFE_MS;
    for (int id = 1; id <= BROKERS; id++) {
      Broker broker = new Broker(id, cluster.registration(id));
      brokers.put(id, broker);
      start(broker);
    }
    after(3_000, this::populate);
    after(3_500, this::misfortune);
    after(10, this::tick);
    try {
      while (cluster.nowMs < endMs) {
        Event next = events.remove();
        cluster.nowMs = next.atMs();
        next.what().run();
        check();
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", faults " + allowed + ", at " + cluster.nowMs + ": " + e.getMessage(),
          e);
    }
  }

  private void after(long ms, Runnable what) {
    events.add(new Event(cluster.nowMs + ms, order++, what));
  }

  private long upTo(int ms) {
    return random.nextInt(ms + 1);
  }

  private void populate() {
    for (int i = 0; i < 3; i++) {
      cluster.topic("t" + i, List.of(List.of(1 + i % 4, 1 + (i + 1) % 4, 1 + (i + 2) % 4)));
    }
  }

  // ---- the controller

  private void tick() {
    cluster.duties();
    brokers.values().forEach(this::watchAsRegistered);
    after(10, this::tick);
  }

  private void failOver() {
    cluster.control.resign();
    cluster.control.activate(cluster.nowMs);
    brokers.values().forEach(broker -> {
      broker.watch.ended = true;
      broker.watch = new Watch(-1);
      broker.lastArrivalMs = cluster.nowMs;
      broker.heardByThisController = false;
      broker.fencedByHint = 0;
      broker.slowestGapMs = 0;
      hintedOnce.remove(broker.epoch);
    });
  }

  // ---- processes

  private void start(Broker broker) {
    broker.running = true;
    broker.epoch = -1;
    broker.pausedUntilMs = 0;
    broker.registration = cluster.registration(broker.id, broker.storedEpoch,
        RestartClass.CRASH_DURABLE, TestCluster.directory(broker.id));
    register(broker, broker.registration);
  }

  @SuppressWarnings("ReferenceEquality") // this very process's request, not one like it
  private void register(Broker broker, RegisterBrokerCommand command) {
    if (broker.running && broker.registration == command) {
      Decision<RegisterBrokerCommand.Registered> decision = cluster.run(
          cluster.control.register(command, cluster.nowMs));
      if (decision.value().isPresent()) {
        registered(broker, decision.value().get().brokerEpoch());
      } else {
        after(200, () -> register(broker, command));
      }
    }
  }

  private void registered(Broker broker, long epoch) {
    broker.epoch = epoch;
    broker.storedEpoch = epoch;
    broker.diedMs = -1;
    broker.lastArrivalMs = cluster.nowMs;
    broker.lastHintMs = Long.MIN_VALUE;
    broker.slowestGapMs = 0;
    broker.fencedByHint = 0;
    after(upTo(50), () -> beat(broker, epoch));
  }

  private void beat(Broker broker, long epoch) {
    if (!broker.running || broker.epoch != epoch) {
      return;
    }
    if (broker.pausedUntilMs <= cluster.nowMs && broker.cutUntilMs <= cluster.nowMs) {
      long queuedMs = upTo(20);
      after(upTo(15), () -> arrive(broker, epoch, queuedMs));
    }
    after(HEARTBEAT_MS, () -> beat(broker, epoch));
  }

  private void arrive(Broker broker, long epoch, long queuedMs) {
    long arrivedMs = cluster.nowMs;
    cluster.control.contact(broker.id, epoch, arrivedMs);
    if (broker.epoch == epoch) {
      broker.slowestGapMs = Math.max(broker.slowestGapMs, arrivedMs - broker.lastArrivalMs);
      broker.lastArrivalMs = arrivedMs;
      broker.heardByThisController = true;
    }
    HeartbeatCommand command = new HeartbeatCommand(broker.id, epoch, cluster.control.committed().index(), false,
        false, List.of(), List.of());
    after(queuedMs, () -> cluster.run(cluster.control.heartbeat(command, arrivedMs)));
  }

  private void crash(Broker broker) {
    if (broker.running && broker.epoch >= 0) {
      broker.running = false;
      broker.diedMs = cluster.nowMs;
      after(upTo(2), () -> lose(broker.watch, broker));
      after(400 + upTo(8_000), () -> start(broker));
    }
  }

  /** With time for a heartbeat since the last one. */
  private void pauseShortly(Broker broker) {
    if (cluster.nowMs > broker.pausedUntilMs + 2 * HEARTBEAT_MS) {
      broker.pausedUntilMs = cluster.nowMs + upTo(2_000);
    }
  }

  /** F18: a second process with the same id, while the first goes on with its heartbeats. */
  private void intrude(Broker broker) {
    RegisterBrokerCommand second = cluster.registration(broker.id, broker.storedEpoch,
        RestartClass.CRASH_DURABLE, TestCluster.directory(broker.id));
    boolean alive = broker.running && broker.epoch >= 0 && broker.heardByThisController
        && cluster.nowMs - broker.lastArrivalMs < QUIET_MS;
    if (alive && cluster.control.register(second, cluster.nowMs).error().isEmpty()) {
      throw new AssertionError("M10: a second process got the id of broker " + broker.id + ", heard of "
          + (cluster.nowMs - broker.lastArrivalMs) + " ms ago");
    }
  }

  private void misfortune() {
    Broker broker = brokers.get(1 + random.nextInt(BROKERS));
    List<Fault> kinds = List.copyOf(allowed);
    if (broker != null && !kinds.isEmpty()) {
      switch (kinds.get(random.nextInt(kinds.size()))) {
        case CRASH -> crash(broker);
        case SHORT_PAUSE -> pauseShortly(broker);
        case LONG_PAUSE -> broker.pausedUntilMs = cluster.nowMs + 2_000 + upTo(6_000);
        case CUT -> broker.cutUntilMs = cluster.nowMs + upTo(6_000);
        case DROP -> lose(broker.watch, broker);
        case RESET_ALL -> brokers.values().forEach(one -> {
          lose(one.watch, one);
          after(upTo(30), () -> lose(one.watch, one));
        });
        case LIE -> {
          broker.lyingUntilMs = cluster.nowMs + upTo(5_000);
          lose(broker.watch, broker);
        }
        case LATE_HINT -> {
        }
        case FAILOVER -> failOver();
      }
      intrude(broker);
    }
    after(20 + upTo(1_500), this::misfortune);
  }

  // ---- the watch

  private void watchAsRegistered(Broker broker) {
    BrokerRegistration registered = cluster.control.committed().broker(broker.id).orElse(null);
    long wanted = registered == null || registered.fenced() ? -1 : registered.brokerEpoch();
    if (broker.watch.epoch != wanted) {
      broker.watch.ended = true;
      Watch fresh = new Watch(wanted);
      broker.watch = fresh;
      if (wanted >= 0) {
        attempt(fresh, broker);
      }
    }
  }

  private void lose(Watch watch, Broker broker) {
    if (watch.connected && !watch.ended) {
      losses++;
      watch.connected = false;
      after(watch.judge.lost(cluster.nowMs - watch.connectedMs), () -> attempt(watch, broker));
    }
  }

  private void attempt(Watch watch, Broker broker) {
    if (watch.ended) {
      return;
    }
    if (broker.cutUntilMs > cluster.nowMs) {
      after(ATTEMPT_LIMIT_MS + watch.judge.unclear().pauseMs(), () -> attempt(watch, broker));
    } else if (!broker.running || broker.lyingUntilMs > cluster.nowMs) {
      RefusalJudge.Verdict verdict = watch.judge.refused(cluster.nowMs);
      if (verdict instanceof RefusalJudge.Verdict.Gone gone) {
        hint(broker, watch.epoch, gone.observedMs());
      }
      after(verdict.pauseMs(), () -> attempt(watch, broker));
    } else {
      watch.judge.connected();
      watch.connected = true;
      watch.connectedMs = cluster.nowMs;
    }
  }

  private void hint(Broker broker, long epoch, long observedMs) {
    boolean late = allowed.contains(Fault.LATE_HINT) && random.nextInt(3) == 0;
    after(late ? upTo(4_000) : upTo(2), () -> deliver(broker, epoch, observedMs));
    if (late) {
      after(upTo(6_000), () -> deliver(broker, epoch, observedMs));
    }
  }

  private void deliver(Broker broker, long epoch, long observedMs) {
    if (broker.epoch == epoch || broker.diedMs >= 0) {
      broker.lastHintMs = Math.max(broker.lastHintMs, observedMs);
    }
    boolean first = hintedOnce.add(epoch);
    boolean isDead = !broker.running && broker.storedEpoch == epoch;
    boolean unfenced = cluster.image().broker(broker.id).map(one -> !one.fenced() && one.brokerEpoch() == epoch)
        .orElse(false);
    cluster.control.brokerGone(broker.id, epoch, observedMs);
    cluster.duties();
    if (first && isDead && unfenced && observedMs > broker.lastArrivalMs && !cluster.broker(broker.id).fenced()) {
      throw new AssertionError("broker " + broker.id + " is gone, and the hint did not fence it");
    }
  }

  // ---- what must hold

  private void check() {
    for (; checkedEntries < cluster.log.size(); checkedEntries++) {
      List<MetadataRecord> records = cluster.log.get(checkedEntries);
      MetadataImage after = MetadataDelta.apply(checked, checkedEntries + 1, 1, records);
      invariants.check(checked, records, after);
      checked = after;
      for (MetadataRecord change : records) {
        if (change instanceof BrokerChange one && Boolean.TRUE.equals(one.fenced())) {
          fenced(brokers.getOrDefault(one.brokerId(), new Broker(0, cluster.registration(0))));
        }
      }
    }
  }

  private void fenced(Broker broker) {
    fencings++;
    long silentMs = cluster.nowMs - broker.lastArrivalMs;
    if (broker.diedMs >= 0) {
      noticedMs.add(cluster.nowMs - broker.diedMs);
    }
    if (silentMs >= TestCluster.SESSION_MS) {
      return;
    }
    require(broker.lastHintMs > broker.lastArrivalMs,
        "fenced, though heard of " + silentMs + " ms ago and no hint since",
        broker);
    if (broker.running) {
      falseFencings++;
      broker.fencedByHint++;
      require(allowed.contains(Fault.LIE), "fenced by a hint, though it lives and its address is honest", broker);
      require(broker.fencedByHint <= 1 || broker.slowestGapMs >= QUIET_MS || silentMs >= QUIET_MS,
          "fenced a second time, though its heartbeats come in time", broker);
    }
  }

  private static void require(boolean holds, String promise, Broker broker) {
    if (!holds) {
      throw new AssertionError("broker " + broker.id + " of epoch " + broker.epoch + ": " + promise);
    }
  }
}
