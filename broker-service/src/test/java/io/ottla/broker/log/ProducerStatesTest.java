package io.ottla.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules of P37, and expiry by the log's own clock (P38). */
class ProducerStatesTest {
  private static final int LAST = Integer.MAX_VALUE;
  private ProducerStates states = ProducerStates.EMPTY;
  private long end;

  /** What a leader does; the first offset of the batch, be it new or a repetition. */
  private long append(long producer, int epoch, int sequence, int records) {
    return append(Batches.NOW, producer, epoch, sequence, records);
  }

  private long append(long timestamp, long producer, int epoch, int sequence, int records) {
    ByteBuffer batch = Batches.stamped(batch(timestamp, producer, epoch, sequence, records), end, 1);
    ProducerBatch duplicate = states.duplicateOf(batch, 0);
    if (duplicate != null) {
      assertThat(duplicate.lastOffset() - duplicate.firstOffset()).isEqualTo(records - 1);
      return duplicate.firstOffset();
    }
    states.check(batch);
    states = states.after(batch);
    end += records;
    return end - records;
  }

  private static ByteBuffer batch(long timestamp, long producer, int epoch, int sequence, int records) {
    return Batches.produced(timestamp, producer, epoch, sequence, "x".repeat(records).split(""));
  }

  private void refused(ErrorCode code, long producer, int epoch, int sequence, int records) {
    assertThatThrownBy(() -> append(producer, epoch, sequence, records)).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void sequencesFollowOneAnother() {
    assertThat(append(1, 0, 0, 3)).isZero();
    assertThat(append(2, 0, 0, 1)).as("another producer counts for itself").isEqualTo(3);
    assertThat(append(1, 0, 3, 2)).isEqualTo(4);
    refused(ErrorCode.OUT_OF_ORDER_SEQUENCE, 1, 0, 6, 1);
    refused(ErrorCode.OUT_OF_ORDER_SEQUENCE, 2, 0, 5, 1);
    assertThat(append(1, 0, 5, 1)).isEqualTo(6);
  }

  @Test
  void aProducerNobodyKnowsMayBeginAnywhere() {
    assertThat(append(1, 3, 77, 2)).isZero();
    assertThat(append(1, 3, 79, 1)).isEqualTo(2);
  }

  @Test
  void eachOfTheLastFiveBatchesIsRecognised() {
    for (int i = 0; i < 7; i++) {
      append(1, 0, 2 * i, 2);
    }
    for (int i = 2; i < 7; i++) {
      assertThat(append(1, 0, 2 * i, 2)).isEqualTo(2L * i);
    }
    assertThat(end).isEqualTo(14);
    refused(ErrorCode.DUPLICATE_SEQUENCE, 1, 0, 2, 2);
    refused(ErrorCode.DUPLICATE_SEQUENCE, 1, 0, 0, 2);
  }

  /** Only the same batch is a repetition; half of it, or it and more, is something else. */
  @Test
  void whatOverlapsIsNoRepetition() {
    append(1, 0, 0, 4);
    append(1, 0, 4, 4);
    refused(ErrorCode.OUT_OF_ORDER_SEQUENCE, 1, 0, 6, 4);
    refused(ErrorCode.DUPLICATE_SEQUENCE, 1, 0, 4, 2);
    refused(ErrorCode.DUPLICATE_SEQUENCE, 1, 0, 2, 4);
    assertThat(append(1, 0, 4, 4)).isEqualTo(4);
  }

  @Test
  void sequencesWrapBehindTheLargest() {
    append(1, 0, LAST - 1, 2);
    assertThat(append(1, 0, LAST - 1, 2)).isZero();
    assertThat(append(1, 0, 0, 1)).isEqualTo(2);
    refused(ErrorCode.DUPLICATE_SEQUENCE, 1, 0, LAST, 1);
    refused(ErrorCode.OUT_OF_ORDER_SEQUENCE, 1, 0, 2, 1);
    append(2, 0, LAST, 3);
    assertThat(entry(2).last().lastSequence()).as("a batch across the wrap").isEqualTo(1);
    assertThat(append(2, 0, LAST, 3)).isEqualTo(3);
    assertThat(append(2, 0, 2, 1)).isEqualTo(6);
  }

  @Test
  void anEpochEndsTheOneBeforeAndBeginsWithZero() {
    append(1, 0, 0, 3);
    refused(ErrorCode.OUT_OF_ORDER_SEQUENCE, 1, 1, 3, 1);
    assertThat(append(1, 1, 0, 3)).as("same sequences, another epoch").isEqualTo(3);
    refused(ErrorCode.INVALID_PRODUCER_EPOCH, 1, 0, 0, 3);
    refused(ErrorCode.INVALID_PRODUCER_EPOCH, 1, 0, 3, 1);
    assertThat(append(1, 1, 0, 3)).isEqualTo(3);
    assertThat(append(1, 5, 0, 1)).as("epochs may be left out").isEqualTo(6);
  }

  @Test
  void whatNoProducerMaySendIsRefused() {
    refused(ErrorCode.INVALID_REQUEST, 1, -1, 0, 1);
    refused(ErrorCode.INVALID_REQUEST, 1, 0, -1, 1);
    ByteBuffer two = Batches.join(batch(Batches.NOW, 1, 0, 0, 1), batch(Batches.NOW, 1, 0, 1, 1));
    assertThatThrownBy(() -> states.check(two)).isInstanceOf(OttlaException.class);
    states.check(Batches.join(Batches.of("a"), Batches.of("b")));
  }

  /** What is in a log has happened, gaps that compaction made included. */
  @Test
  void aFollowerTakesWhatIsThere() {
    states = states.after(Batches.stamped(batch(Batches.NOW, 1, 0, 0, 1), 0, 1));
    states = states.after(Batches.stamped(batch(Batches.NOW, 1, 0, 40, 1), 90, 1));
    assertThat(entry(1).last()).isEqualTo(new ProducerBatch(40, 40, 90, 90, Batches.NOW));
    states = states.after(Batches.stamped(batch(Batches.NOW, 1, 2, 7, 1), 95, 1));
    assertThat(entry(1)).isEqualTo(new ProducerEntry((short) 2, List.of(new ProducerBatch(7, 7, 95, 95, Batches.NOW))));
    assertThat(states.after(Batches.of("no producer"))).isSameAs(states);
  }

  @Test
  void whoIsIdleForADayOfTheLogIsForgotten() {
    append(1, 0, 0, 1);
    append(2, 0, 0, 1);
    append(Batches.NOW + ProducerStates.EXPIRY_MS - 1, 2, 0, 1, 1);
    assertThat(append(1, 0, 0, 1)).as("not yet").isZero();
    append(Batches.NOW + ProducerStates.EXPIRY_MS, 2, 0, 2, 1);
    assertThat(states.entry(1)).isNull();
    assertThat(states.entries()).containsOnlyKeys(2L);
    append(Batches.NOW + ProducerStates.EXPIRY_MS * 25 / 24, 2, 0, 3, 1);
    assertThat(states.size()).as("and takes no room an hour later").isEqualTo(1);
    assertThat(append(1, 0, 9, 1)).as("it may begin anywhere").isEqualTo(5);
  }

  /** Whoever writes down what happened long ago is not idle. */
  @Test
  void recordsOfThePastAreNoIdleness() {
    append(1, 0, 0, 1);
    append(Batches.NOW - 9 * ProducerStates.EXPIRY_MS, 2, 0, 0, 1);
    assertThat(append(Batches.NOW - 9 * ProducerStates.EXPIRY_MS, 2, 0, 0, 1)).isEqualTo(1);
    assertThat(states.clock()).isEqualTo(Batches.NOW);
    assertThat(entry(2).last().timestamp()).isEqualTo(Batches.NOW);
  }

  private ProducerEntry entry(long producer) {
    @Nullable
    ProducerEntry entry = states.entry(producer);
    return Objects.requireNonNull(entry);
  }
}
