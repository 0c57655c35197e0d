package io.ottla.benchmarks.history;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * One line of a history. Times are nanoseconds of one monotonic clock: {@code start} before the first byte of a call was sent, {@code end}
 * after the last of its answer was read. A call that was begun is in the history, whatever became of it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({@JsonSubTypes.Type(value = Event.Produce.class, name = "produce"),
    @JsonSubTypes.Type(value = Event.Read.class, name = "read"),
    @JsonSubTypes.Type(value = Event.End.class, name = "end"),
    @JsonSubTypes.Type(value = Event.TopicChange.class, name = "topic"),
    @JsonSubTypes.Type(value = Event.TopicList.class, name = "topics"),
    @JsonSubTypes.Type(value = Event.Fault.class, name = "fault"),
    @JsonSubTypes.Type(value = Event.Replicas.class, name = "replicas"),
    @JsonSubTypes.Type(value = Event.Observation.class, name = "observation")})
public sealed interface Event {
  /** Offset or partition of a write that was not acknowledged. */
  int NOWHERE = -1;

  /**
   * One record sent, with acks=all. Records of one request have the same times.
   *
   * @param process who sent it; sends one request at a time
   * @param broker who was asked
   * @param value what identifies it; no two records have the same, but for what is sent again on purpose
   */
  record Produce(String process, int broker, String topic, String key, String value, long start, long end,
      Outcome outcome, int partition, long offset, String why) implements Event {}

  /** Who reads. */
  enum Reader {
    /** Anybody, from anywhere. */
    RAW,
    /** A consumer: goes on where its last read ended. */
    POLL,
    /** At the end, when nothing happens any more: from the log's start to its end through every broker. */
    FINAL
  }

  /**
   * One read.
   *
   * @param from the offset asked for
   * @param why of a failure: {@code error_code} and message
   */
  record Read(String process, Reader reader, int broker, String topic, int partition, long from, long start, long end,
      Outcome outcome, List<Seen> records, String why) implements Event {}

  /** A record as it was read. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  record Seen(long offset, String key, String value) {}

  /** A question for the offsets of a partition. */
  record End(String process, int broker, String topic, int partition, long start, long end, Outcome outcome,
      long beginOffset, long endOffset, String why) implements Event {}

  /** A topic created or deleted. */
  record TopicChange(String process, int broker, boolean created, String topic, int partitions, long start, long end,
      Outcome outcome, String why) implements Event {}

  /** All topics, as a broker lists them when nothing happens any more. */
  record TopicList(int broker, List<String> topics) implements Event {}

  /** Something done to the cluster. */
  record Fault(String kind, String target, long start, long end) implements Event {}

  /** The replicas of a partition when nothing happens any more. */
  record Replicas(String topic, int partition, List<Replica> replicas) implements Event {}

  /** One of them. */
  record Replica(int broker, long logStartOffset, long highWatermark, long logEndOffset, String digest) {}

  /**
   * Something seen from outside that needs no history to be judged: the cluster did not come back, a process ended by itself.
   *
   * @param good whether it is as it must be
   */
  record Observation(String what, boolean good, String detail) implements Event {}
}
