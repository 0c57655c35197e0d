package io.ottla.broker.log;

import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.Compression;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.broker.log.port.PartitionMetadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Batches and logs for tests. */
final class Batches {
  static final long NOW = 1_700_000_000_000L;
  static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 2), 0);
  static final PartitionMetadata METADATA = new PartitionMetadata(ID, "orders", new UUID(3, 4));

  private Batches() {
  }

  /** One batch with a record per value. */
  static ByteBuffer of(String... values) {
    BatchBuilder builder = new BatchBuilder(64);
    for (String value : values) {
      builder.add(NOW, null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    return builder.build();
  }

  /** One batch with a record per value, all of them of one time. */
  static ByteBuffer at(long timestamp, String... values) {
    BatchBuilder builder = new BatchBuilder(64);
    for (String value : values) {
      builder.add(timestamp, null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    return builder.build();
  }

  /** One batch of {@code key=value} records; a key alone is a tombstone, a value alone has no key. */
  static ByteBuffer keyed(Compression compression, long timestamp, String... records) {
    BatchBuilder builder = new BatchBuilder(64);
    for (String record : records) {
      int equals = record.indexOf('=');
      String key = equals < 0 ? record : record.substring(0, equals);
      builder.add(timestamp, equals == 0 ? null : key.getBytes(StandardCharsets.UTF_8),
          equals < 0 ? null : record.substring(equals + 1).getBytes(StandardCharsets.UTF_8), List.of());
    }
    return builder.build(compression);
  }

  /** One batch with a record without a timestamp. */
  static ByteBuffer withoutTime(String value) {
    ByteBuffer batch = at(1, value);
    batch.putLong(BatchFormat.BASE_TIMESTAMP, -1);
    batch.putLong(BatchFormat.MAX_TIMESTAMP, -1);
    batch.putInt(BatchFormat.CRC, BatchFormat.computeCrc(batch, 0));
    return batch;
  }

  /** One batch of {@code count} records, each with a value of {@code size} bytes. */
  static ByteBuffer sized(int count, int size) {
    BatchBuilder builder = new BatchBuilder(64);
    for (int i = 0; i < count; i++) {
      builder.add(NOW, null, new byte[size], List.of());
    }
    return builder.build();
  }

  /** One batch of an idempotent producer with a record per value. */
  static ByteBuffer produced(long timestamp, long producerId, int epoch, int sequence, String... values) {
    BatchBuilder builder = new BatchBuilder(64);
    for (String value : values) {
      builder.add(timestamp, value.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    builder.producer(producerId, (short) epoch, sequence);
    return builder.build();
  }

  /** As a leader would send it. */
  static ByteBuffer stamped(ByteBuffer batch, long baseOffset, int epoch) {
    BatchFormat.stamp(batch, 0, baseOffset, epoch);
    return batch;
  }

  static ByteBuffer join(ByteBuffer... batches) {
    int size = 0;
    for (ByteBuffer batch : batches) {
      size += batch.remaining();
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (ByteBuffer batch : batches) {
      all.put(batch.duplicate());
    }
    return all.flip();
  }

  /** The values of all records from the log's start to its end. */
  static List<String> values(PartitionLog log) {
    return values(log, log.logStartOffset(), log.logEndOffset());
  }

  static List<String> values(PartitionLog log, long from, long to) {
    List<String> values = new ArrayList<>();
    long offset = from;
    while (true) {
      LogSlice slice = log.read(offset, 100, to);
      if (slice.isEmpty()) {
        return values;
      }
      for (Record record : RecordBatches.records(slice.readFully(), offset, to)) {
        byte[] value = record.value();
        values.add(value == null ? "null" : new String(value, StandardCharsets.UTF_8));
      }
      offset = slice.nextOffset();
    }
  }
}
