package io.ottla.sim.cluster;

import io.ottla.common.metadata.ImageSnapshot;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.raft.RaftConfig;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.runtime.Controller;
import io.ottla.controller.runtime.ControllerTurns;
import io.ottla.controller.runtime.RaftTransport;
import io.ottla.controller.runtime.SnapshotPolicy;
import io.ottla.controller.runtime.StateFormat;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimClock;
import io.ottla.sim.SimDisk;
import io.ottla.sim.cluster.Calls.Delivery;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One controller: core, driver, control and publisher of production; its threads take turns with everything else. */
final class SimController extends SimProcess {
  private static final long TICK_MS = 10;
  private static final long RPC_MS = 200;
  private static final RaftConfig RAFT = RaftConfig.DEFAULT.withSnapshotLimits(2_000, 300, 20);
  private static final StateFormat FORMAT = new StateFormat() {
    @Override
    public void write(MetadataImage image, OutputStream out) throws IOException {
      ImageSnapshot.write(image, out);
    }

    @Override
    public MetadataImage read(InputStream in, long index, long term) throws IOException {
      return ImageSnapshot.read(in, index, term);
    }
  };

  private final SimCluster cluster;
  private final RaftIdentity identity;
  private final SimDisk speed;
  private final SeededRandom random;
  private final ControllerDisk disk = new ControllerDisk();
  private @Nullable ControllerTurns turns;
  private boolean storing;
  private boolean writingSnapshot;
  private boolean powerGoes;

  SimController(SimCluster cluster, int address, RaftIdentity identity, SimClock clock, SimDisk speed,
      SeededRandom random) {
    super(cluster.scheduler(), address, clock);
    this.cluster = cluster;
    this.identity = identity;
    this.speed = speed;
    this.random = random;
  }

  ControllerDisk disk() {
    return disk;
  }

  SimDisk speed() {
    return speed;
  }

  /** The running controller; only while up. */
  Controller controller() {
    if (turns == null) {
      throw new IllegalStateException("controller " + address() + " is down");
    }
    return turns.controller();
  }

  @Override
  protected void onStart() {
    disk.open();
    SeededRandom own = random.split("life" + incarnation());
    Voter address = new Voter(identity.self(), "sim", 1 + address());
    ControlSettings control = cluster.controlSettings();
    ClusterControl core = cluster.production().control(control, own);
    turns = new ControllerTurns(identity,
        new Controller.Settings(address, RAFT, control, new SnapshotPolicy(20_000, 3_000), FORMAT),
        new Controller.Storage(disk.log(), disk.snapshots(), disk.votes(), () -> {}), new Transport(), own, clock(),
        core);
    turns.begin();
    every(() -> TICK_MS, () -> {});
  }

  @Override
  protected void onCrash(boolean powerLost) {
    turns = null;
    storing = false;
    writingSnapshot = false;
    forget();
    disk.crash(powerLost);
  }

  /** Dies before one of the next steps. */
  void dieWithin(int steps, boolean powerLost) {
    powerGoes = powerLost;
    disk.planDeath(steps);
  }

  @Override
  protected void died() {
    cluster.note(address(), "controller dies" + (powerGoes ? " without power" : ""));
    crash(powerGoes);
    cluster.restartSoon(this);
  }

  @Override
  protected void settle() {
    ControllerTurns now = turns;
    if (now == null) {
      return;
    }
    now.raft();
    if (now.storageWaits() && !storing) {
      storing = true;
      later(speed.forceUs(), () -> act(this::store));
    }
    if (now.snapshotsWait() && !writingSnapshot) {
      writingSnapshot = true;
      later(speed.forceUs(), () -> act(this::snapshot));
    }
    cluster.truth().learnFrom(this);
  }

  private void store() {
    storing = false;
    try {
      turns().storage();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void snapshot() {
    writingSnapshot = false;
    try {
      turns().snapshots();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private ControllerTurns turns() {
    if (turns == null) {
      throw new IllegalStateException("controller " + address() + " is down");
    }
    return turns;
  }

  private final class Transport implements RaftTransport {
    @Override
    public void send(RaftMessage.Request request, AnswerHandler answer) {
      disk.step();
      SimController peer = cluster.controllers().get(request.envelope().to().nodeId());
      cluster.calls().<Optional<RaftMessage.Reply>>call(SimController.this, peer, Delivery.ANY, RPC_MS,
          to -> peer.controller().receive(request).thenAccept(to), reply -> {
            if (reply != null && reply.isPresent()) {
              answer.onReply(reply.get());
            } else {
              answer.onLost();
            }
          });
    }

    @Override
    public void peers(List<Voter> peers) {
      // Addresses never change here.
    }

    @Override
    public void close() {
      // Nothing to let go of.
    }
  }
}
