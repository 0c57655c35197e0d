package io.ottla.common.metadata;

import java.util.Arrays;
import java.util.List;

/**
 * How many of a topic's partitions each broker holds, leads, and has in sync. Counted once per image of a topic, so that scans over the cluster
 * pass by topics that have nothing to do with what they look for. Immutable.
 */
public final class TopicShares {
  private static final Share NONE = new Share(0, 0, 0, 0, 0, 0);
  private static final int REPLICAS = 0;
  private static final int PREFERRED = 1;
  private static final int ELSEWHERE = 2;
  private static final int LED = 3;
  private static final int IN_SYNC = 4;
  private static final int ELIGIBLE = 5;
  private static final int KINDS = 6;

  private final int[] brokerIds;
  /** {@link #KINDS} numbers for each broker. */
  private final int[] counts;
  private final int leaderless;
  private final int reassigning;

  /**
   * One broker's part in a topic.
   *
   * @param replicas partitions it holds
   * @param preferred partitions whose preferred leader it is
   * @param preferredElsewhere those of them that it does not lead
   * @param led partitions it leads
   * @param inSync partitions in whose ISR it is
   * @param eligible partitions in whose ELR it is
   */
  public record Share(int replicas, int preferred, int preferredElsewhere, int led, int inSync, int eligible) {}

  /** Receives the shares of a topic. */
  @FunctionalInterface
  public interface ShareVisitor {
    /** Called once per broker that holds a partition. */
    void visit(int brokerId, Share share);
  }

  private TopicShares(int[] brokerIds, int[] counts, int leaderless, int reassigning) {
    this.brokerIds = brokerIds;
    this.counts = counts;
    this.leaderless = leaderless;
    this.reassigning = reassigning;
  }

  static TopicShares of(List<PartitionState> partitions) {
    Counter counter = new Counter();
    for (int number = 0; number < partitions.size(); number++) {
      counter.count(partitions.get(number));
    }
    return counter.finish();
  }

  /** A broker's part, all zero when it holds nothing. */
  public Share of(int brokerId) {
    int at = Arrays.binarySearch(brokerIds, brokerId);
    return at < 0 ? NONE : share(at);
  }

  /** Partitions without a leader. */
  public int leaderless() {
    return leaderless;
  }

  /** Partitions whose replicas are being changed. */
  public int reassigning() {
    return reassigning;
  }

  /** Visits every broker that holds a partition, in the order of ids. */
  public void forEach(ShareVisitor visitor) {
    for (int at = 0; at < brokerIds.length; at++) {
      visitor.visit(brokerIds[at], share(at));
    }
  }

  private Share share(int at) {
    int from = at * KINDS;
    return new Share(counts[from + REPLICAS], counts[from + PREFERRED], counts[from + ELSEWHERE], counts[from + LED],
        counts[from + IN_SYNC], counts[from + ELIGIBLE]);
  }

  /** Counts in arrays, since this runs over every partition there is. */
  private static final class Counter {
    private int[] ids = new int[8];
    private int[] counts = new int[8 * KINDS];
    private int size;
    private int leaderless;
    private int reassigning;

    void count(PartitionState partition) {
      reassigning += partition.reassigning() ? 1 : 0;
      countAll(partition.replicas(), REPLICAS);
      countAll(partition.isr(), IN_SYNC);
      countAll(partition.elr(), ELIGIBLE);
      int preferred = partition.preferredLeader();
      count(preferred, PREFERRED);
      if (partition.leader() != preferred) {
        count(preferred, ELSEWHERE);
      }
      if (partition.hasLeader()) {
        count(partition.leader(), LED);
      } else {
        leaderless++;
      }
    }

    private void countAll(List<Integer> brokers, int kind) {
      for (int at = 0; at < brokers.size(); at++) {
        count(brokers.get(at), kind);
      }
    }

    private void count(int brokerId, int kind) {
      int at = Arrays.binarySearch(ids, 0, size, brokerId);
      if (at < 0) {
        at = -at - 1;
        insert(at, brokerId);
      }
      counts[at * KINDS + kind]++;
    }

    private void insert(int at, int brokerId) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size * KINDS);
      }
      System.arraycopy(ids, at, ids, at + 1, size - at);
      System.arraycopy(counts, at * KINDS, counts, (at + 1) * KINDS, (size - at) * KINDS);
      ids[at] = brokerId;
      Arrays.fill(counts, at * KINDS, (at + 1) * KINDS, 0);
      size++;
    }

    TopicShares finish() {
      return new TopicShares(Arrays.copyOf(ids, size), Arrays.copyOf(counts, size * KINDS), leaderless, reassigning);
    }
  }
}
