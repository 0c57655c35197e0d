package io.ottla.sim.cluster;

import io.ottla.broker.log.LogSlice;
import io.ottla.broker.log.PartitionLog;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.BatchFormat;
import io.ottla.common.record.Record;
import io.ottla.common.record.RecordBatches;
import io.ottla.sim.InvariantViolation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that ever became true about one partition: its records below the true high watermark T (the largest any legitimate leader had), what
 * clients sent, and what they were told.
 */
final class PartitionHistory {
  private final TopicIdPartition id;
  private final List<Committed> committed = new ArrayList<>();
  private final Map<String, Sent> sent = new HashMap<>();
  private final TreeMap<Integer, Long> latestByEpoch = new TreeMap<>();
  private final Map<Integer, Integer> writers = new HashMap<>();
  private long logStart;
  private long acknowledgedEnd;

  /** A record below T. */
  record Committed(String value, int epoch) {}

  /** What a client knows of something it sent. */
  enum Fate {
    OPEN, ACKNOWLEDGED, REFUSED, UNKNOWN
  }

  /** A record that some client sent. */
  static final class Sent {
    private final long floor;
    private Fate fate = Fate.OPEN;
    private long offset = Long.MIN_VALUE;

    private Sent(long floor) {
      this.floor = floor;
    }

    Fate fate() {
      return fate;
    }

    long offset() {
      return offset;
    }
  }

  PartitionHistory(TopicIdPartition id) {
    this.id = id;
  }

  TopicIdPartition id() {
    return id;
  }

  /** T. */
  long end() {
    return committed.size();
  }

  /** Where the log may start by now, as some leader decided. */
  long logStart() {
    return logStart;
  }

  /** The end of what any client was told to be committed. */
  long acknowledgedEnd() {
    return acknowledgedEnd;
  }

  Committed at(long offset) {
    return committed.get((int) offset);
  }

  // ---- what leaders and followers have

  /** A leader says that everything up to there is committed: it is, from now on (I27). */
  void advance(PartitionLog log, long highWatermark, String who) {
    long before = end();
    if (log.logStartOffset() > before) {
      throw violation("I27", who + " starts at " + log.logStartOffset() + ", beyond T=" + before);
    }
    compareOrAdd(log, before, highWatermark, who, "I26");
    if (end() != highWatermark) {
      throw violation("I27", who + " has a high watermark of " + highWatermark + ", but records up to " + end());
    }
  }

  /** Compares part of a log with what is committed. */
  void compare(PartitionLog log, long from, long to, String who, String invariant) {
    compareOrAdd(log, Math.max(from, log.logStartOffset()), Math.min(to, end()), who, invariant);
  }

  private void compareOrAdd(PartitionLog log, long from, long to, String who, String invariant) {
    long offset = from;
    while (offset < to) {
      LogSlice slice = log.read(offset, 1 << 16, Long.MAX_VALUE);
      if (slice.isEmpty()) {
        throw violation(invariant, who + " has nothing at " + offset + " of " + to);
      }
      ByteBuffer bytes = slice.readFully();
      for (int at = bytes.position(); at < bytes.limit() && offset < to; at += BatchFormat.sizeInBytes(bytes, at)) {
        int epoch = BatchFormat.partitionLeaderEpoch(bytes, at);
        ByteBuffer batch = bytes.slice(at, BatchFormat.sizeInBytes(bytes, at));
        for (Record one : RecordBatches.records(batch, offset, to)) {
          check(one, epoch, who, invariant);
        }
        offset = BatchFormat.lastOffset(bytes, at) + 1;
      }
    }
  }

  private void check(Record one, int epoch, String who, String invariant) {
    var found = new Committed(value(one), epoch);
    if (one.offset() == end()) {
      add(found, who);
    } else if (one.offset() > end() || !at(one.offset()).equals(found)) {
      throw violation(invariant, who + " has " + found + " at " + one.offset() + ", committed is "
          + (one.offset() > end() ? "nothing before it" : at(one.offset())));
    }
  }

  private void add(Committed next, String who) {
    Sent known = sent.get(next.value());
    if (known == null) {
      throw violation("I35", who + " has " + next + ", which nobody sent");
    }
    if (known.fate == Fate.REFUSED) {
      throw violation("I37", who + " has " + next + ", which was refused");
    }
    // What a log no longer has, it may no longer know; a replica that began after it never did (P38).
    if (known.offset >= logStart) {
      throw violation("I36", who + " has " + next + " at " + end() + ", and at " + known.offset);
    }
    if (!committed.isEmpty() && committed.getLast().epoch() > next.epoch()) {
      throw violation("I30", who + ": epoch falls from " + committed.getLast() + " to " + next);
    }
    known.offset = end();
    committed.add(next);
  }

  /** Some leader let go of everything before this offset (P40). */
  void mayStartAt(long offset) {
    if (offset > end()) {
      throw violation("P40", "a leader lets go of everything before " + offset + ", T is " + end());
    }
    logStart = Math.max(logStart, offset);
  }

  /** I30: one writer in an epoch. */
  void wrote(int brokerId, int epoch) {
    Integer writer = writers.putIfAbsent(epoch, brokerId);
    if (writer != null && writer != brokerId) {
      throw violation("I30", "brokers " + writer + " and " + brokerId + " both write in epoch " + epoch);
    }
  }

  // ---- what clients do and hear

  /** A client sends a record. */
  void sends(String value) {
    sent.put(value, new Sent(acknowledgedEnd));
  }

  /** The client was told where its record is (I34, I38). */
  void acknowledged(String value, long offset) {
    Sent one = known(value);
    one.fate = Fate.ACKNOWLEDGED;
    if (offset >= end() || !at(offset).value().equals(value)) {
      throw violation("I34", value + " was acknowledged at " + offset + ", where "
          + (offset >= end() ? "nothing is committed" : at(offset) + " is"));
    }
    if (offset < one.floor) {
      throw violation("I38", value + " was sent after " + one.floor + " were acknowledged, and is at " + offset);
    }
    acknowledgedEnd = Math.max(acknowledgedEnd, offset + 1);
  }

  /** The client was told that its record was certainly not written (I37). */
  void refused(String value) {
    Sent one = known(value);
    one.fate = Fate.REFUSED;
    if (one.offset != Long.MIN_VALUE) {
      throw violation("I37", value + " is committed at " + one.offset + ", and was refused");
    }
  }

  /** The client knows nothing. */
  void unknown(String value) {
    known(value).fate = Fate.UNKNOWN;
  }

  private Sent known(String value) {
    Sent one = sent.get(value);
    if (one == null) {
      throw new IllegalStateException(value + " was never sent");
    }
    return one;
  }

  /** A client got these records (I32, I35, I40 to I42). */
  void read(long startOffset, List<Record> records, String from) {
    long expected = startOffset;
    for (Record one : records) {
      if (one.offset() != expected) {
        throw violation("I41", from + " gives " + one.offset() + " where " + expected + " should be");
      }
      if (expected >= end()) {
        throw violation("I42", from + " gives out " + value(one) + " at " + expected + ", T is " + end());
      }
      if (!at(expected).value().equals(value(one))) {
        throw violation("I40", from + " gives " + value(one) + " at " + expected + ", committed is " + at(expected));
      }
      expected++;
    }
  }

  /** A leader said where its log ends for readers (I44), to a client that knew of acknowledged records when it asked (I43). */
  void latest(int epoch, long highWatermark, boolean isCurrent, long known) {
    long before = latestByEpoch.headMap(epoch).values().stream().mapToLong(Long::longValue).max().orElse(0);
    if (highWatermark < before) {
      throw violation("I44", "epoch " + epoch + " ends at " + highWatermark + ", an earlier one at " + before);
    }
    if (isCurrent && highWatermark < known) {
      throw violation("I43", "the leader ends at " + highWatermark + ", acknowledged before was " + known);
    }
    latestByEpoch.merge(epoch, highWatermark, Math::max);
  }

  static String value(Record one) {
    byte[] value = one.value();
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  InvariantViolation violation(String invariant, String what) {
    return new InvariantViolation(invariant, "partition " + id + ": " + what);
  }
}
