package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.ReassignPartitionsCommand.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What administrators of a {@link ControlLife} do, sensible or not: whatever is refused changes nothing. */
final class ControlMoves {
  private static final int MOST_PARTITIONS = 5;

  private final TestCluster cluster;
  private final SeededSource random;
  private final int brokers;
  /** Ends of moves, of all kinds. */
  int moved;
  /** Refused, since only brokers that would be removed hold everything. */
  int wouldLoseData;

  ControlMoves(TestCluster cluster, SeededSource random, int brokers) {
    this.cluster = cluster;
    this.random = random;
    this.brokers = brokers;
  }

  void act(boolean mayLose) {
    List<TopicImage> topics = cluster.image().topics();
    if (topics.isEmpty()) {
      return;
    }
    TopicImage topic = topics.get(random.nextInt(topics.size()));
    int partition = random.nextInt(topic.partitions().size());
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> reassign(topic, partition, replicas());
      case 3 -> reassign(topic, partition, random.nextInt(3) == 0 ? null : replicas());
      case 4 -> endOrTurnMove();
      case 5 -> grow(topic);
      case 6, 7 -> setMinIsr(topic);
      case 8 -> elect(topic, mayLose);
      case 9 -> decommission(true);
      case 10 -> decommission(false);
      default -> cluster.run(cluster.control.administer(new UnregisterBrokerCommand(1 + random.nextInt(brokers))));
    }
  }

  /** Gives up a move that is under way, or has it go elsewhere. */
  private void endOrTurnMove() {
    for (TopicImage topic : cluster.image().topics()) {
      for (int number = 0; number < topic.partitions().size(); number++) {
        if (topic.partitions().get(number).reassigning()) {
          reassign(topic, number, random.nextInt(3) == 0 ? replicas() : null);
          return;
        }
      }
    }
  }

  private void reassign(TopicImage topic, int partition, @Nullable List<Integer> replicas) {
    List<Target> targets = new ArrayList<>(List.of(new Target(topic.name(), partition, replicas)));
    if (random.nextInt(3) == 0) {
      targets.add(new Target(topic.name(), random.nextInt(topic.partitions().size()), replicas()));
    }
    cluster.run(cluster.control.administer(new ReassignPartitionsCommand(targets))).value().orElseThrow().answers()
        .forEach(answer -> wouldLoseData += answer.error() == ErrorCode.WOULD_LOSE_DATA ? 1 : 0);
  }

  /** One to four brokers, rarely one that does not exist. */
  private List<Integer> replicas() {
    List<Integer> chosen = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    while (chosen.size() < count) {
      int broker = 1 + random.nextInt(random.nextInt(30) == 0 ? brokers + 1 : brokers);
      if (!chosen.contains(broker)) {
        chosen.add(broker);
      }
    }
    return chosen;
  }

  private void grow(TopicImage topic) {
    int partitions = topic.partitions().size() + random.nextInt(2);
    if (partitions <= MOST_PARTITIONS) {
      cluster.run(cluster.control.administer(new GrowTopicCommand(topic.name(), partitions, false)));
    }
  }

  private void setMinIsr(TopicImage topic) {
    Optional<String> value = random.nextInt(4) == 0
        ? Optional.empty()
        : Optional.of(Integer.toString(1 + random.nextInt(4)));
    cluster.run(cluster.control
        .administer(AlterTopicConfigsCommand.of(topic.name(), Map.of("min.insync.replicas", value), false)));
  }

  private void elect(TopicImage topic, boolean mayLose) {
    ElectLeadersCommand.Type type = mayLose && random.nextInt(3) == 0
        ? ElectLeadersCommand.Type.UNCLEAN
        : ElectLeadersCommand.Type.PREFERRED;
    cluster.run(cluster.control.administer(new ElectLeadersCommand(type, topic.name(), null)));
  }

  private void decommission(boolean begin) {
    MetadataImage image = cluster.image();
    int broker = 1 + random.nextInt(brokers);
    if (image.broker(broker).isPresent()) {
      cluster.run(cluster.control.administer(new DecommissionBrokerCommand(broker, !begin)));
    }
  }
}
