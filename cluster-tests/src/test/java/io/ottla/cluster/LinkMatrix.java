package io.ottla.cluster;

import io.ottla.cluster.TcpLink.Direction;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The network between controllers, a {@link TcpLink} for each directed pair of them. Clients and brokers do not use it. Cutting the way from
 * one node to another holds up every byte that flows so, be it a request on the one's connections or an answer on the other's. One thread.
 */
final class LinkMatrix implements AutoCloseable {
  private record Pair(int from, int to) {}

  private final List<Node> nodes;
  private final Map<Pair, TcpLink> links = new LinkedHashMap<>();

  LinkMatrix(List<Node> controllers, FreePorts ports) {
    this.nodes = List.copyOf(controllers);
    for (Node from : nodes) {
      for (Node to : nodes) {
        if (from != to) {
          InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(),
              Integer.parseInt(to.internalAddress().substring(to.internalAddress().indexOf(':') + 1)));
          links.put(new Pair(from.id(), to.id()), new TcpLink(ports.next(), target));
        }
      }
    }
  }

  /** The voters as that node has to look for them: itself where it is, the others behind links. */
  String votersSeenBy(Node node) {
    return nodes.stream().map(other -> other.id() + "@"
        + (other == node ? other.internalAddress() : "127.0.0.1:" + link(node, other).port()))
        .collect(Collectors.joining(","));
  }

  /** The way of one node's connections to another. */
  TcpLink link(Node from, Node to) {
    return Objects.requireNonNull(links.get(new Pair(from.id(), to.id())), () -> "no link from " + from + " to " + to);
  }

  /** All links. */
  Collection<TcpLink> all() {
    return links.values();
  }

  /** No byte gets from one to the other; the other way is not touched. */
  void cut(Node from, Node to) {
    link(from, to).hold(Direction.FORTH);
    link(to, from).hold(Direction.BACK);
  }

  /** Neither hears the other. */
  void cutBoth(Node one, Node other) {
    cut(one, other);
    cut(other, one);
  }

  /** The node hears nobody, though all hear it. */
  void deafen(Node node) {
    othersThan(node).forEach(other -> cut(other, node));
  }

  /** Nobody hears the node, though it hears all. */
  void silence(Node node) {
    othersThan(node).forEach(other -> cut(node, other));
  }

  /** The node is alone. */
  void isolate(Node node) {
    deafen(node);
    silence(node);
  }

  private List<Node> othersThan(Node node) {
    List<Node> others = new ArrayList<>(nodes);
    others.remove(node);
    return others;
  }

  /** Everybody hears everybody again, also what was held up. */
  void heal() {
    links.values().forEach(TcpLink::heal);
  }

  @Override
  public void close() {
    links.values().forEach(TcpLink::close);
  }
}
