package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.gateway.LaneProducer.Identity;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** P36, P37. */
class LaneProducerTest {
  private long next = 5;
  private final LaneProducer producer = new LaneProducer(() -> OptionalLong.of(next++));

  @Test
  void sequencesGoOnBehindWhatIsWritten() {
    assertThat(producer.next()).isEqualTo(new Identity(5, (short) 0, 0));
    producer.acknowledged(3);
    assertThat(producer.next()).isEqualTo(new Identity(5, (short) 0, 3));
    producer.acknowledged(Integer.MAX_VALUE);
    assertThat(producer.next()).as("behind the largest comes zero").isEqualTo(new Identity(5, (short) 0, 2));
  }

  @Test
  void behindWhatIsNotTheEpochRises() {
    producer.next();
    producer.acknowledged(3);
    producer.next();
    assertThat(producer.next()).isEqualTo(new Identity(5, (short) 1, 0));
    producer.acknowledged(1);
    assertThat(producer.next()).isEqualTo(new Identity(5, (short) 1, 1));
  }

  @Test
  void anotherIdIsTakenWhenTheEpochsAreUsedUp() {
    for (int i = 0; i <= Short.MAX_VALUE; i++) {
      assertThat(producer.next()).isEqualTo(new Identity(5, (short) i, 0));
    }
    assertThat(producer.next()).isEqualTo(new Identity(6, (short) 0, 0));
  }

  @Test
  void withoutIdsThereIsNoIdentity() {
    assertThat(new LaneProducer(ProducerIdSource.NONE).next()).isNull();
  }
}
