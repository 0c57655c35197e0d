package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.Api;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.HistoryWriter;
import io.ottla.common.fault.CallFaults;
import io.ottla.common.fault.StorageFaults;
import io.ottla.common.http.FaultEndpoints;
import io.ottla.common.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Strikes the cluster, one fault after the other and sometimes two at once, and takes each back. Choices follow from the seed. One thread. */
final class Nemesis {
  private static final int SECOND_FAULT_PERCENT = 30;
  private static final int WAIT_FOR_HEALTH_PERCENT = 30;
  private static final Duration HEALTH = Duration.ofSeconds(60);

  private final CampaignCluster cluster;
  private final HistoryWriter history;
  private final List<FaultKind> kinds;
  private final boolean smallDisks;
  private final Random random;
  private final Network network;
  private final Set<CampaignNode> busy = new HashSet<>();

  /** A fault in force, and how it ends. */
  private record Strike(FaultKind kind, Collection<CampaignNode> victims, String target, long holdMs, Runnable heal) {
    Strike(FaultKind kind, Collection<CampaignNode> victims, long holdMs, Runnable heal) {
      this(kind, victims, victims.toString(), holdMs, heal);
    }
  }

  /** @param smallDisks whether each node has a disk of its own that can be filled */
  Nemesis(CampaignCluster cluster, HistoryWriter history, List<FaultKind> kinds, boolean smallDisks, Random random) {
    this.smallDisks = smallDisks;
    this.cluster = cluster;
    this.history = history;
    this.kinds = List.copyOf(kinds);
    this.random = random;
    this.network = new Network(cluster);
  }

  /** One fault, alone or with another within it; returns when both are over. */
  void round() {
    strike(true);
    Api.pause(random.nextInt(5_000));
    if (random.nextInt(100) < WAIT_FOR_HEALTH_PERCENT) {
      CampaignCluster.await(HEALTH, this::isHealthy);
    }
    lookForDeaths();
  }

  private boolean isHealthy() {
    return Workload.TOPICS.keySet().stream().allMatch(cluster::isInSync);
  }

  private void strike(boolean mayNest) {
    FaultKind kind = CampaignCluster.any(kinds, random);
    long start = System.nanoTime();
    Strike strike = begin(kind);
    if (strike == null) {
      return; // not possible now
    }
    Campaign.say(kind + " " + strike.target() + " for " + strike.holdMs() + " ms");
    busy.addAll(strike.victims());
    long until = System.nanoTime() + Duration.ofMillis(strike.holdMs()).toNanos();
    if (mayNest && random.nextInt(100) < SECOND_FAULT_PERCENT) {
      Api.pause(random.nextInt(1_000));
      strike(false);
    }
    Api.pause(Math.max(0, Duration.ofNanos(until - System.nanoTime()).toMillis()));
    strike.heal().run();
    busy.removeAll(strike.victims());
    history.add(new Event.Fault(kind.name(), strike.target(), start, System.nanoTime()));
  }

  private @Nullable Strike begin(FaultKind kind) {
    return switch (kind) {
      case KILL -> kill(kind, one(cluster.nodes()));
      case KILL_LEADER -> kill(kind, one(maybe(cluster.leader("orders", random.nextInt(6)))));
      case KILL_ACTIVE -> kill(kind, one(maybe(cluster.active())));
      case KILL_MANY -> kill(kind, several(2));
      case KILL_ALL -> kill(kind, free(cluster.nodes()));
      case STOP -> stop(one(cluster.nodes()));
      case TERM -> term(kind, one(cluster.nodes()));
      case RESTART_ALL -> term(kind, free(cluster.nodes()));
      case CUT -> cut();
      case LATE -> late();
      case SLOW_DISK -> disk(kind, several(1), new StorageFaults(false, 0, 50 + random.nextInt(1_450), false, false));
      case DISK_FULL -> smallDisks
          ? fill(one(cluster.nodes()))
          : disk(kind, one(cluster.nodes()), new StorageFaults(false, 0, 0, false, true));
      case FORCE_FAILS -> disk(kind, one(cluster.nodes()), new StorageFaults(false, 0, 0, true, false));
      case POWER_CUT -> powerCut();
      case WIPE -> wipe();
    };
  }

  private static List<CampaignNode> maybe(@Nullable CampaignNode node) {
    return node == null ? List.of() : List.of(node);
  }

  private List<CampaignNode> free(List<CampaignNode> from) {
    return from.stream().filter(node -> !busy.contains(node) && node.isRunning()).toList();
  }

  private List<CampaignNode> one(List<CampaignNode> from) {
    List<CampaignNode> free = free(from);
    return free.isEmpty() ? List.of() : List.of(CampaignCluster.any(free, random));
  }

  private List<CampaignNode> several(int least) {
    List<CampaignNode> free = new ArrayList<>(free(cluster.nodes()));
    if (free.size() < least) {
      return List.of();
    }
    Collections.shuffle(free, random);
    return free.subList(0, least + random.nextInt(free.size() - least + 1));
  }

  private @Nullable Strike kill(FaultKind kind, List<CampaignNode> victims) {
    if (victims.isEmpty()) {
      return null;
    }
    victims.forEach(CampaignNode::signalKill);
    victims.forEach(CampaignNode::awaitDeath);
    return new Strike(kind, victims, random.nextInt(6_000), () -> startAgain(victims));
  }

  private void startAgain(Collection<CampaignNode> nodes) {
    List<CampaignNode> order = new ArrayList<>(nodes);
    Collections.shuffle(order, random);
    for (CampaignNode node : order) {
      node.start();
      if (random.nextInt(3) == 0) {
        Api.pause(random.nextInt(1_500));
      }
    }
  }

  private @Nullable Strike stop(List<CampaignNode> victims) {
    if (victims.isEmpty()) {
      return null;
    }
    victims.forEach(node -> node.signal("STOP"));
    long holdMs = random.nextBoolean() ? 100 + random.nextInt(1_000) : random.nextInt(12_000);
    return new Strike(FaultKind.STOP, victims, holdMs, () -> victims.forEach(node -> node.signal("CONT")));
  }

  private @Nullable Strike term(FaultKind kind, List<CampaignNode> victims) {
    if (victims.isEmpty()) {
      return null;
    }
    victims.forEach(CampaignNode::signalTerm);
    return new Strike(kind, victims, random.nextInt(4_000), () -> {
      victims.forEach(this::seeItStop);
      startAgain(victims);
    });
  }

  private void seeItStop(CampaignNode node) {
    if (!node.awaitStop()) {
      node.dumpThreads();
      history.add(new Event.Observation("a node stops when told to", false, node + ", see " + node.logFile()));
      node.signalKill();
      node.awaitDeath();
    }
  }

  private Strike cut() {
    String ways = network.cut(random);
    return new Strike(FaultKind.CUT, List.of(), ways, 500 + random.nextInt(12_000), network::heal);
  }

  private Strike late() {
    String ways = network.delay(random);
    return new Strike(FaultKind.LATE, List.of(), ways, 500 + random.nextInt(8_000), network::heal);
  }

  private @Nullable Strike disk(FaultKind kind, List<CampaignNode> victims, StorageFaults faults) {
    if (victims.isEmpty()) {
      return null;
    }
    boolean fatal = faults.failForces() || faults.full();
    if (fatal) {
      victims.forEach(CampaignNode::mayEnd);
    }
    victims.forEach(node -> tell(node, faults));
    return new Strike(kind, victims, 1_000 + random.nextInt(8_000), () -> victims.forEach(node -> {
      if (fatal && faults.failForces()) {
        node.signalKill();
        node.awaitDeath();
      }
      tell(node, StorageFaults.NONE);
      node.start();
    }));
  }

  /** No seam: there really is no room. */
  private @Nullable Strike fill(List<CampaignNode> victims) {
    if (victims.isEmpty()) {
      return null;
    }
    victims.forEach(CampaignNode::mayEnd);
    victims.forEach(CampaignNode::fillDisk);
    return new Strike(FaultKind.DISK_FULL, victims, 1_000 + random.nextInt(8_000), () -> victims.forEach(node -> {
      node.freeDisk();
      node.start();
    }));
  }

  private void tell(CampaignNode node, StorageFaults faults) {
    cluster.tell(node, FaultEndpoints.STORAGE, json(faults));
  }

  static String json(Object value) {
    return new String(WireJson.write(value), StandardCharsets.UTF_8);
  }

  private @Nullable Strike powerCut() {
    List<CampaignNode> victims = switch (random.nextInt(3)) {
      case 0 -> one(cluster.nodes());
      case 1 -> several(1);
      default -> free(cluster.nodes());
    };
    int writeBackPercent = random.nextBoolean() ? 0 : 30;
    victims.forEach(node -> tell(node, new StorageFaults(true, writeBackPercent, 0, false, false)));
    Api.pause(300 + random.nextInt(1_500));
    return kill(FaultKind.POWER_CUT, victims);
  }

  /** A copy of everything is on two other disks then; a second disk must not go before the first is full again. */
  private @Nullable Strike wipe() {
    if (!busy.isEmpty() || !CampaignCluster.await(HEALTH, this::isHealthy)) {
      return null;
    }
    List<CampaignNode> brokers = cluster.brokers().stream().filter(node -> !node.roles().isController()).toList();
    List<CampaignNode> victims = one(brokers);
    victims.forEach(CampaignNode::signalKill);
    victims.forEach(CampaignNode::awaitDeath);
    victims.forEach(CampaignNode::wipe);
    return victims.isEmpty() ? null : new Strike(FaultKind.WIPE, victims, random.nextInt(6_000), () -> {
      startAgain(victims);
      CampaignCluster.await(HEALTH, this::isHealthy);
    });
  }

  /** A node that ended without being told to is a finding, and comes back. */
  private void lookForDeaths() {
    for (CampaignNode node : cluster.nodes()) {
      if (node.diedByItself()) {
        Campaign.say(node + " ended by itself, " + node.exit());
        history.add(new Event.Observation("a process ended by itself", false,
            node + ", " + node.exit() + ", see " + node.logFile()));
        node.start();
      }
    }
  }

  /** Takes everything back: all nodes run, reach each other, and have disks as they should be. */
  void healAll() {
    cluster.nodes().forEach(node -> node.signal("CONT"));
    lookForDeaths();
    cluster.nodes().forEach(CampaignNode::start);
    network.heal();
    cluster.nodes().forEach(node -> tell(node, StorageFaults.NONE));
    lookForDeaths();
  }

  /** Rules for everybody's calls. */
  static String rules(List<CallFaults> rules) {
    return json(new FaultEndpoints.Calls(rules));
  }
}
