package io.ottla.common.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Seeded records with the awkward cases in them: null and empty keys and values, headers, timestamps out of order. */
final class RandomRecords {
  private RandomRecords() {
  }

  static List<Record> list(Random random, int count) {
    List<Record> records = new ArrayList<>();
    long now = 1_700_000_000_000L + random.nextInt(1_000_000);
    for (int i = 0; i < count; i++) {
      records.add(new Record(i, Math.max(0, now + random.nextInt(20_001) - 10_000), bytes(random, 40),
          bytes(random, 300), headers(random)));
    }
    return records;
  }

  static ByteBuffer batch(List<Record> records) {
    BatchBuilder builder = new BatchBuilder(16);
    for (Record record : records) {
      builder.add(record.timestamp(), record.key(), record.value(), record.headers());
    }
    return builder.build();
  }

  /** A batch of the same keys, times and headers, with values that repeat themselves. */
  static ByteBuffer compressible(List<Record> records) {
    BatchBuilder builder = new BatchBuilder(16);
    for (Record record : records) {
      byte[] value = "{\"order\":%d,\"state\":\"accepted\",\"note\":\"accepted, accepted, accepted\"}"
          .formatted(record.offset()).getBytes(StandardCharsets.UTF_8);
      builder.add(record.timestamp(), record.key(), value, record.headers());
    }
    return builder.build();
  }

  static byte @Nullable [] bytes(Random random, int max) {
    int kind = random.nextInt(5);
    if (kind == 0) {
      return null;
    }
    byte[] bytes = new byte[kind == 1 ? 0 : random.nextInt(max)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static List<Header> headers(Random random) {
    List<Header> headers = new ArrayList<>();
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      headers.add(new Header(random.nextBoolean() ? "" : "schlüssel-" + i, bytes(random, 20)));
    }
    return headers;
  }
}
