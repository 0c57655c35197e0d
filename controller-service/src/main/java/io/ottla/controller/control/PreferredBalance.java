package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/** Moves leaderships back to the preferred replicas when too many are elsewhere (M25), as after restarts. Pure. */
final class PreferredBalance {
  private static final int MAX_MOVES = 1_000;

  private PreferredBalance() {
  }

  /**
   * The moves due now.
   *
   * @param image the image to decide from
   * @param imbalancePercent share of a broker's preferred leaderships that may be elsewhere
   * @param settled brokers unfenced for long enough to lead again
   */
  static List<MetadataRecord> moves(MetadataImage image, int imbalancePercent, IntPredicate settled) {
    Set<Integer> due = dueBrokers(image, imbalancePercent);
    due.removeIf(broker -> !settled.test(broker) || !image.isActive(broker));
    List<MetadataRecord> moves = new ArrayList<>();
    if (!due.isEmpty()) {
      for (TopicImage topic : image.topics()) {
        if (due.stream().anyMatch(broker -> topic.shares().of(broker).preferredElsewhere() > 0)) {
          addMoves(moves, topic, due);
        }
      }
    }
    return moves;
  }

  /** Brokers of whose preferred leaderships more than the share is elsewhere. */
  private static Set<Integer> dueBrokers(MetadataImage image, int imbalancePercent) {
    Map<Integer, Balance> balances = new HashMap<>();
    for (TopicImage topic : image.topics()) {
      topic.shares().forEach((broker, share) -> {
        Balance balance = balances.computeIfAbsent(broker, id -> new Balance());
        balance.preferred += share.preferred();
        balance.elsewhere += share.preferredElsewhere();
      });
    }
    Set<Integer> due = new TreeSet<>();
    balances.forEach((broker, balance) -> {
      if (balance.elsewhere * 100L > (long) imbalancePercent * balance.preferred) {
        due.add(broker);
      }
    });
    return due;
  }

  private static void addMoves(List<MetadataRecord> moves, TopicImage topic, Set<Integer> due) {
    for (int number = 0; number < topic.partitions().size() && moves.size() < MAX_MOVES; number++) {
      PartitionState state = topic.partitions().get(number);
      int preferred = state.preferredLeader();
      if (state.leader() != preferred && due.contains(preferred) && state.isr().contains(preferred)) {
        moves.add(new PartitionChange(topic.id(), number, null, null, null, null, null, null, preferred, null, null));
      }
    }
  }

  private static final class Balance {
    private int preferred;
    private int elsewhere;
  }
}
