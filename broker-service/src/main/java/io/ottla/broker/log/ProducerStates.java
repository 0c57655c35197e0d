package io.ottla.broker.log;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.BatchFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * What a log knows of its idempotent producers at one offset (P37, P38). It follows from the headers of the batches below that offset and from
 * nothing else, so every replica that has them knows the same, whoever leads. Immutable; successive states share what did not change.
 *
 * <p>A producer is forgotten when it has been idle for {@link #EXPIRY_MS} by the timestamps in the log: a clock that stands at the largest
 * timestamp written by any idempotent producer so far. It never goes back, so records of the past do not look like an idle producer's. Records
 * from the future, which a leader bounds (P6), make it run ahead by no more than that bound.
 */
public final class ProducerStates {
  /** How long an idle producer is remembered. */
  public static final long EXPIRY_MS = TimeUnit.HOURS.toMillis(24);
  /** A log without idempotent producers. */
  public static final ProducerStates EMPTY = new ProducerStates(HashTreePMap.empty(), Long.MIN_VALUE, Long.MIN_VALUE);
  private static final long SWEEP_MS = EXPIRY_MS / 24;

  private final HashPMap<Long, ProducerEntry> producers;
  private final long clock;
  /** When those that had expired were last removed. */
  private final long sweptAt;

  private ProducerStates(HashPMap<Long, ProducerEntry> producers, long clock, long sweptAt) {
    this.producers = producers;
    this.clock = clock;
    this.sweptAt = sweptAt;
  }

  /** States with these entries, at this time of the log's clock. */
  static ProducerStates of(Map<Long, ProducerEntry> entries, long clock) {
    return new ProducerStates(HashTreePMap.from(entries), clock, clock);
  }

  /** Producers held in memory; among them may be some that have expired. */
  public int size() {
    return producers.size();
  }

  /** The log's clock: the largest timestamp of an idempotent producer; {@code Long.MIN_VALUE} before the first. */
  public long clock() {
    return clock;
  }

  /** What is known of a producer; null if nothing is, or if it has expired. */
  public @Nullable ProducerEntry entry(long producerId) {
    ProducerEntry entry = producers.get(producerId);
    return entry == null || hasExpired(entry) ? null : entry;
  }

  /** All that have not expired, by id. */
  public SortedMap<Long, ProducerEntry> entries() {
    SortedMap<Long, ProducerEntry> alive = new TreeMap<>();
    producers.forEach((id, entry) -> {
      if (!hasExpired(entry)) {
        alive.put(id, entry);
      }
    });
    return alive;
  }

  private boolean hasExpired(ProducerEntry entry) {
    return clock - entry.last().timestamp() >= EXPIRY_MS;
  }

  /**
   * The batch in the log that the one at {@code at} repeats; null if it repeats none of the remembered ones. Looks at the header only, of which
   * there must be all.
   */
  public @Nullable ProducerBatch duplicateOf(ByteBuffer buffer, int at) {
    ProducerHeader header = ProducerHeader.of(buffer, at);
    ProducerEntry known = header == null ? null : entry(header.producerId());
    return header == null || known == null ? null : known.duplicate(header);
  }

  /**
   * Checks that the sound batches from position to limit, which repeat none that is remembered, may follow what is known (P37).
   *
   * @throws OttlaException OUT_OF_ORDER_SEQUENCE, DUPLICATE_SEQUENCE, INVALID_PRODUCER_EPOCH or INVALID_REQUEST
   */
  public void check(ByteBuffer batches) {
    for (int at = batches.position(); at < batches.limit(); at += BatchFormat.sizeInBytes(batches, at)) {
      ProducerHeader header = ProducerHeader.of(batches, at);
      if (header != null) {
        checkForm(batches, at, header);
        ProducerEntry known = entry(header.producerId());
        if (known != null) {
          known.check(header.producerId(), header);
        }
      }
    }
  }

  private static void checkForm(ByteBuffer batches, int at, ProducerHeader header) {
    if (header.epoch() < 0 || header.firstSequence() < 0) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "producer " + header.producerId() + " sends epoch "
          + header.epoch() + " and sequence " + header.firstSequence() + "; both must be at least 0");
    }
    if (BatchFormat.sizeInBytes(batches, at) < batches.remaining()) {
      throw new OttlaException(ErrorCode.INVALID_REQUEST, "a batch of an idempotent producer must be sent alone");
    }
  }

  /** These states after the stamped batches from position to limit. */
  public ProducerStates after(ByteBuffer batches) {
    ProducerStates states = this;
    for (int at = batches.position(); at < batches.limit(); at += BatchFormat.sizeInBytes(batches, at)) {
      states = states.after(ProducerHeader.of(batches, at));
    }
    return states;
  }

  /** These states after a batch with that header; the same after one of no idempotent producer. */
  ProducerStates after(@Nullable ProducerHeader header) {
    if (header == null) {
      return this;
    }
    long now = Math.max(clock, header.maxTimestamp());
    ProducerBatch batch = new ProducerBatch(header.firstSequence(), header.lastSequence(), header.firstOffset(),
        header.lastOffset(), now);
    ProducerEntry known = entry(header.producerId());
    ProducerEntry next = known == null
        ? new ProducerEntry(header.epoch(), List.of(batch))
        : known.with(header.epoch(), batch);
    return new ProducerStates(producers.plus(header.producerId(), next), now, sweptAt).swept();
  }

  /** Without those that have expired, if it is time to look for them. */
  private ProducerStates swept() {
    if (sweptAt != Long.MIN_VALUE && clock - sweptAt < SWEEP_MS) {
      return this;
    }
    List<Long> expired = new ArrayList<>();
    producers.forEach((id, entry) -> {
      if (hasExpired(entry)) {
        expired.add(id);
      }
    });
    return new ProducerStates(producers.minusAll(expired), clock, clock);
  }

  @Override
  public String toString() {
    return "ProducerStates[clock=" + clock + ", " + entries() + "]";
  }
}
