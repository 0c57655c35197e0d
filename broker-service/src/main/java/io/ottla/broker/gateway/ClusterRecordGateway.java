package io.ottla.broker.gateway;

import io.ottla.broker.runtime.AppendOutcome;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.runtime.PartitionService;
import io.ottla.broker.runtime.ReadOutcome;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Compression;
import io.ottla.common.record.MalformedBatchException;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.ForwardReadRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Produce and read from this broker: records are placed, joined into batches per partition ({@link ProduceLane}) and carried to the leader
 * ({@link LeaderRouter}), here or elsewhere. Any thread that may block.
 */
public final class ClusterRecordGateway implements RecordGateway {
  private static final int BATCH_OVERHEAD = 128;
  private static final long BEYOND_END_POLL_MS = 50;

  private final BrokerView view;
  private final LeaderRouter router;
  private final MonotonicClock clock;
  private final LongSupplier wallClock;
  private final GatewayLimits limits;
  private final ProducerIdSource producerIds;
  private final Map<TopicIdPartition, ProduceLane> lanes = new ConcurrentHashMap<>();
  private final AtomicLong bytesInFlight = new AtomicLong();

  /**
   * @param local the partitions this broker leads
   * @param peers a peer's partitions by its INTERNAL endpoint
   * @param wallClock milliseconds since 1970, stamped on records without a timestamp
   * @param producerIds under which batches are sent, so that they can be sent again
   */
  public ClusterRecordGateway(BrokerView view, PartitionService local, Function<Endpoint, PartitionService> peers,
      MonotonicClock clock, LongSupplier wallClock, GatewayLimits limits, ProducerIdSource producerIds) {
    this.view = view;
    this.router = new LeaderRouter(view, local, peers, clock);
    this.clock = clock;
    this.wallClock = wallClock;
    this.limits = limits;
    this.producerIds = producerIds;
  }

  @Override
  public List<RecordResult> produce(ProduceCommand command) {
    MetadataImage image = view.image();
    TopicImage topic = image.topic(command.topic()).orElseThrow(() -> unknownTopic(command.topic()));
    long bytes = sizeOf(command.records());
    if (bytesInFlight.addAndGet(bytes) > limits.maxBytesInFlight()) {
      bytesInFlight.addAndGet(-bytes);
      throw new OttlaException(ErrorCode.BUSY, "Too many records are in flight on this broker; try again shortly.");
    }
    try {
      return new Produce(command, topic, image).run();
    } finally {
      bytesInFlight.addAndGet(-bytes);
    }
  }

  @Override
  public ReadResult read(ReadCommand command) {
    TopicIdPartition partition = partition(command.topic(), command.partition());
    long waitUntilMs = clock.millis() + command.timeoutMs();
    long offset = command.offset();
    while (true) {
      long waitMs = Math.max(0, waitUntilMs - clock.millis());
      ReadOutcome outcome = router.read(partition, offset, command.maxBytes(), command.minBytes(), waitMs,
          clock.millis() + Math.max(waitMs, limits.leaderWaitMs()));
      switch (outcome) {
        case ReadOutcome.Ok found -> {
          ReadResult result = trim(command, found);
          if (!result.records().isEmpty() || !found.batches().hasRemaining()) {
            return result;
          }
          // Compaction left nothing of these batches: what was asked for begins behind them.
          offset = RecordBatches.verified(found.batches()).getLast().nextOffset();
        }
        case ReadOutcome.Failed failed -> {
          boolean mayStillCome = failed.code() == ErrorCode.OFFSET_OUT_OF_RANGE && command.timeoutMs() > 0;
          if (!mayStillCome) {
            throw new OttlaException(failed.code(), failed.message());
          }
          if (!pause(Math.min(waitMs, BEYOND_END_POLL_MS))) {
            return nothingYet(command);
          }
        }
      }
    }
  }

  /** False when the time is over. Who waits beyond the end waits for records that do not exist yet, so coarse looks are enough. */
  private static boolean pause(long ms) {
    if (ms == 0) {
      return false;
    }
    try {
      Thread.sleep(ms);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private ReadResult nothingYet(ReadCommand command) {
    PartitionOffsets range = offsets(command.topic(), command.partition());
    return new ReadResult(List.of(), command.offset(), range.end(), range.beginning());
  }

  @Override
  public PartitionOffsets offsets(String topic, int partition) {
    ReadOutcome outcome = router.read(partition(topic, partition), ForwardReadRequest.LATEST, 1, 0, 0,
        clock.millis() + limits.leaderWaitMs());
    return switch (outcome) {
      case ReadOutcome.Failed failed -> throw new OttlaException(failed.code(), failed.message());
      case ReadOutcome.Ok found -> new PartitionOffsets(found.logStartOffset(), found.highWatermark());
    };
  }

  @Override
  public OffsetLookup offsetAt(String topic, int partition, long timestamp) {
    ReadOutcome outcome = router.read(partition(topic, partition), ForwardReadRequest.AT_TIMESTAMP + timestamp, 1, 0, 0,
        clock.millis() + limits.leaderWaitMs());
    return switch (outcome) {
      case ReadOutcome.Failed failed -> throw new OttlaException(failed.code(), failed.message());
      case ReadOutcome.Ok found -> {
        List<Record> records = decode(found);
        yield new OffsetLookup(new PartitionOffsets(found.logStartOffset(), found.highWatermark()), found.startOffset(),
            records.isEmpty() ? null : records.getFirst().timestamp());
      }
    };
  }

  private TopicIdPartition partition(String topicName, int partition) {
    TopicImage topic = view.image().topic(topicName).orElseThrow(() -> unknownTopic(topicName));
    if (topic.partition(partition).isEmpty()) {
      throw new OttlaException(ErrorCode.UNKNOWN_PARTITION, "Partition " + partition + " not found.");
    }
    return new TopicIdPartition(topic.id(), partition);
  }

  private static OttlaException unknownTopic(String topic) {
    return new OttlaException(ErrorCode.UNKNOWN_TOPIC, "Topic " + topic + " not found.");
  }

  private static ReadResult trim(ReadCommand command, ReadOutcome.Ok found) {
    List<Record> all = decode(found);
    long bytes = 0;
    int count = 0;
    while (count < all.size() && count < command.maxRecords()) {
      Record record = all.get(count);
      bytes += length(record.key()) + length(record.value());
      if (count > 0 && bytes > command.maxBytes()) {
        break;
      }
      count++;
    }
    List<Record> records = List.copyOf(all.subList(0, count));
    long next = records.isEmpty() ? found.startOffset() : records.getLast().offset() + 1;
    return new ReadResult(records, next, found.highWatermark(), found.logStartOffset());
  }

  private static List<Record> decode(ReadOutcome.Ok found) {
    try {
      return RecordBatches.records(found.batches(), found.startOffset(), found.highWatermark());
    } catch (MalformedBatchException e) {
      throw new OttlaException(ErrorCode.STORAGE_ERROR, "The stored records are damaged; see the broker's log.");
    }
  }

  private static long length(byte @org.jspecify.annotations.Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static long sizeOf(List<ProducerRecord> records) {
    long size = 0;
    for (ProducerRecord record : records) {
      size += BatchBuilder.maxRecordSize(record.key(), record.value(), record.headers());
    }
    return size;
  }

  private ProduceLane lane(TopicIdPartition partition) {
    ProduceLane lane = lanes.get(partition);
    if (lane != null) {
      return lane;
    }
    // A new partition is rare, and the moment to let go of those whose topic is gone.
    forgetDeleted(view.image());
    return lanes.computeIfAbsent(partition,
        key -> new ProduceLane((batch, acks, deadlineMs) -> router.append(key, batch, acks, deadlineMs),
            producerIds, limits.batchesInFlightPerPartition(), limits.maxBatchBytes()));
  }

  /** Whether at least that many requests wait in a partition's lane; for tests. */
  boolean waiting(TopicIdPartition partition, int count) {
    ProduceLane lane = lanes.get(partition);
    return lane != null && lane.waiting() >= count;
  }

  private void forgetDeleted(MetadataImage image) {
    lanes.keySet().removeIf(partition -> image.topic(partition.topicId()).isEmpty());
  }

  /** One request under way. */
  private final class Produce {
    private final ProduceCommand command;
    private final TopicImage topic;
    private final long deadlineMs;
    private final long now;
    private final int maxBatchBytes;
    private final boolean compacted;
    private final Compression compression;
    private final long latestTimestamp;
    private final RecordResult[] results;

    Produce(ProduceCommand command, TopicImage topic, MetadataImage image) {
      this.command = command;
      this.topic = topic;
      this.deadlineMs = clock.millis() + command.timeoutMs();
      this.now = wallClock.getAsLong();
      this.compression = Compression.ofTopicSetting(
          image.topicConfig(topic, TopicConfigs.COMPRESSION_TYPE).value()).orElse(Compression.NONE);
      this.compacted = image.topicConfig(topic, TopicConfigs.CLEANUP_POLICY).value().contains(TopicConfigs.COMPACT);
      this.maxBatchBytes = (int) number(image, TopicConfigs.MAX_MESSAGE_BYTES);
      long ahead = number(image, TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS);
      this.latestTimestamp = ahead > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + ahead;
      this.results = new RecordResult[command.records().size()];
    }

    private long number(MetadataImage image, String config) {
      return Long.parseLong(image.topicConfig(topic, config).value());
    }

    List<RecordResult> run() {
      Map<Integer, List<Integer>> placed = place();
      List<Thread> helpers = new ArrayList<>();
      int left = placed.size();
      for (Map.Entry<Integer, List<Integer>> one : placed.entrySet()) {
        left--;
        if (left == 0) {
          write(one.getKey(), one.getValue());
        } else {
          helpers.add(Thread.ofVirtual().start(() -> write(one.getKey(), one.getValue())));
        }
      }
      join(helpers);
      return finished();
    }

    private void join(List<Thread> helpers) {
      try {
        for (Thread helper : helpers) {
          helper.join();
        }
      } catch (InterruptedException e) {
        helpers.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
      }
    }

    private synchronized List<RecordResult> finished() {
      for (int i = 0; i < results.length; i++) {
        if (results[i] == null) {
          results[i] = new RecordResult.Failed(null, ErrorCode.INDETERMINATE,
              "The broker is stopping; the record may be written.");
        }
      }
      return Arrays.asList(results);
    }

    private synchronized void settle(int index, RecordResult result) {
      results[index] = result;
    }

    /** Indexes of the records by partition, in request order; records that cannot be placed are settled here. */
    private Map<Integer, List<Integer>> place() {
      PartitionChooser chooser = new PartitionChooser(topic.partitions().size(), ThreadLocalRandom.current());
      Map<Integer, List<Integer>> placed = new LinkedHashMap<>();
      for (int i = 0; i < results.length; i++) {
        ProducerRecord record = command.records().get(i);
        Integer partition = chooser.choose(record);
        if (partition == null) {
          settle(i, new RecordResult.Failed(null, ErrorCode.UNKNOWN_PARTITION,
              "Partition " + record.partition() + " not found."));
        } else if (acceptable(i, partition, record)) {
          placed.computeIfAbsent(partition, key -> new ArrayList<>()).add(i);
        }
      }
      return placed;
    }

    private boolean acceptable(int index, int partition, ProducerRecord record) {
      long size = BATCH_OVERHEAD + BatchBuilder.maxRecordSize(record.key(), record.value(), record.headers());
      if (size > maxBatchBytes) {
        settle(index, new RecordResult.Failed(partition, ErrorCode.RECORD_TOO_LARGE,
            "The record takes up to " + size + " bytes in a batch; max.message.bytes is " + maxBatchBytes + "."));
        return false;
      }
      if (compacted && record.key() == null) {
        settle(index, new RecordResult.Failed(partition, ErrorCode.INVALID_REQUEST,
            "The topic is compacted, so every record needs a key."));
        return false;
      }
      Long timestamp = record.timestamp();
      if (timestamp != null && (timestamp < 0 || timestamp > latestTimestamp)) {
        settle(index, new RecordResult.Failed(partition, ErrorCode.INVALID_TIMESTAMP,
            "Timestamp " + timestamp + " is negative or too far in the future."));
        return false;
      }
      return true;
    }

    /** Writes one partition's records in order, in as many parcels as the size limit asks for. */
    private void write(int partition, List<Integer> indexes) {
      ProduceLane lane = lane(new TopicIdPartition(topic.id(), partition));
      int from = 0;
      while (from < indexes.size()) {
        int to = from;
        long size = BATCH_OVERHEAD;
        while (to < indexes.size()) {
          ProducerRecord record = command.records().get(indexes.get(to));
          size += BatchBuilder.maxRecordSize(record.key(), record.value(), record.headers());
          if (to > from && size > maxBatchBytes) {
            break;
          }
          to++;
        }
        boolean written = writeParcel(lane, partition, indexes.subList(from, to), size);
        from = to;
        if (!written) {
          // Later records must not overtake earlier ones that failed.
          skip(partition, indexes.subList(from, indexes.size()));
          return;
        }
      }
    }

    private void skip(int partition, List<Integer> indexes) {
      for (int index : indexes) {
        settle(index, new RecordResult.Failed(partition, ErrorCode.LEADER_NOT_AVAILABLE,
            "Not sent, because earlier records of the request for this partition failed."));
      }
    }

    private boolean writeParcel(ProduceLane lane, int partition, List<Integer> indexes, long size) {
      List<ProducerRecord> records = new ArrayList<>(indexes.size());
      long[] timestamps = new long[indexes.size()];
      for (int i = 0; i < timestamps.length; i++) {
        ProducerRecord record = command.records().get(indexes.get(i));
        Long timestamp = record.timestamp();
        timestamps[i] = timestamp == null ? now : timestamp;
        records.add(record);
      }
      AppendOutcome outcome = lane.write(
          new ProduceLane.Parcel(records, timestamps, size, maxBatchBytes, compression, command.acks(), deadlineMs),
          Math.max(0, deadlineMs - clock.millis()));
      for (int i = 0; i < timestamps.length; i++) {
        settle(indexes.get(i), switch (outcome) {
          case AppendOutcome.Failed failed -> new RecordResult.Failed(partition, failed.code(), failed.message());
          case AppendOutcome.Ok written -> new RecordResult.Written(partition,
              written.baseOffset() < 0 ? -1 : written.baseOffset() + i, timestamps[i]);
        });
      }
      return outcome instanceof AppendOutcome.Ok;
    }
  }
}
