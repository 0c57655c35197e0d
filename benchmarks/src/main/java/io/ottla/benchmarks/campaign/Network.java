package io.ottla.benchmarks.campaign;

import io.ottla.common.fault.CallFaults;
import io.ottla.common.http.FaultEndpoints;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What the nodes are told about the ways between them. One thread. */
final class Network {
  private final CampaignCluster cluster;

  /** Everything one node has to say to another, be it requests on its own connections or answers on the other's. */
  private record Way(CampaignNode from, CampaignNode to) {}

  Network(CampaignCluster cluster) {
    this.cluster = cluster;
  }

  /** Cuts some ways: of a pair, of one node, or between two halves; in one direction or both. Returns which. */
  String cut(Random random) {
    List<CampaignNode> nodes = cluster.nodes();
    Set<CampaignNode> inside = new HashSet<>();
    CampaignNode first = CampaignCluster.any(nodes, random);
    inside.add(first);
    Set<Way> ways = new HashSet<>();
    switch (random.nextInt(4)) {
      case 0 -> {
        CampaignNode other = CampaignCluster.any(nodes.stream().filter(node -> node != first).toList(), random);
        ways.add(new Way(first, other));
        if (random.nextBoolean()) {
          ways.add(new Way(other, first));
        }
      }
      case 1 -> between(inside, true, true, ways);
      case 2 -> {
        boolean deaf = random.nextBoolean();
        between(inside, deaf, !deaf, ways);
      }
      default -> {
        nodes.stream().filter(_ -> random.nextBoolean()).forEach(inside::add);
        between(inside, true, true, ways);
      }
    }
    apply(ways, 0);
    return names(ways);
  }

  private static String names(Set<Way> ways) {
    return ways.stream().map(way -> way.from().id() + ">" + way.to().id()).sorted().toList().toString();
  }

  private void between(Set<CampaignNode> inside, boolean inwards, boolean outwards, Set<Way> ways) {
    for (CampaignNode one : inside) {
      for (CampaignNode other : cluster.nodes()) {
        if (!inside.contains(other)) {
          if (inwards) {
            ways.add(new Way(other, one));
          }
          if (outwards) {
            ways.add(new Way(one, other));
          }
        }
      }
    }
  }

  /** Makes some ways slow; returns which. */
  String delay(Random random) {
    Set<Way> ways = new HashSet<>();
    for (CampaignNode from : cluster.nodes()) {
      for (CampaignNode to : cluster.nodes()) {
        if (from != to && random.nextInt(3) == 0) {
          ways.add(new Way(from, to));
        }
      }
    }
    apply(ways, 5 + random.nextInt(300));
    return names(ways);
  }

  private void apply(Set<Way> ways, long delayMs) {
    for (CampaignNode node : cluster.nodes()) {
      List<CallFaults> rules = new ArrayList<>();
      for (CampaignNode peer : cluster.nodes()) {
        boolean there = ways.contains(new Way(node, peer));
        boolean back = ways.contains(new Way(peer, node));
        if (there || back) {
          rules.add(delayMs > 0
              ? new CallFaults(peer.internalAddress(), false, false, there ? delayMs : 0, back ? delayMs : 0)
              : new CallFaults(peer.internalAddress(), there, back, 0, 0));
        }
      }
      if (node.isRunning()) {
        cluster.tell(node, FaultEndpoints.CALLS, Nemesis.rules(rules));
      }
    }
  }

  /** All ways are as they should be. */
  void heal() {
    apply(Set.of(), 0);
  }
}
