package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.ConfigResource;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.PartitionState;
import io.ottla.controller.control.AlterTopicConfigsCommand.Altered;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Changing settings of a topic, M7 and M23. */
class AlterTopicConfigsTest {
  private final TestCluster cluster = TestCluster.withBrokers(3);
  private final UUID topic = cluster.topic("t", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));

  private Decision<Altered> alter(Map<String, Optional<String>> changes) {
    return cluster.run(cluster.control.administer(AlterTopicConfigsCommand.of("t", changes, false)));
  }

  private Map<String, String> stored() {
    return cluster.image().configs(ConfigResource.topic("t"));
  }

  @Test
  void settingsNamedAreStoredOrResetAndOthersStay() {
    alter(Map.of("retention.ms", Optional.of("1"), "segment.bytes", Optional.of("2048")));
    int size = cluster.log.size();
    Decision<Altered> decision = alter(
        Map.of("retention.ms", Optional.empty(), "compression.type", Optional.of("zstd")));
    assertThat(cluster.log).as("one entry").hasSize(size + 1);
    assertThat(decision.value().orElseThrow().metadataIndex()).isEqualTo(size + 1);
    assertThat(stored())
        .containsExactlyInAnyOrderEntriesOf(Map.of("segment.bytes", "2048", "compression.type", "zstd"));
  }

  @Test
  void whatIsSoAlreadyIsNotWrittenAgain() {
    alter(Map.of("retention.ms", Optional.of("1")));
    Decision<Altered> again = alter(Map.of("retention.ms", Optional.of("1"), "segment.bytes", Optional.empty()));
    assertThat(again.records()).isEmpty();
    assertThat(again.value().orElseThrow().metadataIndex()).isEqualTo(cluster.image().index());
  }

  @Test
  void oneBadSettingRefusesAll() {
    refuses(ErrorCode.INVALID_CONFIG,
        Map.of("retention.ms", Optional.of("soon"), "segment.bytes", Optional.of("2048")));
    refuses(ErrorCode.INVALID_CONFIG, Map.of("no.such.setting", Optional.of("1")));
    refuses(ErrorCode.INVALID_CONFIG, Map.of("no.such.setting", Optional.empty()));
    refuses(ErrorCode.INVALID_CONFIG, Map.of("min.insync.replicas", Optional.of("4")));
    assertThat(stored()).isEmpty();
  }

  @Test
  void anUnknownTopicIsRefused() {
    assertThat(cluster.control.administer(AlterTopicConfigsCommand.of("u", Map.of(), false)).error())
        .contains(ErrorCode.UNKNOWN_TOPIC);
  }

  @Test
  void validatingChangesNothing() {
    Decision<Altered> decision = cluster.control
        .administer(AlterTopicConfigsCommand.of("t", Map.of("retention.ms", Optional.of("1")), true));
    assertThat(decision.error()).isEmpty();
    assertThat(decision.records()).isEmpty();
  }

  /** M23: the ELR was right for the old number only; it goes in the same entry, but stays where it is the only way back. */
  @Test
  void anotherMinIsrClearsElrsInTheSameEntryExceptWhereTheIsrIsEmpty() {
    cluster.kill(3);
    cluster.kill(1);
    assertThat(cluster.partition(topic, 0).isr()).containsExactly(2);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1);
    UUID lonely = cluster.topic("lonely", List.of(List.of(2)));
    cluster.kill(2);
    assertThat(cluster.partition(topic, 0).isr()).isEmpty();
    List<Integer> elr = cluster.partition(topic, 0).elr();
    assertThat(elr).isNotEmpty();
    assertThat(cluster.partition(lonely, 0).elr()).containsExactly(2);

    alter(Map.of("min.insync.replicas", Optional.of("1")));
    assertThat(cluster.partition(topic, 0).elr()).as("ISR is empty").isEqualTo(elr);
  }

  @Test
  void loweringMinIsrClearsTheElrBesideALivingIsr() {
    cluster.kill(3);
    cluster.kill(1);
    int epoch = cluster.partition(topic, 0).partitionEpoch();
    int leaderEpoch = cluster.partition(topic, 0).leaderEpoch();
    Decision<Altered> decision = alter(Map.of("min.insync.replicas", Optional.of("1")));
    assertThat(decision.records()).hasSize(3);
    PartitionState state = cluster.partition(topic, 0);
    assertThat(state.isr()).containsExactly(2);
    assertThat(state.elr()).isEmpty();
    assertThat(state.partitionEpoch()).isEqualTo(epoch + 1);
    assertThat(state.leaderEpoch()).isEqualTo(leaderEpoch);
  }

  @Test
  void settingTheNumberInForceAlreadyLeavesElrsAlone() {
    cluster.kill(3);
    cluster.kill(1);
    List<MetadataRecord> records = alter(Map.of("min.insync.replicas", Optional.of("2"))).records();
    assertThat(records).hasSize(1).allMatch(MetadataRecord.ConfigRecord.class::isInstance);
    assertThat(cluster.partition(topic, 0).elr()).containsExactly(1);
  }

  /** M21 e: allowing unclean elections is asking for them. */
  @Test
  void allowingUncleanElectionsElectsAtOnceAndCounts() {
    UUID alone = cluster.topic("alone", List.of(List.of(1, 2)));
    cluster.alter(alone, 0, 1);
    cluster.run(cluster.control
        .administer(AlterTopicConfigsCommand.of("alone", Map.of("min.insync.replicas", Optional.of("1")), false)));
    cluster.kill(1);
    assertThat(cluster.partition(alone, 0).hasLeader()).isFalse();

    cluster.run(cluster.control.administer(
        AlterTopicConfigsCommand.of("alone", Map.of("unclean.leader.election.enable", Optional.of("true")), false)));
    cluster.duties();
    assertThat(cluster.partition(alone, 0).leader()).isEqualTo(2);
    assertThat(cluster.control.uncleanElections()).isEqualTo(1);
  }

  private void refuses(ErrorCode code, Map<String, Optional<String>> changes) {
    Decision<Altered> decision = alter(changes);
    assertThat(decision.error()).contains(code);
    assertThat(decision.records()).isEmpty();
  }
}
