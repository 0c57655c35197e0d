package io.ottla.sim.cluster;

import io.ottla.broker.catalog.CatalogTurns;
import io.ottla.broker.catalog.MetadataPage;
import io.ottla.broker.catalog.MetadataSnapshot;
import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.lifecycle.Registrar;
import io.ottla.broker.lifecycle.StartedDirectory;
import io.ottla.broker.lifecycle.StorageReport;
import io.ottla.broker.lifecycle.SessionTurns;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogFailedException;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.MemoryDisk;
import io.ottla.broker.log.RecoveryReport;
import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.broker.runtime.OpenLogDir;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.RestartClass;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.cluster.Calls.Delivery;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One broker: logs, replicas, metadata follower, registration and heartbeats of production, on a disk that loses what was not forced. Only the
 * threads are this class's: what a thread would do next is an event.
 */
final class SimBroker extends SimProcess {
  static final long WALL_MS = 1_700_000_000_000L;
  private static final long FETCH_MS = 4;
  private static final long ANSWER_MS = 400;
  private static final long ISR_MS = 100;
  private static final long STALL_MS = 500;

  private final SimCluster cluster;
  private final int id;
  private final NodeConfig config;
  private final SimDisk speed;
  private final SeededRandom random;
  private final SeededRandom proposals;
  private MemoryDisk disk;
  private int disks;
  private boolean powerGoes;
  private boolean diskIsBad;
  private @Nullable Life life;

  /** What one process has in memory. */
  private static final class Life {
    private final LogStore store;
    private final SessionTurns session;
    private final CatalogTurns catalog;
    private @Nullable BrokerTurns turns;
    private final Map<Integer, BrokerTurns.Fetch> fetching = new HashMap<>();
    private int controller;
    private boolean asksForMetadata;
    private boolean forcing;
    private boolean proposing;
    private @Nullable Runnable heard;
    private boolean heartbeating;
    private boolean over;
    private long isrCheckedAtMs;

    Life(LogStore store, SessionTurns session, CatalogTurns catalog) {
      this.store = store;
      this.session = session;
      this.catalog = catalog;
    }
  }

  SimBroker(SimCluster cluster, int address, int id, SimClock clock, SimDisk speed, SeededRandom random) {
    super(cluster.scheduler(), address, clock);
    this.cluster = cluster;
    this.id = id;
    this.speed = speed;
    this.random = random;
    this.proposals = random.split("proposals");
    this.disk = cluster.production().disk(random.split("disk0").nextUuid());
    this.config = NodeConfig.read(Map.of("process.roles", "broker", "node.id", Integer.toString(id),
        "controller.quorum.initial.voters", "9@sim:1", "listeners", "CLIENT://sim:1,INTERNAL://sim:2",
        "broker.heartbeat.interval.ms", "100", "broker.session.timeout.ms", Long.toString(SimCluster.SESSION_MS),
        "replica.lag.time.max.ms", "500", "replica.fetch.wait.max.ms", "1")::get, "sim");
  }

  int id() {
    return id;
  }

  MemoryDisk disk() {
    return disk;
  }

  SimDisk speed() {
    return speed;
  }

  /** Its replicas, once it acts on metadata; null before, or while down. */
  @Nullable
  BrokerTurns turns() {
    return life == null ? null : life.turns;
  }

  /** The epoch of its registration, or -1. */
  long brokerEpoch() {
    return life == null ? -1 : life.session.session().brokerEpoch();
  }

  /** The metadata it has applied. */
  MetadataImage image() {
    return life == null ? MetadataImage.EMPTY : life.catalog.catalog().image();
  }

  private Life life() {
    if (life == null) {
      throw new IllegalStateException("broker " + id + " is down");
    }
    return life;
  }

  // ---- life and death

  @Override
  protected void onStart() {
    act(this::begin);
  }

  private void begin() {
    SeededRandom own = random.split("life" + incarnation());
    LogConfig logs = new LogConfig(cluster.plan().segmentBytes(), 200, AppendLimits.DEFAULT);
    LogStore store = new LogStore(disk, logs);
    LogStore.StartReport report = store.start();
    List<TopicIdPartition> found = report.recoveries().stream().map(RecoveryReport::id).toList();
    DirectoryRecord record = new DirectoryRecord(disk);
    List<StartedDirectory> started = List.of(new StartedDirectory(disk.directoryId(), record, "",
        report.cleanShutdownEpoch().orElse(-1), record.isComplete(found) && !report.isDamaged(), !record.isNew()));
    RestartClass restart = Registrar.restartClass(started);
    cluster.note(id, "broker starts as " + restart + " with " + report.recoveries());
    cluster.checker().restarted(this, restart, store.logs());
    CatalogTurns catalog = new CatalogTurns(delta -> {
      BrokerTurns replicas = turns();
      if (replicas != null) {
        replicas.manager().onDelta(delta);
        // A page has many entries, and a leader can become one and commit in one and be none in the next.
        cluster.checker().look(this, replicas);
      }
    }, () -> life().session.session().clusterId(), this::fail);
    SessionTurns session = new SessionTurns(config, clock(), SimCluster.CLUSTER, started, own.nextUuid(),
        restart, () -> catalog.catalog().image().index(), this::isReconciled, this::storageReport);
    Life now = new Life(store, session, catalog);
    now.controller = own.nextInt(cluster.controllers().size());
    life = now;
    BrokerTurns.Parts parts = new BrokerTurns.Parts(
        new OpenLogDir("disk", disk.directoryId(), store, record, found), logs, config, session.session(), clock(),
        this::wallMs, own, this::timer, cluster.production().replicas(cluster, id),
        cluster.production().followersForce(),
        this::fail);
    register(now, parts);
  }

  private StorageReport storageReport() {
    BrokerTurns replicas = turns();
    return replicas == null ? StorageReport.NONE : replicas.manager().storageReport();
  }

  private boolean isReconciled() {
    BrokerTurns replicas = turns();
    return replicas != null && replicas.manager().isReconciled();
  }

  private long wallMs() {
    return WALL_MS + clock().millis();
  }

  private Future<?> timer(long delayMs, Runnable action) {
    CompletableFuture<Boolean> fired = new CompletableFuture<>();
    soon(delayMs, () -> {
      if (fired.complete(true)) {
        action.run();
      }
    });
    return fired;
  }

  private void register(Life now, BrokerTurns.Parts parts) {
    SimController to = cluster.controllers().get(now.controller);
    cluster.calls().call(this, to, Delivery.ANY, ANSWER_MS,
        Requests.register(to, now.session.registration()), answer -> {
          if (answer != null && answer.error() == null) {
            now.session.registered(answer.value());
            cluster.note(id, "broker registered as " + brokerEpoch());
            now.turns = new BrokerTurns(parts);
            serve(now);
          } else {
            nextController(now);
            soon(random.between(20, 200), () -> register(now, parts));
          }
        });
  }

  private void nextController(Life now) {
    now.controller = (now.controller + 1) % cluster.controllers().size();
  }

  private void serve(Life now) {
    now.isrCheckedAtMs = clock().millis();
    long metadataGap = cluster.plan().metadataGapMs();
    every(() -> random.between(1, cluster.healed() ? 4 : 2 * metadataGap), () -> askForMetadata(now));
    every(() -> config.broker().heartbeatMs(), () -> heartbeat(now));
    every(() -> random.between(1, 2 * FETCH_MS), () -> fetch(now));
    every(() -> ISR_MS, () -> checkIsr(now));
    every(() -> random.between(300, 1_500), () -> turns(now).checkpoint());
    if (cluster.plan().retentionBytes() >= 0) {
      every(() -> random.between(200, 1_500), () -> cluster.production().retain(turns(now), wallMs()));
    }
  }

  private static BrokerTurns turns(Life now) {
    if (now.turns == null) {
      throw new IllegalStateException("not registered yet");
    }
    return now.turns;
  }

  @Override
  protected void onCrash(boolean powerLost) {
    life = null;
    forget();
    disk.planPowerCut(-1);
    if (powerLost || diskIsBad) {
      disk.losePower(new Random(random.nextLong()));
    }
    if (diskIsBad) {
      disk.repair();
    }
    diskIsBad = false;
  }

  /** Dies inside one of the next steps of its disk. */
  void dieWithin(int steps, boolean powerLost) {
    powerGoes = powerLost;
    disk.planPowerCut(steps);
  }

  /** From now on the disk forces nothing. */
  void breakDisk() {
    diskIsBad = true;
    disk.failForces();
  }

  /** Storage that fails ends the process; elsewhere than in a replica, by what comes out of it. */
  @Override
  protected boolean endsBy(RuntimeException failure) {
    powerGoes = false;
    return diskIsBad && (failure instanceof LogFailedException || failure instanceof UncheckedIOException);
  }

  @Override
  protected void died() {
    cluster.note(id, "broker dies inside a step" + (powerGoes ? ", without power" : ""));
    BrokerTurns replicas = turns();
    if (replicas != null) {
      cluster.checker().lastWords(this, replicas);
    }
    crash(powerGoes);
    cluster.restartSoon(this);
  }

  /** What would end the process; it ends once it has done what it is doing. */
  private void fail(Throwable why) {
    cluster.note(id, "broker fails: " + why);
    if (!diskIsBad) {
      throw new IllegalStateException("broker " + id + " fails though its disk is good", why);
    }
    cluster.checker().diskFailed(this);
    if (life != null) {
      life.over = true;
    }
  }

  /** The machine gets another, empty disk; only while down. */
  void replaceDisk() {
    disks++;
    disk = cluster.production().disk(random.split("disk" + disks).nextUuid());
    cluster.note(id, "broker has an empty disk");
  }

  /** The directory of one replica is gone, the disk and its id are not; only while down (M13). */
  void loseReplica(TopicIdPartition replica) {
    disk.wipe(replica);
    cluster.checker().diskFailed(this);
    cluster.note(id, "broker has lost its replica of " + replica);
  }

  /** Asks to leave, and ends cleanly once it may. */
  void leave() {
    Life now = life;
    if (now != null && now.turns != null) {
      now.session.leave();
    }
  }

  @Override
  protected void settle() {
    Life now = life;
    if (now == null) {
      return;
    }
    if (now.over || now.session.mayShutDown()) {
      end(now);
      return;
    }
    BrokerTurns replicas = now.turns;
    if (replicas != null) {
      force(now, replicas);
      propose(now, replicas);
      cluster.checker().look(this, replicas);
    }
  }

  private void end(Life now) {
    boolean clean = !now.over;
    if (clean) {
      turns(now).closeCleanly();
    }
    cluster.note(id, clean ? "broker ends cleanly" : "broker ends");
    crash(false);
    cluster.restartSoon(this);
  }

  // ---- turns

  private void force(Life now, BrokerTurns replicas) {
    if (!now.forcing && replicas.forceWaits()) {
      now.forcing = true;
      later(speed.forceUs(), () -> act(() -> {
        now.forcing = false;
        replicas.force();
      }));
    }
  }

  private void askForMetadata(Life now) {
    if (now.asksForMetadata) {
      return;
    }
    now.asksForMetadata = true;
    SimController from = cluster.controllers().get(now.controller);
    cluster.calls().call(this, from, Delivery.ANY, ANSWER_MS, Requests.metadata(from, now.catalog.wanted()), answer -> {
      now.asksForMetadata = false;
      if (answer == null || answer.error() != null || !take(now, answer.value())) {
        nextController(now);
      }
    });
  }

  private static boolean take(Life now, Requests.Metadata said) {
    MetadataPage page = said.page();
    MetadataSnapshot snapshot = said.snapshot();
    try {
      return now.catalog.take(page, snapshot);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void heartbeat(Life now) {
    if (now.heartbeating) {
      return;
    }
    now.heartbeating = true;
    long sentAtMs = now.session.nowMs();
    SimController to = cluster.activeOr(now.controller);
    cluster.calls().call(this, to, Delivery.ANY, ANSWER_MS, Requests.heartbeat(to, now.session.heartbeat()), answer -> {
      now.heartbeating = false;
      if (answer != null && answer.error() == null) {
        now.session.answered(sentAtMs, answer.value());
      } else if (answer != null && SessionTurns.isOver(answer.code())) {
        cluster.note(id, "broker has lost its registration: " + answer.code());
        now.over = true;
      }
    });
  }

  private void fetch(Life now) {
    BrokerTurns replicas = turns(now);
    for (int leader : replicas.leaders()) {
      if (replicas.takeChange(leader) && random.chance(0.5)) {
        // The fetch under way is given up, unless its answer is here already.
        now.fetching.remove(leader);
      }
      if (!now.fetching.containsKey(leader)) {
        BrokerTurns.Fetch fetch = replicas.ask(leader);
        if (fetch != null) {
          send(now, replicas, leader, fetch);
        }
      }
    }
  }

  private void send(Life now, BrokerTurns replicas, int leader, BrokerTurns.Fetch fetch) {
    now.fetching.put(leader, fetch);
    SimBroker to = cluster.broker(leader);
    cluster.calls().call(this, to, Delivery.ANY, ANSWER_MS, Requests.fetch(to, fetch.request()), answer -> {
      if (answer == null || answer.error() != null) {
        now.fetching.remove(leader, fetch);
        return;
      }
      // Appending and forcing is one step here; that it takes time comes before it.
      later(speed.forceUs(), () -> act(() -> {
        if (now.fetching.remove(leader, fetch)) {
          replicas.apply(fetch, answer.value());
        }
      }));
    });
  }

  private void checkIsr(Life now) {
    long nowMs = clock().millis();
    if (nowMs > now.isrCheckedAtMs + ISR_MS + STALL_MS) {
      turns(now).onOwnStall();
    }
    now.isrCheckedAtMs = nowMs;
    turns(now).checkIsr();
  }

  private void propose(Life now, BrokerTurns replicas) {
    BrokerTurns.Proposed proposed = now.proposing ? null : replicas.takeProposals();
    if (proposed == null) {
      return;
    }
    now.proposing = true;
    long heldMs = cluster.faults().onProposal(this, proposed.request());
    if (heldMs == 0) {
      send(now, proposed);
    } else {
      soon(heldMs, () -> send(now, proposed));
    }
  }

  /** Late, repeated, and now and then to two controllers: which production does not do, but its core must not rely on. */
  private void send(Life now, BrokerTurns.Proposed proposed) {
    SimController to = cluster.activeOr(now.controller);
    cluster.calls().call(this, to, Delivery.ANY, ANSWER_MS, Requests.alter(to, proposed.request()), answer -> {
      now.proposing = false;
      heard(now, proposed, answer == null ? Answer.failed(Requests.error(ErrorCode.INDETERMINATE)) : answer);
    }, late -> heard(now, proposed, late));
    if (cluster.healed() || !proposals.chance(0.2)) {
      return;
    }
    Runnable earlier = now.heard;
    if (earlier != null) {
      soon(proposals.between(1, 30), earlier);
    }
    SimController other = cluster.controllers().get(proposals.nextInt(cluster.controllers().size()));
    cluster.calls().<Answer<AlterPartitionsResponse>>call(this, other, Delivery.ANY, ANSWER_MS,
        Requests.alter(other, proposed.request()), answer -> {
          if (answer != null) {
            heard(now, proposed, answer);
          }
        });
  }

  private static void heard(Life now, BrokerTurns.Proposed proposed, Answer<AlterPartitionsResponse> answer) {
    OttlaException refusal = answer.error();
    Runnable said = refusal == null ? () -> proposed.answered(answer.value()) : () -> proposed.failed(refusal);
    now.heard = said;
    said.run();
  }
}
