package io.ottla.broker.log;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a log knows of one producer.
 *
 * @param epoch the newest epoch it has written in
 * @param batches the last batches of that epoch, at least one and at most {@link #REMEMBERED}, oldest first
 */
public record ProducerEntry(short epoch, List<ProducerBatch> batches) {
  /** As many as a producer may have in flight. */
  public static final int REMEMBERED = 5;

  /** Copies the list. */
  public ProducerEntry {
    batches = List.copyOf(batches);
  }

  /** The newest batch. */
  public ProducerBatch last() {
    return batches.getLast();
  }

  /** The remembered batch that this is a repetition of, or null. */
  @Nullable
  ProducerBatch duplicate(ProducerHeader header) {
    if (header.epoch() != epoch) {
      return null;
    }
    for (ProducerBatch batch : batches) {
      if (batch.firstSequence() == header.firstSequence() && batch.lastSequence() == header.lastSequence()) {
        return batch;
      }
    }
    return null;
  }

  /** Whether a batch that is no repetition may be appended (P37); throws if not. */
  void check(long producerId, ProducerHeader header) {
    if (header.epoch() < epoch) {
      throw new OttlaException(ErrorCode.INVALID_PRODUCER_EPOCH, "producer " + producerId + " has written in epoch "
          + epoch + " since epoch " + header.epoch());
    }
    int expected = header.epoch() > epoch ? 0 : Sequence.plus(last().lastSequence(), 1);
    if (header.firstSequence() == expected) {
      return;
    }
    if (header.epoch() == epoch && !Sequence.isAfter(header.lastSequence(), last().lastSequence())) {
      throw new OttlaException(ErrorCode.DUPLICATE_SEQUENCE, "producer " + producerId + " wrote sequences "
          + header.firstSequence() + " to " + header.lastSequence() + " long ago; the last one is "
          + last().lastSequence());
    }
    throw new OttlaException(ErrorCode.OUT_OF_ORDER_SEQUENCE, "producer " + producerId + " sends sequence "
        + header.firstSequence() + " in epoch " + header.epoch() + " where " + expected + " should be");
  }

  /** This entry after another batch, whatever its sequence: what is in the log has happened. */
  ProducerEntry with(short newEpoch, ProducerBatch batch) {
    if (newEpoch != epoch) {
      return new ProducerEntry(newEpoch, List.of(batch));
    }
    List<ProducerBatch> next = new ArrayList<>(batches);
    next.add(batch);
    return new ProducerEntry(epoch, next.size() > REMEMBERED ? next.subList(1, next.size()) : next);
  }
}
