package io.ottla.sim.cluster;

import io.ottla.broker.runtime.BrokerTurns;
import io.ottla.broker.runtime.BrokerTurns.Hosted;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.PartitionState;
import io.ottla.sim.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What must become of a cluster that is left alone: every partition has a leader and a full ISR, replicas are equal to the last byte, and everything
 * that was acknowledged is where it was said to be (I21, I33, I34).
 */
final class Healing {
  private static final long MS = 1000;
  private static final long STEP_MS = 100;
  private static final long LIMIT_MS = 12_000;
  private static final long STILL_WRITING_MS = 500;

  private final SimCluster cluster;

  Healing(SimCluster cluster) {
    this.cluster = cluster;
  }

  void comeTogether() {
    long acknowledged = cluster.clients().acknowledged();
    runFor(STILL_WRITING_MS);
    long deadlineUs = cluster.scheduler().nowUs() + LIMIT_MS * MS;
    while (cluster.clients().acknowledged() == acknowledged && somethingIsOnline()) {
      stepBefore(deadlineUs, "I21", "nothing is acknowledged any more: " + missing());
    }
    cluster.clients().stopWriting();
    String missing = missing();
    String unanswered = unanswered();
    while (missing != null || unanswered != null) {
      if (missing != null) {
        stepBefore(deadlineUs, "I33", missing);
      } else {
        stepBefore(deadlineUs, "I36", "a producer that repeats its batches gets no answer: " + unanswered);
      }
      missing = missing();
      unanswered = unanswered();
    }
    cluster.checker().histories().forEach(this::checkEverything);
    cluster.brokers().forEach(broker -> cluster.truth().mustBeTrue("broker " + broker.id(), broker.image()));
  }

  private boolean somethingIsOnline() {
    AtomicBoolean found = new AtomicBoolean();
    cluster.truth().newest().forEachPartition((topic, number, state) -> found.compareAndSet(false,
        !ClusterChecker.isLost(state)));
    return found.get();
  }

  private void stepBefore(long deadlineUs, String invariant, String otherwise) {
    if (cluster.scheduler().nowUs() > deadlineUs) {
      throw new InvariantViolation(invariant, otherwise + ", " + LIMIT_MS + " ms after the repair");
    }
    runFor(STEP_MS);
  }

  private void runFor(long ms) {
    cluster.scheduler().runUntil(cluster.scheduler().nowUs() + ms * MS);
  }

  /** Who still repeats a batch though somebody could answer it, null when nobody does. */
  private @Nullable String unanswered() {
    return cluster.clients().unanswered().filter(one -> cluster.truth().partition(one.partition()).map(
        state -> !ClusterChecker.isLost(state)).orElse(false)).map(IdempotentProducer.Unanswered::toString).findFirst()
        .orElse(null);
  }

  /** What is not as it must be, null when all is. */
  private @Nullable String missing() {
    List<String> found = new ArrayList<>();
    cluster.truth().newest().forEachPartition((topic, number, state) -> {
      String what = missing(new TopicIdPartition(topic.id(), number), state);
      if (what != null) {
        found.add(what);
      }
    });
    return found.isEmpty() ? null : found.getFirst();
  }

  private @Nullable String missing(TopicIdPartition id, PartitionState state) {
    if (ClusterChecker.isLost(state)) {
      return null;
    }
    if (!state.hasLeader() || state.isr().size() < state.replicas().size() || state.reassigning()) {
      return id + " is " + state + ", where " + cluster.checker().describe(id);
    }
    Hosted leader = hosted(id, state.leader());
    if (leader == null || leader.replica().leader() == null) {
      return id + " is not led by " + state.leader();
    }
    long end = leader.log().logEndOffset();
    for (int replica : state.replicas()) {
      Hosted other = hosted(id, replica);
      if (other == null || other.log().logEndOffset() != end || other.replica().highWatermark() != end) {
        return id + " ends at " + end + " on leader " + state.leader() + ", on broker " + replica + " it is "
            + (other == null ? "missing" : other.log().logEndOffset() + " with " + other.replica().highWatermark());
      }
    }
    return null;
  }

  private @Nullable Hosted hosted(TopicIdPartition id, int brokerId) {
    BrokerTurns turns = cluster.broker(brokerId).turns();
    return turns == null ? null : turns.hosted().stream().filter(one -> one.id().equals(id)).findFirst().orElse(null);
  }

  private void checkEverything(PartitionHistory history) {
    PartitionState state = cluster.truth().partition(history.id()).orElse(null);
    if (state == null || ClusterChecker.isLost(state)) {
      return; // its topic was deleted, or there is nothing to be read
    }
    long start = 0;
    for (int replica : state.replicas()) {
      Hosted one = hosted(history.id(), replica);
      start = Math.max(start, one == null ? 0 : one.log().logStartOffset());
    }
    Long digest = null;
    for (int replica : state.replicas()) {
      Hosted one = hosted(history.id(), replica);
      if (one == null || one.log().logEndOffset() != history.end()) {
        throw history.violation("I33", "broker " + replica + " does not end at T=" + history.end());
      }
      history.compare(one.log(), 0, history.end(), "broker " + replica, "I34");
      long own = one.log().digest(start, history.end());
      if (digest != null && digest != own) {
        throw history.violation("I33", "broker " + replica + " has other bytes than the others");
      }
      digest = own;
    }
  }
}
