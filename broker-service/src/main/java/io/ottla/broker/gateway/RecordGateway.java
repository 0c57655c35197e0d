package io.ottla.broker.gateway;

import java.util.List;

/**
 * Produce and read from any broker. Calls block; callers run on virtual threads. Failures of a whole call are
 * {@link io.ottla.common.error.OttlaException}s: UNKNOWN_TOPIC, UNKNOWN_PARTITION (reads), LEADER_NOT_AVAILABLE, OFFSET_TRIMMED,
 * OFFSET_OUT_OF_RANGE, BUSY, ….
 */
public interface RecordGateway {
  /**
   * Writes the records and waits for the acks. Results are in the order of the records; one record's failure does not fail the others.
   *
   * @throws io.ottla.common.error.OttlaException when the topic is unknown: nothing was written
   */
  List<RecordResult> produce(ProduceCommand command);

  /** Reads committed records, waiting for the first as long as the command allows; an empty result is not an error. */
  ReadResult read(ReadCommand command);

  /** The readable range of a partition, as its leader knows it. */
  PartitionOffsets offsets(String topic, int partition);

  /**
   * Finds the first committed record at or after a time.
   *
   * @param timestamp milliseconds since 1970, from 0 to {@link io.ottla.common.wire.ForwardReadRequest#MAX_TIMESTAMP}
   */
  OffsetLookup offsetAt(String topic, int partition, long timestamp);
}
