package io.ottla.cluster.restart;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the rules say of a partition with a replica on every broker, while brokers that were all in sync go down and come back once each.
 *
 * <p>In one sentence: while brokers stand, the partition is online, and writable with min ISR of them; when all are down, the last min ISR of them
 * to go hold everything, each of them alone, and the first to come back of those whose disk lost nothing makes it online again.
 */
public final class RestartRules {
  private final int minIsr;
  private final int brokers;
  private final Set<Integer> standing;
  private final List<Down> downs = new ArrayList<>();
  private boolean online = true;

  /** A broker goes down. */
  public record Down(int broker, Fate fate) {}

  /** All brokers stand, and everybody is in sync. */
  public RestartRules(int minIsr, Collection<Integer> brokers) {
    this.minIsr = minIsr;
    this.brokers = brokers.size();
    this.standing = new LinkedHashSet<>(brokers);
  }

  /** A broker goes down. */
  public void goDown(Down down) {
    standing.remove(down.broker());
    downs.add(down);
    online = !standing.isEmpty();
  }

  /** It comes back, and what follows from that has come to rest. */
  public void comeUp(int broker) {
    standing.add(broker);
    online |= holders().contains(broker);
  }

  /** Who holds everything that was acknowledged when nobody stands. */
  private Set<Integer> holders() {
    Set<Integer> holders = new LinkedHashSet<>();
    if (downs.size() == brokers) {
      downs.subList(brokers - minIsr, brokers).stream().filter(down -> !down.fate().isLossy())
          .forEach(down -> holders.add(down.broker()));
    }
    return holders;
  }

  /** Whether the partition has a leader. */
  public boolean isOnline() {
    return online;
  }

  /** Size of the ISR of a partition that is online. */
  public int standing() {
    return standing.size();
  }

  /** Whether a record is acknowledged. */
  public boolean isWritable() {
    return online && standing.size() >= minIsr;
  }
}
