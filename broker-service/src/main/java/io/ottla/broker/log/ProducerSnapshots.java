package io.ottla.broker.log;

import io.ottla.broker.log.port.PartitionDirectory;
import io.ottla.broker.log.port.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files in which a log notes what it knew of its producers at some offset, so that a start or a deep truncation need not read all batches
 * (P38, P42). They are hints and never forced: one that is torn, damaged, beyond the log's end, or of another history is ignored. Of which
 * history it is says the leader epoch of the record before its offset, since equal offset and epoch mean equal logs up to there. Stateless.
 */
final class ProducerSnapshots {
  /** The newest ones kept: should the last be unusable, there is another. */
  static final int KEPT = 3;
  private static final String KIND = "producers";

  private ProducerSnapshots() {
  }

  /**
   * A snapshot.
   *
   * @param offset it is of the batches below it
   * @param epochBefore leader epoch of the record before the offset, -1 if there was none
   */
  record Snapshot(long offset, int epochBefore, ProducerStates states) {}

  /** Offsets of the snapshots there are, ascending. */
  static long[] offsets(PartitionDirectory directory) throws IOException {
    return SegmentNames.baseOffsets(directory.list(), SegmentNames.PRODUCERS_SUFFIX);
  }

  /** Writes a snapshot, not durably, and removes those it makes superfluous. */
  static void write(PartitionDirectory directory, Snapshot snapshot) throws IOException {
    try (SegmentFile file = directory.open(SegmentNames.producers(snapshot.offset()))) {
      if (file.size() > 0) {
        file.truncate(0);
      }
      file.append(ByteBuffer.wrap(CheckpointText.encode(KIND, lines(snapshot))));
    }
    long[] offsets = offsets(directory);
    for (int i = 0; i < offsets.length - KEPT; i++) {
      directory.delete(SegmentNames.producers(offsets[i]));
    }
  }

  private static List<String> lines(Snapshot snapshot) {
    List<String> lines = new ArrayList<>();
    lines.add(snapshot.offset() + " " + snapshot.epochBefore() + " " + snapshot.states().clock());
    snapshot.states().entries().forEach((id, entry) -> {
      StringBuilder line = new StringBuilder().append(id).append(' ').append(entry.epoch());
      for (ProducerBatch batch : entry.batches()) {
        line.append(' ').append(batch.firstSequence()).append(' ').append(batch.lastSequence()).append(' ')
            .append(batch.firstOffset()).append(' ').append(batch.lastOffset()).append(' ').append(batch.timestamp());
      }
      lines.add(line.toString());
    });
    return lines;
  }

  /** The snapshot at an offset, or null if it is not whole. */
  static @Nullable Snapshot read(PartitionDirectory directory, long offset) throws IOException {
    byte[] content;
    try (SegmentFile file = directory.open(SegmentNames.producers(offset))) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(bytes, 0);
      content = bytes.array();
    }
    List<String> lines = CheckpointText.decode(KIND, content);
    return lines == null || lines.isEmpty() ? null : parse(lines, offset);
  }

  private static @Nullable Snapshot parse(List<String> lines, long offset) {
    String[] head = lines.getFirst().split(" ", -1);
    if (head.length != 3 || Long.parseLong(head[0]) != offset) {
      return null;
    }
    Map<Long, ProducerEntry> entries = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(" ", -1);
      List<ProducerBatch> batches = new ArrayList<>();
      for (int at = 2; at < fields.length; at += 5) {
        batches.add(new ProducerBatch(Integer.parseInt(fields[at]), Integer.parseInt(fields[at + 1]),
            Long.parseLong(fields[at + 2]), Long.parseLong(fields[at + 3]), Long.parseLong(fields[at + 4])));
      }
      entries.put(Long.parseLong(fields[0]), new ProducerEntry(Short.parseShort(fields[1]), batches));
    }
    return new Snapshot(offset, Integer.parseInt(head[1]), ProducerStates.of(entries, Long.parseLong(head[2])));
  }

  /** Removes snapshots beyond an offset; durable on return, so that none of them comes back when the log has grown past them again. */
  static void deleteBeyond(PartitionDirectory directory, long offset) throws IOException {
    boolean any = false;
    for (long one : offsets(directory)) {
      if (one > offset) {
        directory.delete(SegmentNames.producers(one));
        any = true;
      }
    }
    if (any) {
      directory.force();
    }
  }

  /** Removes all snapshots; the caller forces the directory. */
  static void deleteAll(PartitionDirectory directory) throws IOException {
    for (long offset : offsets(directory)) {
      directory.delete(SegmentNames.producers(offset));
    }
  }
}
