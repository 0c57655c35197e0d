package io.ottla.common.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicConfigsTest {

  @Test
  void everyDefaultIsValid() {
    assertThat(TopicConfigs.all().values()).allSatisfy(key -> assertThat(key.problem(key.defaultValue())).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"retention.ms,-1", "retention.ms,9223372036854775807", "min.insync.replicas,1",
      "cleanup.policy,'compact, delete'", "compression.type,zstd", "message.timestamp.type,LogAppendTime",
      "min.cleanable.dirty.ratio,0.25", "segment.bytes,1024"})
  void sensibleValuesAreAccepted(String name, String value) {
    assertThat(TopicConfigs.problem(name, value)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"retention.ms,-2", "retention.ms,1h", "retention.ms,''", "retention.ms,9223372036854775808",
      "min.insync.replicas,0", "cleanup.policy,shred", "cleanup.policy,''", "compression.type,rar",
      "message.timestamp.type,createtime", "min.cleanable.dirty.ratio,NaN", "segment.bytes,1", "no.such.key,1"})
  void otherValuesAreRefusedWithTheNameInTheMessage(String name, String value) {
    assertThat(TopicConfigs.problem(name, value)).hasValueSatisfying(problem -> assertThat(problem).contains(name));
  }

  @Test
  void ofSeveralProblemsTheFirstInNameOrderIsReported() {
    assertThat(TopicConfigs.problem(Map.of("retention.ms", "x", "cleanup.policy", "y", "segment.bytes", "1")))
        .hasValueSatisfying(problem -> assertThat(problem).contains("cleanup.policy"));
  }
}
