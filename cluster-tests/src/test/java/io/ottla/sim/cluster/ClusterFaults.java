package io.ottla.sim.cluster;

import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork;
import io.ottla.sim.SimNetwork.Weather;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Everything that goes wrong, one thing after the other and several at a time, until it ends. */
final class ClusterFaults {
  private static final long MS = 1000;
  private static final double AIMED = 0.15;
  private static final List<Kind> ANY_TIME = List.copyOf(EnumSet.range(Kind.KILL, Kind.FLAP));

  private final SimCluster cluster;
  private final SeededRandom random;
  private final SimNetwork<Runnable> network;
  private final SeededRandom aim;
  private final Map<Kind, Long> done = new EnumMap<>(Kind.class);
  private boolean ended;

  /** What can go wrong. */
  enum Kind {
    KILL, POWER_CUT, DEATH_INSIDE, KILL_ALL, POWER_CUT_ALL, LEAVE, WIPE, PAUSE, SLOW_DISK, BAD_DISK, CUT_LINK, CUT_ONE_WAY, ISOLATE, KILL_CONTROLLER, CONTROLLER_DEATH_INSIDE, PAUSE_CONTROLLER, HINT, FLAP, LOST_WHILE_JOINING, RAISED_WHILE_SHRINKING
  }

  ClusterFaults(SimCluster cluster, SeededRandom random) {
    this.cluster = cluster;
    this.random = random;
    this.aim = random.split("aim");
    this.network = cluster.calls().network();
  }

  Map<Kind, Long> done() {
    return done;
  }

  void begin() {
    network.weather(cluster.plan().weather());
    next();
  }

  /** Everything is repaired, and stays so. */
  void end() {
    ended = true;
    network.weather(Weather.CALM);
    network.heal();
    cluster.brokers().forEach(broker -> {
      broker.speed().recover();
      broker.disk().planPowerCut(-1);
      broker.resume();
    });
    cluster.controllers().forEach(controller -> {
      controller.speed().recover();
      controller.disk().planDeath(-1);
      controller.resume();
    });
  }

  private void next() {
    cluster.scheduler().after(random.between(1, 2 * cluster.plan().faultGapMs()) * MS, () -> {
      if (!ended) {
        happen(ANY_TIME.get(random.nextInt(ANY_TIME.size())));
        next();
      }
    });
  }

  private void happen(Kind kind) {
    SimBroker broker = cluster.brokers().get(random.nextInt(cluster.brokers().size()));
    SimController controller = cluster.controllers().get(random.nextInt(cluster.controllers().size()));
    boolean happened = switch (kind) {
      case KILL -> kill(broker, false);
      case POWER_CUT -> kill(broker, true);
      case DEATH_INSIDE -> deathInside(broker);
      case KILL_ALL -> random.chance(0.3) && killAll(false);
      case POWER_CUT_ALL -> random.chance(0.3) && killAll(true);
      case LEAVE -> leave(broker);
      case WIPE -> wipe(broker);
      case PAUSE -> pause(broker);
      case SLOW_DISK -> slowDown(broker);
      case BAD_DISK -> badDisk(broker);
      case CUT_LINK -> cut(anyAddress(), anyAddress(), true);
      case CUT_ONE_WAY -> cut(anyAddress(), anyAddress(), false);
      case ISOLATE -> isolate(anyAddress());
      case KILL_CONTROLLER -> killController(controller);
      case CONTROLLER_DEATH_INSIDE -> controllerDeathInside(controller);
      case PAUSE_CONTROLLER -> pause(controller);
      case HINT -> hint(broker);
      case FLAP -> flap();
      case LOST_WHILE_JOINING, RAISED_WHILE_SHRINKING -> false; // by proposals only
    };
    if (happened) {
      happened(kind);
    }
  }

  private void happened(Kind kind) {
    done.merge(kind, 1L, Long::sum);
    cluster.note(-1, kind);
  }

  /**
   * An ISR change is about to be proposed, which is when it hurts most: whoever is to join loses its disk or its log, and comes back before the proposal
   * arrives; or the topic demands more members than are left.
   *
   * @return how long the proposal is held up
   */
  long onProposal(SimBroker leader, AlterPartitionsRequest request) {
    AlterPartitionsRequest.Item item = request.partitions().getFirst();
    TopicIdPartition id = new TopicIdPartition(item.topicId(), item.partition());
    PartitionState state = cluster.truth().partition(id).orElse(null);
    if (ended || state == null || !aim.chance(AIMED)) {
      return 0;
    }
    List<Integer> proposed = item.newIsr().stream().map(AlterPartitionsRequest.IsrMember::brokerId).toList();
    for (int member : proposed) {
      if (member != leader.id() && !state.isr().contains(member)
          && lose(cluster.broker(member), aim.chance(0.3) ? null : id)) {
        happened(Kind.LOST_WHILE_JOINING);
        SimBroker broker = cluster.broker(member);
        hint(broker);
        cluster.scheduler().after(aim.between(1, 10) * MS, () -> {
          if (!broker.isUp()) {
            broker.start();
          }
        });
        cut(broker.address(), leader.address(), true);
        return aim.between(1, 800);
      }
    }
    if (proposed.size() < state.isr().size()) {
      happened(Kind.RAISED_WHILE_SHRINKING);
      cluster.truth().newest().topic(item.topicId())
          .ifPresent(topic -> cluster.administrator().setMinIsr(topic.name(), proposed.size() + 1));
    }
    return 0;
  }

  private boolean kill(SimBroker broker, boolean powerLost) {
    if (!broker.isUp()) {
      return false;
    }
    cluster.note(broker.id(), powerLost ? "loses power" : "is killed");
    broker.crash(powerLost);
    cluster.restartSoon(broker);
    if (random.chance(0.5)) {
      cluster.scheduler().after(random.between(1, 30) * MS, () -> hint(broker));
    }
    return true;
  }

  private boolean killAll(boolean powerLost) {
    cluster.brokers().forEach(broker -> kill(broker, powerLost));
    if (powerLost && random.chance(0.5)) {
      cluster.controllers().forEach(this::killController);
    }
    return true;
  }

  private boolean deathInside(SimBroker broker) {
    broker.dieWithin(random.nextInt(30), random.chance(0.6));
    return true;
  }

  private boolean leave(SimBroker broker) {
    broker.leave();
    return true;
  }

  private boolean pause(SimProcess process) {
    if (!process.isUp()) {
      return false;
    }
    cluster.note(process.address(), "stands still");
    process.pause(random.between(20, 1_500) * MS);
    return true;
  }

  private boolean slowDown(SimBroker broker) {
    broker.speed().slowDown(random.between(100, 2_000) * MS, cluster.plan().slowForceMs() * MS);
    return true;
  }

  private boolean badDisk(SimBroker broker) {
    if (broker.isUp()) {
      broker.breakDisk();
    }
    return broker.isUp();
  }

  private int anyAddress() {
    return random.nextInt(cluster.controllers().size() + cluster.brokers().size());
  }

  private boolean cut(int from, int to, boolean bothWays) {
    network.cut(from, to, true);
    network.cut(to, from, bothWays || !network.isOpen(to, from));
    cluster.scheduler().after(random.between(50, 2_000) * MS, () -> {
      network.cut(from, to, false);
      network.cut(to, from, false);
    });
    return from != to;
  }

  private boolean isolate(int address) {
    int all = cluster.controllers().size() + cluster.brokers().size();
    int direction = random.nextInt(3);
    for (int other = 0; other < all; other++) {
      network.cut(address, other, direction != 0);
      network.cut(other, address, direction != 1);
    }
    cluster.scheduler().after(random.between(50, 1_500) * MS, () -> {
      for (int other = 0; other < all; other++) {
        network.cut(address, other, false);
        network.cut(other, address, false);
      }
    });
    return true;
  }

  private boolean killController(SimController controller) {
    if (!controller.isUp()) {
      return false;
    }
    controller.crash(random.chance(0.5));
    cluster.restartSoon(controller);
    return true;
  }

  private boolean controllerDeathInside(SimController controller) {
    controller.dieWithin(random.nextInt(30), random.chance(0.5));
    return true;
  }

  /** Leaderships go round: each leader is told to be gone, one after the other, and comes back with its next heartbeat (F11). */
  private boolean flap() {
    for (int i = 0; i < 6; i++) {
      SimBroker broker = cluster.brokers().get(random.nextInt(cluster.brokers().size()));
      cluster.scheduler().after(random.between(1, 900) * MS, () -> hint(broker));
    }
    return true;
  }

  /** Somebody tells the active controller that a broker's process is gone; true or not. */
  private boolean hint(SimBroker broker) {
    long epoch = cluster.truth().newest().broker(broker.id()).map(BrokerRegistration::brokerEpoch).orElse(-1L);
    for (SimController controller : cluster.controllers()) {
      controller.act(() -> controller.controller().brokerGone(broker.id(), epoch, controller.clock().millis()));
    }
    return epoch >= 0;
  }

  /**
   * A disk may be lost only while, for each of its partitions, another running member of ISR or ELR has everything that is committed: more no mode
   * promises.
   */
  private boolean lose(SimBroker broker, @Nullable TopicIdPartition only) {
    AtomicBoolean safe = new AtomicBoolean(true);
    cluster.truth().newest().forEachPartition((topic, number, state) -> {
      if (state.isReplica(broker.id()) && !othersHave(new TopicIdPartition(topic.id(), number), state, broker.id())) {
        safe.set(false);
      }
    });
    if (!safe.get() || !broker.isUp() || broker.turns() == null) {
      return false;
    }
    broker.crash(true);
    if (only == null) {
      broker.replaceDisk();
    } else {
      broker.loseReplica(only);
    }
    return true;
  }

  private boolean wipe(SimBroker broker) {
    if (!lose(broker, null)) {
      return false;
    }
    cluster.restartSoon(broker);
    if (random.chance(0.5)) {
      // It registers, and those who knew it before do not hear of it by its fetches for a while.
      SimBroker other = cluster.brokers().get(random.nextInt(cluster.brokers().size()));
      cut(broker.address(), other.address(), true);
    }
    return true;
  }

  private boolean othersHave(TopicIdPartition id, PartitionState state, int lost) {
    long end = cluster.checker().history(id).end();
    return cluster.brokers().stream().filter(one -> one.id() != lost && (state.isr().contains(one.id()) || state.elr()
        .contains(one.id()))).anyMatch(one -> has(one, id, end));
  }

  private boolean has(SimBroker broker, TopicIdPartition id, long end) {
    BrokerTurns turns = broker.turns();
    long registered = cluster.truth().newest().broker(broker.id()).map(BrokerRegistration::brokerEpoch).orElse(-1L);
    List<BrokerTurns.Hosted> hosted = turns == null || broker.brokerEpoch() != registered ? List.of() : turns.hosted();
    return hosted.stream().anyMatch(one -> one.id().equals(id) && one.log().durableOffset() >= end);
  }
}
