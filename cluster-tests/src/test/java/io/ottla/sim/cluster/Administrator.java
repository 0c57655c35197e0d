package io.ottla.sim.cluster;

import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.AlterTopicConfigsCommand;
import io.ottla.controller.control.CreateTopicCommand;
import io.ottla.controller.control.DeleteTopicCommand;
import io.ottla.controller.control.ElectLeadersCommand;
import io.ottla.controller.control.GrowTopicCommand;
import io.ottla.controller.control.ProducerIdsCommand;
import io.ottla.controller.control.ReassignPartitionsCommand;
import io.ottla.controller.control.ReassignPartitionsCommand.Target;
import io.ottla.controller.runtime.Controller;
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes, changes, moves and deletes topics, careless of what is going on: whether that is possible now is for the controllers to say. */
final class Administrator {
  private static final long MS = 1000;

  private final SimCluster cluster;
  private final SeededRandom random;
  private boolean active = true;
  private int topicsMade;
  private final TreeMap<Long, Long> idsGiven = new TreeMap<>();

  Administrator(SimCluster cluster, SeededRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  void begin() {
    cluster.scheduler().after(random.between(20, 100) * MS, () -> {
      SimController node = cluster.activeOr(0);
      if (active && node.isUp() && !node.isPaused() && SimCluster.isActive(node)) {
        node.act(() -> act(node.controller()));
      }
      begin();
    });
  }

  /** Leaves everything as it is from now on. */
  void end() {
    active = false;
  }

  private void act(Controller controller) {
    ClusterPlan plan = cluster.plan();
    if (cluster.truth().newest().topicCount() < plan.topics()
        && cluster.truth().newest().brokers().size() >= plan.replicas()) {
      create(controller);
    } else if (plan.topicGapMs() > 0 && random.chance(60.0 / plan.topicGapMs())) {
      anyTopic().ifPresent(topic -> {
        var _ = controller.deleteTopic(new DeleteTopicCommand(topic.name()));
      });
    } else if (plan.changeGapMs() > 0 && random.chance(60.0 / plan.changeGapMs())) {
      anyTopic().ifPresent(topic -> change(controller, topic));
    }
  }

  private void create(Controller controller) {
    ClusterPlan plan = cluster.plan();
    topicsMade++;
    Map<String, String> configs = new TreeMap<>();
    configs.put("min.insync.replicas",
        Integer.toString(Math.clamp(plan.minIsr() + topicsMade % 2, 1, plan.replicas())));
    if (plan.retentionBytes() >= 0) {
      configs.put("retention.bytes", Long.toString(plan.retentionBytes()));
    }
    var _ = controller.createTopic(CreateTopicCommand.of("t" + topicsMade % (plan.topics() + 1),
        plan.partitions(), plan.replicas(), null, configs, false));
  }

  /** Changes what a topic's writes need, now. */
  void setMinIsr(String topic, int minIsr) {
    SimController node = cluster.activeOr(0);
    if (active && node.isUp() && SimCluster.isActive(node)) {
      node.act(() -> {
        var _ = node.controller().administer(AlterTopicConfigsCommand.of(topic,
            Map.of("min.insync.replicas", Optional.of(Integer.toString(minIsr))), false));
      });
    }
  }

  private Optional<TopicImage> anyTopic() {
    List<TopicImage> topics = cluster.truth().newest().topics();
    return topics.isEmpty() ? Optional.empty() : Optional.of(topics.get(random.nextInt(topics.size())));
  }

  private void change(Controller controller, TopicImage topic) {
    int partition = random.nextInt(topic.partitions().size());
    PartitionState state = topic.partitions().get(partition);
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        String minIsr = Long.toString(random.between(1, state.replicas().size()));
        var _ = controller.administer(AlterTopicConfigsCommand.of(topic.name(),
            Map.of("min.insync.replicas", Optional.of(minIsr)), false));
      }
      case 2 -> reassign(controller, topic, partition, someBrokers(state.replicas().size()));
      case 3 -> reassign(controller, topic, partition, random.chance(0.5) ? null : someBrokers(2));
      case 4 -> {
        var _ = controller.administer(new ElectLeadersCommand(ElectLeadersCommand.Type.PREFERRED, null, null));
      }
      default -> {
        if (topic.partitions().size() < 4) {
          var _ = controller.administer(new GrowTopicCommand(topic.name(), topic.partitions().size() + 1, false));
        }
        allocate(controller);
      }
    }
  }

  private void reassign(Controller controller, TopicImage topic, int partition, @Nullable List<Integer> replicas) {
    var _ = controller.administer(
        new ReassignPartitionsCommand(List.of(new Target(topic.name(), partition, replicas))));
  }

  private List<Integer> someBrokers(int count) {
    List<Integer> all = new ArrayList<>(cluster.truth().newest().brokers().keySet());
    while (all.size() > count) {
      int at = random.nextInt(all.size());
      all.subList(at, at + 1).clear();
    }
    return all;
  }

  /** I39: no two blocks of producer ids overlap. They may become known in any order: a controller that stood still answers late. */
  private void allocate(Controller controller) {
    for (BrokerRegistration broker : cluster.truth().newest().brokers().values()) {
      var _ = controller.allocateProducerIds(new ProducerIdsCommand(broker.brokerId(), broker.brokerEpoch()))
          .thenAccept(block -> given(block.firstId(), block.firstId() + block.count() - 1));
    }
  }

  private void given(long first, long last) {
    Map.Entry<Long, Long> before = idsGiven.floorEntry(last);
    if (before != null && before.getValue() >= first) {
      cluster.finding(new InvariantViolation("I39", "producer ids " + first + " to " + last + " are given out, and "
          + before.getKey() + " to " + before.getValue() + " were before"));
    }
    idsGiven.put(first, last);
  }
}
