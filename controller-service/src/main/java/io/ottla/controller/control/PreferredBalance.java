package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  static List<PartitionChange> moves(MetadataImage image, int imbalancePercent, IntPredicate settled) {
    Map<Integer, Share> shares = new HashMap<>();
    image.forEachPartition((topic, number, state) -> {
      Share share = shares.computeIfAbsent(state.preferredLeader(), id -> new Share());
      share.preferred++;
      share.elsewhere += state.leader() == state.preferredLeader() ? 0 : 1;
    });
    List<PartitionChange> moves = new ArrayList<>();
    image.forEachPartition((topic, number, state) -> {
      Share share = shares.getOrDefault(state.preferredLeader(), new Share());
      boolean due = moves.size() < MAX_MOVES && share.elsewhere * 100L > (long) imbalancePercent * share.preferred;
      if (due && settled.test(state.preferredLeader()) && canMove(image, state)) {
        moves.add(move(topic, number, state));
      }
    });
    return moves;
  }

  private static boolean canMove(MetadataImage image, PartitionState state) {
    int preferred = state.preferredLeader();
    return state.leader() != preferred && state.isr().contains(preferred) && image.isActive(preferred);
  }

  private static PartitionChange move(TopicImage topic, int number, PartitionState state) {
    return new PartitionChange(topic.id(), number, null, null, null, null, null, null, state.preferredLeader(), null,
        null);
  }

  private static final class Share {
    private int preferred;
    private int elsewhere;
  }
}
