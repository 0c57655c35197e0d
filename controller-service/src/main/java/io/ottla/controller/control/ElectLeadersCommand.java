package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.LeaderElection.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Someone asks for elections: of preferred leaders (M25), or of any replica where a partition has no leader and nobody who is known to hold
 * everything committed can lead (M21 d, e). The latter may lose data, so a topic must be named.
 *
 * @param type which election
 * @param topic name of the topic; null for all, of preferred leaders only
 * @param partition number; null for all of the topic
 */
public record ElectLeadersCommand(Type type, @Nullable String topic, @Nullable Integer partition)
    implements
      AdminCommand<ElectLeadersCommand.Elections> {
  /** Failures listed in one reply. */
  private static final int MAX_FAILURES = 1_000;

  /** What is to be elected. */
  public enum Type {
    /** The first replica in assignment order. */
    PREFERRED,
    /** Whoever is there, when there is no leader: committed records may be lost. */
    UNCLEAN
  }

  /**
   * The reply. Partitions that are led as asked already are not mentioned.
   *
   * @param elected partitions with their new leaders
   * @param failures partitions for which the one asked for cannot lead, up to {@value #MAX_FAILURES} of them
   * @param more whether more partitions are to be elected than fit one entry: ask again
   * @param metadataIndex index of the entry with the elections
   */
  public record Elections(List<Elected> elected, List<Failure> failures, boolean more, long metadataIndex) {}

  /**
   * An election held.
   *
   * @param unclean whether committed records may be lost by it
   */
  public record Elected(String topic, int partition, int leader, boolean unclean) {}

  /** An election that could not be held. */
  public record Failure(String topic, int partition, ErrorCode code, String message) {}

  @Override
  public Decision<Elections> decide(AdminContext context) {
    return context.judge(() -> new Round(context).elect());
  }

  /** One judgement. */
  private final class Round {
    private final MetadataImage image;
    private final Piece piece;
    private final List<Elected> elected = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();

    private Round(AdminContext context) {
      this.image = context.image();
      this.piece = context.piece();
    }

    private Decision<Elections> elect() {
      if (topic == null) {
        electEverywhere();
      } else {
        TopicImage found = TopicControl.require(image, topic);
        if (partition == null) {
          electIn(found);
        } else {
          electOne(found, partition, found.partition(partition)
              .orElseThrow(
                  () -> new OttlaException(ErrorCode.UNKNOWN_PARTITION, "Partition " + partition + " of topic '"
                      + topic + "' does not exist; it has " + found.partitions().size() + ".")));
        }
      }
      boolean changes = !piece.records().isEmpty();
      return Decision.accept(piece.records(), new Elections(List.copyOf(elected), List.copyOf(failures),
          piece.isOverflown(), image.index() + (changes ? 1 : 0)), image.index());
    }

    private void electEverywhere() {
      if (type == Type.UNCLEAN || partition != null) {
        throw new OttlaException(ErrorCode.INVALID_REQUEST, type == Type.UNCLEAN
            ? "An unclean election may lose committed records: name the topic it is for."
            : "A partition needs its topic's name.");
      }
      for (TopicImage each : image.topics()) {
        if (piece.isOverflown()) {
          return;
        }
        boolean[] concerned = new boolean[1];
        each.shares().forEach((broker, share) -> concerned[0] |= share.preferredElsewhere() > 0);
        if (concerned[0]) {
          electIn(each);
        }
      }
    }

    private void electIn(TopicImage each) {
      for (int number = 0; number < each.partitions().size() && !piece.isOverflown(); number++) {
        electOne(each, number, each.partitions().get(number));
      }
    }

    private void electOne(TopicImage each, int number, PartitionState state) {
      if (type == Type.PREFERRED) {
        electPreferred(each, number, state);
      } else if (!state.hasLeader()) {
        electAnybody(each, number, state);
      }
    }

    private void electPreferred(TopicImage each, int number, PartitionState state) {
      int preferred = state.preferredLeader();
      if (state.leader() == preferred) {
        return;
      }
      Optional<String> obstacle = obstacle(image, state, preferred);
      if (obstacle.isPresent()) {
        fail(each, number, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, obstacle.get());
      } else {
        offer(each, number, preferred, false, new PartitionChange(each.id(), number, null, null, null, null, null, null,
            preferred, null, null));
      }
    }

    private void electAnybody(TopicImage each, int number, PartitionState state) {
      ElectionRules rules = ElectionRules.of(image, each).allowingUnclean();
      Settled settled = LeaderElection.settle(state, rules);
      if (settled.state().hasLeader()) {
        offer(each, number, settled.state().leader(), settled.unclean(),
            PartitionChange.between(each.id(), number, state, settled.state(), settled.newLeadership()));
      } else {
        fail(each, number, ErrorCode.LEADER_NOT_AVAILABLE,
            "None of the brokers " + state.replicas() + " that hold it is in service; start one of them.");
      }
    }

    private void offer(TopicImage each, int number, int leader, boolean unclean, PartitionChange change) {
      piece.offer(change);
      if (!piece.isOverflown()) {
        elected.add(new Elected(each.name(), number, leader, unclean));
      }
    }

    private void fail(TopicImage each, int number, ErrorCode code, String message) {
      if (failures.size() < MAX_FAILURES) {
        failures.add(new Failure(each.name(), number, code, message));
      }
    }
  }

  /** Why the preferred replica cannot lead, with what helps. */
  private static Optional<String> obstacle(MetadataImage image, PartitionState state, int preferred) {
    Optional<BrokerRegistration> broker = image.broker(preferred);
    if (!broker.map(BrokerRegistration::active).orElse(false)) {
      return Optional.of("Broker " + preferred + ", the preferred leader, is not in service; start it, or reassign the "
          + "partition with another broker first.");
    }
    return state.isr().contains(preferred)
        ? Optional.empty()
        : Optional.of("Broker " + preferred + ", the preferred leader, is not in sync yet; try again when it is.");
  }
}
