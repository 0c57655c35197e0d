package io.ottla.common.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataJsonTest {

  @Test
  void everyRecordTypeComesBackEqual() throws Exception {
    List<MetadataRecord> records = MetadataFixtures.oneOfEach();
    byte[] bytes = MetadataJson.encode(records);

    assertThat(MetadataJson.decode(bytes)).isEqualTo(records);
    assertThat(MetadataJson.encode(MetadataJson.decode(bytes))).isEqualTo(bytes);
    assertThat(records.stream().map(Object::getClass).distinct())
        .hasSize(MetadataRecord.class.getPermittedSubclasses().length);
  }

  /** The stored form is a contract with logs already written; a change here needs a new version of the record. */
  @Test
  void theStoredFormIsFixed() {
    List<MetadataRecord> records = List.of(MetadataFixtures.register(2), MetadataFixtures.isr(0, List.of(1), -1),
        new MetadataRecord.ConfigRecord(ConfigResource.CLUSTER, "durability", "sync"),
        new MetadataRecord.ProducerIds(2, 7, 3_000));

    assertThat(new String(MetadataJson.encode(records), UTF_8)).isEqualTo("""
        [{"type":"RegisterBroker","version":1,"brokerId":2,"incarnationId":"00000000-0000-0001-0000-000000000002",\
        "directoryIds":["00000000-0000-0002-0000-000000000002"],\
        "endpoints":[{"name":"INTERNAL","host":"host2","port":19002}],"rack":"even","features":{}},\
        {"type":"PartitionChange","version":1,"topicId":"00000000-0000-0007-0000-000000000001","partition":0,\
        "isr":[1],"leader":-1},\
        {"type":"Config","version":1,"resourceType":"CLUSTER","resourceName":"","key":"durability","value":"sync"},\
        {"type":"ProducerIds","version":1,"brokerId":2,"brokerEpoch":7,"nextProducerId":3000}]""");
  }

  /** Section 2.1 and F30: what is not understood completely is never skipped. */
  @ParameterizedTest
  @ValueSource(strings = {"[{\"type\":\"Unheard\",\"version\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":2,\"brokerId\":1,\"brokerEpoch\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"brokerId\":1,\"brokerEpoch\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":1,\"brokerId\":1,\"brokerEpoch\":1,\"reason\":\"x\"}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":1,\"brokerId\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":1,\"brokerId\":\"1\",\"brokerEpoch\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":1,\"brokerId\":1,\"brokerId\":1,\"brokerEpoch\":1}]",
      "[{\"type\":\"UnregisterBroker\",\"version\":1,\"brokerId\":1,\"brokerEpoch\":9223372036854775808}]",
      "[{\"type\":\"RemoveTopic\",\"version\":1,\"topicId\":\"not an id\"}]",
      "[{\"type\":\"Config\",\"version\":1,\"resourceType\":\"GALAXY\",\"resourceName\":\"\",\"key\":\"a\"}]",
      "[] []", "{}", "[1]", "", "[", "null"})
  void whatIsNotUnderstoodIsRefused(String json) {
    assertThatThrownBy(() -> MetadataJson.decode(json.getBytes(UTF_8))).isInstanceOf(MetadataReplayException.class);
  }

  @Test
  void longsBeyondDoublePrecisionSurvive() {
    List<MetadataRecord> records = List.of(new MetadataRecord.UnregisterBroker(1, (1L << 53) + 1));
    assertThat(MetadataJson.decode(MetadataJson.encode(records))).isEqualTo(records);
  }

  /** Section 2.1: what is cut by the bound never exceeds the limit. */
  @Test
  void theBoundOfARecordsSizeIsNeverTooSmall() {
    List<MetadataRecord> records = new ArrayList<>(MetadataFixtures.oneOfEach());
    for (int seed = 1; seed <= 20; seed++) {
      new RandomHistory(seed, 100).entries.forEach(records::addAll);
    }
    records.add(new MetadataRecord.TopicRecord(MetadataFixtures.TOPIC, "\u0001\u20ac\ud83d\ude00\"\\".repeat(50)));
    List<Integer> numbers = List.of(Integer.MIN_VALUE, Integer.MAX_VALUE);
    records.add(new MetadataRecord.PartitionChange(MetadataFixtures.TOPIC, Integer.MIN_VALUE, numbers, numbers, numbers,
        Integer.MIN_VALUE, numbers, numbers, Integer.MIN_VALUE, LeaderRecoveryState.RECOVERING,
        List.of(MetadataFixtures.TOPIC)));
    assertThat(records).allSatisfy(one -> assertThat(MetadataJson.sizeBound(one))
        .isGreaterThanOrEqualTo(MetadataJson.encode(List.of(one)).length - 1));
  }

  /** Equal lists and states of an entry are kept once: a topic's partitions begin on few different sets of brokers. */
  @Test
  void whatIsEqualIsReadOnce() {
    List<MetadataRecord> records = List.of(MetadataFixtures.partition(MetadataFixtures.TOPIC, 0, List.of(1_000, 2_000)),
        MetadataFixtures.partition(MetadataFixtures.TOPIC, 1, List.of(1_000, 2_000)));
    List<MetadataRecord> read = MetadataJson.decode(MetadataJson.encode(records));
    assertThat(((MetadataRecord.PartitionRecord) read.get(0)).state())
        .isSameAs(((MetadataRecord.PartitionRecord) read.get(1)).state());
  }
}
