package io.ottla.broker.gateway;

import io.ottla.common.record.Sequence;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The idempotent producer under whose name one batch at a time of a lane is sent, and sent again until its outcome is known (P37). Sequences
 * go on only behind a batch that was acknowledged; after any other outcome the producer's epoch rises, so that there is never a gap that the
 * leader would refuse, and an attempt that is still on its way somewhere cannot follow a later batch. One thread at a time.
 */
final class LaneProducer {
  private static final long NO_ID = -1;

  /** What a batch carries. */
  record Identity(long producerId, short epoch, int sequence) {}

  private final ProducerIdSource ids;
  private long producerId = NO_ID;
  private short epoch;
  private int sequence;
  private boolean open;

  LaneProducer(ProducerIdSource ids) {
    this.ids = ids;
  }

  /** The identity of the next batch; null if there are no ids at the moment. */
  @Nullable
  Identity next() {
    if (open) {
      abandon();
    }
    if (producerId == NO_ID) {
      OptionalLong id = ids.next();
      if (id.isEmpty()) {
        return null;
      }
      producerId = id.getAsLong();
      epoch = 0;
      sequence = 0;
    }
    open = true;
    return new Identity(producerId, epoch, sequence);
  }

  /** Nobody knows, or cares any more, whether the last batch is written. */
  private void abandon() {
    open = false;
    sequence = 0;
    if (epoch == Short.MAX_VALUE) {
      producerId = NO_ID;
    } else {
      epoch++;
    }
  }

  /** The last batch is written, with so many records. */
  void acknowledged(int records) {
    open = false;
    sequence = Sequence.plus(sequence, records);
  }
}
