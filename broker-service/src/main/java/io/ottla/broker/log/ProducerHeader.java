package io.ottla.broker.log;

import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.Sequence;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a batch's header says about its producer. The offsets mean something only once the batch is stamped. */
record ProducerHeader(long producerId, short epoch, int firstSequence, int lastSequence, long firstOffset,
    long lastOffset, long maxTimestamp) {
  /** Reads the header at {@code at}; null if the batch has no idempotent producer. */
  static @Nullable ProducerHeader of(ByteBuffer buffer, int at) {
    long producerId = BatchFormat.producerId(buffer, at);
    if (producerId < 0) {
      return null;
    }
    int first = BatchFormat.baseSequence(buffer, at);
    return new ProducerHeader(producerId, BatchFormat.producerEpoch(buffer, at), first,
        Sequence.plus(first, BatchFormat.lastOffsetDelta(buffer, at)), BatchFormat.baseOffset(buffer, at),
        BatchFormat.lastOffset(buffer, at), BatchFormat.maxTimestamp(buffer, at));
  }
}
