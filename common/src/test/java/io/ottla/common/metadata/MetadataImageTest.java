package io.ottla.common.metadata;

import static io.ottla.common.metadata.MetadataFixtures.TOPIC;
import static io.ottla.common.metadata.MetadataFixtures.isr;
import static io.ottla.common.metadata.MetadataFixtures.next;
import static io.ottla.common.metadata.MetadataFixtures.partition;
import static io.ottla.common.metadata.MetadataFixtures.threeBrokersOneTopic;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.RemoveTopic;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MetadataImageTest {

  /** M7: topic, then cluster, then default. */
  @Test
  void theMoreSpecificSettingWins() {
    MetadataImage image = threeBrokersOneTopic();
    assertThat(retention(image)).isEqualTo(new ConfigValue("retention.ms", "604800000", ConfigValue.Source.DEFAULT));

    image = next(image, new ConfigRecord(ConfigResource.CLUSTER, "log.retention.ms", "60000"));
    assertThat(retention(image)).isEqualTo(new ConfigValue("retention.ms", "60000", ConfigValue.Source.CLUSTER));

    image = next(image, new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "1000"));
    assertThat(retention(image)).isEqualTo(new ConfigValue("retention.ms", "1000", ConfigValue.Source.TOPIC));
    assertThat(image.effectiveTopicConfigs(TOPIC)).containsEntry("retention.ms", "1000")
        .containsEntry("cleanup.policy", "delete").hasSize(TopicConfigs.all().size());

    image = next(image, new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", null));
    assertThat(retention(image).source()).isEqualTo(ConfigValue.Source.CLUSTER);
  }

  /** M7: never more than there are replicas. */
  @Test
  void effectiveMinIsrIsBoundedByTheReplicas() {
    MetadataImage image = threeBrokersOneTopic();
    assertThat(image.effectiveMinIsr(TOPIC)).isEqualTo(2);

    image = next(image, new ConfigRecord(ConfigResource.CLUSTER, "min.insync.replicas", "5"));
    assertThat(image.effectiveMinIsr(TOPIC)).isEqualTo(3);

    image = next(image, new ConfigRecord(ConfigResource.topic("orders"), "min.insync.replicas", "1"));
    assertThat(image.effectiveMinIsr(TOPIC)).isEqualTo(1);
  }

  /** I13: the digest speaks of content only, and of all of it. */
  @Test
  void digestDependsOnContentAndNotOnTheIndex() {
    MetadataImage image = threeBrokersOneTopic();
    MetadataImage later = MetadataDelta.apply(image, 100, 7, List.of());
    assertThat(later.digest()).isEqualTo(image.digest()).hasSize(64);

    MetadataImage configured = next(image, new ConfigRecord(ConfigResource.CLUSTER, "a", "b"));
    assertThat(configured.digest()).isNotEqualTo(image.digest());
    assertThat(next(configured, new ConfigRecord(ConfigResource.CLUSTER, "a", null)).digest())
        .isEqualTo(image.digest());
    assertThat(next(image, isr(0, List.of(1, 2, 3), null)).digest()).isNotEqualTo(image.digest());
  }

  @Test
  void digestIsEqualHoweverTheTopicsCameAbout() {
    UUID a = new UUID(7, 10);
    UUID b = new UUID(7, 11);
    MetadataImage start = threeBrokersOneTopic();
    MetadataImage one = next(start, new TopicRecord(a, "a"), partition(a, 0, List.of(1)), new TopicRecord(b, "b"),
        partition(b, 0, List.of(2)));
    MetadataImage other = next(start, new TopicRecord(b, "b"), partition(b, 0, List.of(2)));
    other = next(other, new TopicRecord(new UUID(8, 8), "c"), partition(new UUID(8, 8), 0, List.of(3)));
    other = next(other, new RemoveTopic(new UUID(8, 8)), new TopicRecord(a, "a"), partition(a, 0, List.of(1)));

    assertThat(other.digest()).isEqualTo(one.digest());
  }

  /** One change among 100,000 partitions shares the rest: 20,000 changes stay far below copying 2,000,000,000 references. */
  @Test
  void oneChangeAmongManyPartitionsIsCheap() {
    MetadataImage image = threeBrokersOneTopic();
    UUID big = new UUID(9, 9);
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new TopicRecord(big, "big"));
    for (int number = 0; number < 100_000; number++) {
      records.add(partition(big, number, List.of(1, 2, 3)));
    }
    image = MetadataDelta.apply(image, 5, 1, records);
    PartitionState untouched = image.partition(big, 0).orElseThrow();

    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    long start = cpu.getCurrentThreadCpuTime();
    for (int i = 0; i < 20_000; i++) {
      List<Integer> isr = i % 2 == 0 ? List.of(1, 2) : List.of(1, 2, 3);
      image = next(image, new PartitionChange(big, 77_777, null, isr, null, null, null, null, null, null, null));
    }
    double microsEach = (cpu.getCurrentThreadCpuTime() - start) / 1e3 / 20_000;

    assertThat(image.partition(big, 77_777).orElseThrow().partitionEpoch()).isEqualTo(20_000);
    assertThat(image.partition(big, 0).orElseThrow()).isSameAs(untouched);
    assertThat(microsEach).as("CPU microseconds per change").isLessThan(100);
  }

  private static ConfigValue retention(MetadataImage image) {
    return image.topicConfig(image.topic("orders").orElseThrow(), TopicConfigs.RETENTION_MS);
  }
}
