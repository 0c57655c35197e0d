package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataJson;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.CreateTopicCommand.Created;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic creation and deletion, M6, M7, M31. */
class TopicControlTest {
  private final TestCluster cluster = TestCluster.withBrokers(3);

  /** M31, I19. */
  @Test
  void aTopicIsCreatedWithAllItsPartitionsAndSettingsInOneEntry() {
    int size = cluster.log.size();
    Created created = cluster.run(create("orders", 6, 3, Map.of("retention.ms", "1000"))).value().orElseThrow();

    assertThat(cluster.log).hasSize(size + 1);
    assertThat(created.metadataIndex()).isEqualTo(size + 1);
    TopicImage topic = cluster.image().topic("orders").orElseThrow();
    assertThat(topic.id()).isEqualTo(created.topicId());
    assertThat(topic.id().version()).isEqualTo(4);
    assertThat(topic.partitions()).hasSize(6).allSatisfy(partition -> {
      assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3);
      assertThat(partition.isr()).isEqualTo(partition.replicas());
      assertThat(partition.leader()).isEqualTo(partition.replicas().getFirst());
      assertThat(partition.leaderEpoch()).isZero();
      assertThat(partition.partitionEpoch()).isZero();
      assertThat(partition.directories())
          .isEqualTo(partition.replicas().stream().map(TestCluster::directory).toList());
    });
    assertThat(cluster.image().configs(ConfigResource.topic("orders")))
        .containsExactly(Map.entry("retention.ms", "1000"));
  }

  @Test
  void countsLeftOutTakeTheClustersDefaultsAsFarAsThereAreBrokers() {
    TestCluster defaults = new TestCluster(Map.of("default.replication.factor", "3", "num.partitions", "4"));
    defaults.join(1);
    defaults.join(2);
    Created created = defaults.run(defaults.control.createTopic(command("t", null, null, Map.of(), false))).value()
        .orElseThrow();
    assertThat(created.partitions()).isEqualTo(4);
    assertThat(created.replicationFactor()).isEqualTo(2);
  }

  /** M31. */
  @Test
  void onlyActiveReplicasStartInTheIsr() {
    cluster.kill(2);
    cluster.run(create("t", 3, 3, Map.of()));
    assertThat(cluster.image().topic("t").orElseThrow().partitions()).allSatisfy(partition -> {
      assertThat(partition.replicas()).hasSize(3);
      assertThat(partition.isr()).containsExactlyInAnyOrder(1, 3);
      assertThat(partition.leader()).isEqualTo(partition.isr().getFirst());
      assertThat(partition.elr()).isEmpty();
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "ä", "a/b", "a:b", "a\n"})
  void illegalNamesAreRefused(String name) {
    refuses(ErrorCode.INVALID_TOPIC_NAME, command(name, 1, 1, Map.of(), false));
  }

  @Test
  void namesMayBeLongButNotTooLong() {
    refuses(ErrorCode.INVALID_TOPIC_NAME, command("a".repeat(250), 1, 1, Map.of(), false));
    assertThat(cluster.run(create("a".repeat(249), 1, 1, Map.of())).error()).isEmpty();
    assertThat(cluster.run(create("A-z_0.9", 1, 1, Map.of())).error()).isEmpty();
  }

  /** M6. */
  @Test
  void namesThatDifferOnlyInDotsAndUnderscoresCollide() {
    cluster.run(create("a.b_c", 1, 1, Map.of()));
    refuses(ErrorCode.INVALID_TOPIC_NAME, command("a_b.c", 1, 1, Map.of(), false));
    refuses(ErrorCode.TOPIC_EXISTS, command("a.b_c", 1, 1, Map.of(), false));
    assertThat(create("a-b-c", 1, 1, Map.of()).error()).isEmpty();
  }

  @Test
  void impossibleCountsAreRefused() {
    refuses(ErrorCode.INVALID_PARTITIONS, command("t", 0, 1, Map.of(), false));
    refuses(ErrorCode.INVALID_PARTITIONS, command("t", -1, 1, Map.of(), false));
    refuses(ErrorCode.INVALID_PARTITIONS, command("t", 10_000, 1, Map.of(), false));
    refuses(ErrorCode.INVALID_PARTITIONS, command("t", Integer.MAX_VALUE, 1, Map.of(), false));
    refuses(ErrorCode.INVALID_REPLICATION_FACTOR, command("t", 1, 0, Map.of(), false));
    refuses(ErrorCode.INVALID_REPLICATION_FACTOR, command("t", 1, 4, Map.of(), false));
  }

  @Test
  void nothingIsCreatedWhileNoBrokerIsActive() {
    cluster.kill(1);
    cluster.kill(2);
    cluster.kill(3);
    refuses(ErrorCode.LEADER_NOT_AVAILABLE, command("t", 1, 1, Map.of(), false));
    assertThat(new TestCluster().control.createTopic(command("t", 1, 1, Map.of(), false)).error())
        .contains(ErrorCode.LEADER_NOT_AVAILABLE);
  }

  /** M7. */
  @Test
  void badSettingsAreRefused() {
    refuses(ErrorCode.INVALID_CONFIG, command("t", 1, 1, Map.of("retention.ms", "soon"), false));
    refuses(ErrorCode.INVALID_CONFIG, command("t", 1, 1, Map.of("no.such.setting", "1"), false));
    refuses(ErrorCode.INVALID_CONFIG, command("t", 1, 2, Map.of("min.insync.replicas", "3"), false));
    assertThat(create("t", 1, 3, Map.of("min.insync.replicas", "3")).error()).isEmpty();
    assertThat(create("t", 1, 1, Map.of()).error()).as("the cluster's min ISR of 2 binds no RF 1 topic").isEmpty();
  }

  /** M6. */
  @Test
  void manualAssignmentsAreTakenAsTheyAre() {
    Created created = cluster.run(manual(Map.of(0, List.of(2, 1), 1, List.of(3, 2)))).value().orElseThrow();
    assertThat(created.partitions()).isEqualTo(2);
    assertThat(created.replicationFactor()).isEqualTo(2);
    assertThat(cluster.image().topic("manual").orElseThrow().partitions()).extracting(PartitionState::replicas)
        .containsExactly(List.of(2, 1), List.of(3, 2));
  }

  /** M6. */
  @Test
  void badAssignmentsAreRefused() {
    refusesAssignment(Map.of());
    refusesAssignment(Map.of(1, List.of(1)));
    refusesAssignment(Map.of(0, List.of(1), 2, List.of(1)));
    refusesAssignment(Map.of(0, List.of()));
    refusesAssignment(Map.of(0, List.of(1, 1)));
    refusesAssignment(Map.of(0, List.of(1, 9)));
    refusesAssignment(Map.of(0, List.of(1, 2), 1, List.of(1)));
    cluster.kill(3);
    refusesAssignment(Map.of(0, List.of(1), 1, List.of(3)));
    assertThat(cluster.control
        .createTopic(CreateTopicCommand.of("t", 1, null, Map.of(0, List.of(1)), Map.of(), false)).error())
        .contains(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void validatingCreatesNothingButFindsEverything() {
    Decision<Created> fine = cluster.control.createTopic(command("t", 2, 3, Map.of(), true));
    assertThat(fine.records()).isEmpty();
    assertThat(fine.value()).contains(new Created(null, "t", 2, 3, 0));
    refuses(ErrorCode.INVALID_REPLICATION_FACTOR, command("t", 2, 4, Map.of(), true));
  }

  @Test
  void aDeletedTopicIsGoneWithItsSettingsAndItsNameIsFree() {
    UUID first = cluster.run(create("t", 1, 1, Map.of("retention.ms", "1"))).value().orElseThrow().topicId();
    assertThat(cluster.run(cluster.control.deleteTopic(new DeleteTopicCommand("t"))).value().orElseThrow().topicId())
        .isEqualTo(first);
    MetadataImage image = cluster.image();
    assertThat(image.topic("t")).isEmpty();
    assertThat(image.configs(ConfigResource.topic("t"))).isEmpty();
    assertThat(cluster.control.deleteTopic(new DeleteTopicCommand("t")).error()).contains(ErrorCode.UNKNOWN_TOPIC);
    assertThat(cluster.run(create("t", 1, 1, Map.of())).value().orElseThrow().topicId()).isNotEqualTo(first);
  }

  /** Section 2.1: an entry has at most 10,000 records and 4 MiB, and the largest topic allowed still fits. */
  @Test
  void aVeryLargeTopicIsOneEntryOrRefused() {
    Decision<Created> decision = cluster.run(create("large", 9_000, 3, Map.of()));
    assertThat(decision.error()).isEmpty();
    assertThat(cluster.image().topic("large").orElseThrow().partitions()).hasSize(9_000);
  }

  /** Section 2.1, I19: the limit in records is met exactly, and what exceeds it is refused as a whole, with a way out. */
  @Test
  void theLargestTopicInRecordsFitsAndOneMoreIsRefused() {
    Decision<Created> largest = create("t", MetadataRecord.MAX_PER_ENTRY - 1, 3, Map.of());
    assertThat(largest.records()).hasSize(MetadataRecord.MAX_PER_ENTRY);

    Decision<Created> larger = create("t", MetadataRecord.MAX_PER_ENTRY - 1, 3, Map.of("retention.ms", "1"));
    assertThat(larger.records()).isEmpty();
    assertThat(message(larger)).contains("takes 10001 records", "at most 10000 records and 4194304 bytes",
        "fewer partitions");
    assertThat(message(create("t", MetadataRecord.MAX_PER_ENTRY, 3, Map.of()))).contains("smaller than 10000",
        "several topics");
    assertThat(cluster.image().topicCount()).isZero();
  }

  /** Section 2.1, I19: the limit in bytes, which is an entry's real size. */
  @Test
  void theLargestTopicInBytesFitsAndOneMoreIsRefused() {
    List<Integer> everybody = IntStream.rangeClosed(1, 40).boxed().toList();
    for (int id = 4; id <= 40; id++) {
      cluster.join(id);
    }
    int fits = 1;
    int tooMany = MetadataRecord.MAX_PER_ENTRY - 1;
    while (tooMany - fits > 1) {
      int middle = (fits + tooMany) / 2;
      boolean accepted = wide(everybody, middle).error().isEmpty();
      fits = accepted ? middle : fits;
      tooMany = accepted ? tooMany : middle;
    }
    assertThat(fits).isGreaterThan(1_000);
    int size = MetadataJson.encode(wide(everybody, fits).records()).length;
    int partition = size / (fits + 1);
    assertThat(size).isBetween(MetadataRecord.MAX_ENTRY_BYTES - 2 * partition, MetadataRecord.MAX_ENTRY_BYTES);
    assertThat(message(wide(everybody, tooMany))).contains("replication factor 40", "at most 10000 records and 4194304",
        "fewer partitions or replicas");
    assertThat(cluster.run(wide(everybody, fits)).error()).isEmpty();
    assertThat(cluster.image().topic("wide").orElseThrow().partitions()).hasSize(fits);
  }

  private Decision<Created> wide(List<Integer> replicas, int partitions) {
    Map<Integer, List<Integer>> assignments = new HashMap<>();
    IntStream.range(0, partitions).forEach(number -> assignments.put(number, replicas));
    return cluster.control.createTopic(CreateTopicCommand.of("wide", null, null, assignments, Map.of(), false));
  }

  private static String message(Decision<Created> decision) {
    return switch (decision.result()) {
      case Decision.Accepted<Created> _ -> "accepted";
      case Decision.Rejected<Created>(ErrorCode _, String message) -> message;
    };
  }

  private Decision<Created> create(String name, int partitions, int replicationFactor, Map<String, String> configs) {
    return cluster.control.createTopic(command(name, partitions, replicationFactor, configs, false));
  }

  private static CreateTopicCommand command(String name, @Nullable Integer partitions,
      @Nullable Integer replicationFactor, Map<String, String> configs, boolean validateOnly) {
    return CreateTopicCommand.of(name, partitions, replicationFactor, null, configs, validateOnly);
  }

  private Decision<Created> manual(Map<Integer, List<Integer>> assignments) {
    return cluster.control
        .createTopic(CreateTopicCommand.of("manual", null, null, new HashMap<>(assignments), Map.of(), false));
  }

  private void refusesAssignment(Map<Integer, List<Integer>> assignments) {
    Decision<Created> decision = manual(assignments);
    assertThat(decision.error()).contains(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(decision.records()).isEmpty();
  }

  private void refuses(ErrorCode code, CreateTopicCommand command) {
    Decision<Created> decision = cluster.control.createTopic(command);
    assertThat(decision.error()).contains(code);
    assertThat(decision.records()).isEmpty();
  }
}
