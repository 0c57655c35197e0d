package io.ottla.broker.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.log.Cleaning;
import io.ottla.broker.log.CleaningLimits;
import io.ottla.broker.log.Compaction;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.storage.DumpTool.Batch;
import io.ottla.broker.storage.DumpTool.Dumped;
import io.ottla.broker.storage.DumpTool.Output;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.record.Compression;
import io.ottla.common.record.Header;
import io.ottla.common.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kafka's dump tool reads segments and indexes as they lie on the disk, finds every record in them, and has nothing to complain about. */
class KafkaDumpToolTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final LogConfig CONFIG = new LogConfig(20_000, 1_000, new AppendLimits(100_000, 100_000));
  private static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 1), 0);
  private static final long PRODUCER = (1L << 40) + 7;

  @TempDir
  private Path root;

  private final Random random = new Random(42);
  private final BatchBuilder builder = new BatchBuilder(100);
  private final List<Dumped> expected = new ArrayList<>();
  private LogStore store;
  private PartitionLog log;

  @BeforeEach
  void open() throws IOException {
    store = new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
    store.start();
    log = store.create(new PartitionMetadata(ID, "orders", new UUID(2, 2)));
    log.recordEpochStart(1);
  }

  private void openAgain() throws IOException {
    store = new LogStore(NioLogDirectory.open(root, "cluster", 1, new UUID(9, 9)), CONFIG);
    assertThat(store.start().isDamaged()).isFalse();
    log = store.log(ID).orElseThrow();
  }

  // ---- writing

  private @Nullable String text(String prefix, int length) {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1 -> "";
      default -> prefix + "-é".repeat(random.nextInt(length));
    };
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  private void add(List<Dumped> into, long timestamp, @Nullable String key, @Nullable String value, int firstSequence) {
    List<Header> headers = random.nextInt(3) == 0
        ? List.of(new Header("trace", new byte[3]), new Header("", null))
        : List.of();
    builder.add(timestamp, bytes(key), bytes(value), headers);
    boolean idempotent = firstSequence >= 0;
    int sequence = idempotent ? (int) ((firstSequence + (long) into.size()) & Integer.MAX_VALUE) : -1;
    into.add(new Dumped(log.logEndOffset() + into.size(), timestamp, key, value,
        headers.stream().map(Header::key).toList(), sequence, idempotent ? PRODUCER : -1, idempotent ? 3 : -1,
        log.latestEpoch(), ""));
  }

  private void append(List<Dumped> batch, Compression type, int firstSequence) {
    if (firstSequence >= 0) {
      builder.producer(PRODUCER, (short) 3, firstSequence);
    }
    ByteBuffer built = builder.build(type);
    // A batch that compression would make larger is stored as it is.
    String codec = RecordBatches.verified(built).getFirst().compression().name().toLowerCase(Locale.ROOT);
    log.appendAsLeader(built, log.latestEpoch(), NOW);
    batch.forEach(one -> expected.add(one.withCodec(codec)));
    builder.reset();
  }

  /** Batches of up to six records whose times go up and down a little. */
  private void appendSome(int batches, Compression type) {
    for (int i = 0; i < batches; i++) {
      List<Dumped> batch = new ArrayList<>();
      for (int r = random.nextInt(6); r >= 0; r--) {
        add(batch, NOW + expected.size() * 10L + random.nextInt(200), text("k", 9), text("v", 90), -1);
      }
      append(batch, type, -1);
    }
  }

  private void clean(long nowMs) {
    CleaningLimits limits = new CleaningLimits(1 << 20, bytes -> true);
    Cleaning cleaning = log.beginCleaning(log.logEndOffset(), nowMs, limits).orElseThrow();
    while (cleaning.hasNext()) {
      assertThat(log.swap(log.cleanNext(cleaning).orElseThrow())).isTrue();
    }
    log.finishCleaning(cleaning);
  }

  /** What is expected shrinks to the offsets of these; the codec of a batch that lost records may have become none. */
  private void keep(List<Dumped> left) {
    Map<Long, Dumped> byOffset = new TreeMap<>();
    left.forEach(one -> byOffset.put(one.offset(), one));
    assertThat(byOffset).hasSameSizeAs(left);
    expected.removeIf(one -> !byOffset.containsKey(one.offset()));
    expected.replaceAll(one -> Objects.requireNonNull(byOffset.get(one.offset())).codec().equals("none")
        ? one.withCodec("none")
        : one);
  }

  // ---- reading

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(ID.topicId() + "-0"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private List<Path> indexes() throws IOException {
    return Stream.concat(files(".index").stream(), files(".timeindex").stream()).toList();
  }

  /** What the tool says when one record does not follow another: in any log that was compacted, and at the start of any segment but the first. */
  private static List<String> jumps(List<Path> segments, List<Dumped> records) {
    List<String> jumps = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      long from = baseOffset(segments.get(i));
      long to = i + 1 < segments.size() ? baseOffset(segments.get(i + 1)) : Long.MAX_VALUE;
      List<String> inSegment = new ArrayList<>();
      long before = -1;
      for (Dumped one : records.stream().filter(one -> one.offset() >= from && one.offset() < to).toList()) {
        if (one.offset() != before + 1) {
          inSegment.add("  " + before + " is followed by " + one.offset());
        }
        before = one.offset();
      }
      if (!inSegment.isEmpty()) {
        jumps.add("Non-consecutive offsets in " + segments.get(i).getFileName());
        jumps.addAll(inSegment);
      }
    }
    return jumps;
  }

  private static long baseOffset(Path segment) {
    return Long.parseLong(String.valueOf(segment.getFileName()).substring(0, 20));
  }

  /** Runs the tool in all its ways over all files of the log. */
  private List<Batch> assertTheToolAgrees(int segments) throws IOException {
    List<Path> logs = files(".log");
    assertThat(logs).hasSizeGreaterThanOrEqualTo(segments);
    Output data = DumpTool.run(logs, "--deep-iteration", "--print-data-log");
    List<Dumped> records = data.records();
    for (int i = 0; i < Math.min(records.size(), expected.size()); i++) {
      assertThat(records.get(i)).isEqualTo(expected.get(i));
    }
    assertThat(records).hasSameSizeAs(expected);
    assertThat(data.complaints()).containsExactlyInAnyOrderElementsOf(jumps(logs, expected));
    assertThat(data.remarks()).isEqualTo(logs.stream().flatMap(file -> Stream.of("Dumping " + file.getFileName(),
        "Log starting offset: " + baseOffset(file))).toList());
    List<Batch> batches = data.batches();
    long next = 0;
    for (Batch batch : batches) {
      assertThat(batch.valid()).as("%s", batch).isTrue();
      assertThat(batch.baseOffset()).isEqualTo(next);
      next = batch.lastOffset() + 1;
    }
    assertThat(next).isEqualTo(log.logEndOffset());
    assertThat(DumpTool.run(logs).batches()).isEqualTo(batches);
    assertTheIndexesAreSound();
    return batches;
  }

  private void assertTheIndexesAreSound() throws IOException {
    Output sanity = DumpTool.run(indexes(), "--index-sanity-check");
    assertThat(sanity.complaints()).isEmpty();
    for (Path index : indexes()) {
      boolean empty = Files.size(index) == 0 && index.toString().endsWith(".index");
      assertThat(sanity.remarks()).contains(index.getFileName() + (empty ? " is empty." : " passed sanity check."));
    }
    Output verified = DumpTool.run(indexes(), "--verify-index-only");
    assertThat(verified.complaints()).isEmpty();
    Output entries = DumpTool.run(indexes());
    assertThat(entries.complaints()).isEmpty();
    assertThat(entries.out()).filteredOn(line -> line.startsWith("offset: ")).hasSize(entryCount(".index", 8));
    assertThat(entries.out()).filteredOn(line -> line.startsWith("timestamp: ")).hasSize(entryCount(".timeindex", 12));
    assertThat(entries.out()).filteredOn(line -> line.startsWith("offset: ")).hasSizeGreaterThan(5);
    assertThat(entries.out()).filteredOn(line -> line.startsWith("timestamp: ")).hasSizeGreaterThan(2);
  }

  private int entryCount(String suffix, int bytes) throws IOException {
    long size = 0;
    for (Path file : files(suffix)) {
      size += Files.size(file);
    }
    assertThat(size % bytes).isZero();
    return (int) (size / bytes);
  }

  // ---- what it finds

  @Test
  void everyRecordOfALogOfSeveralSegmentsAndEpochsIsThere() throws IOException {
    for (int epoch = 2; epoch < 8; epoch++) {
      log.recordEpochStart(epoch);
      appendSome(50, Compression.NONE);
    }
    store.closeCleanly(1);
    assertTheToolAgrees(4);
  }

  @Test
  void aLogInUseIsReadAsItIs() throws IOException {
    appendSome(300, Compression.NONE);
    assertTheToolAgrees(4);
    store.close();
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
  void batchesOfAnIdempotentProducerAreReadInEveryCompression(Compression type) throws IOException {
    int sequence = Integer.MAX_VALUE - 40;
    for (int i = 0; i < 500; i++) {
      List<Dumped> batch = new ArrayList<>();
      for (int r = random.nextInt(20); r >= 0; r--) {
        add(batch, NOW + i * 10L + random.nextInt(200), "key-" + random.nextInt(1_000), text("v", 40), sequence);
      }
      append(batch, type, sequence);
      sequence = (int) (((long) sequence + batch.size()) & Integer.MAX_VALUE);
    }
    store.closeCleanly(1);
    List<Batch> batches = assertTheToolAgrees(3);
    assertThat(batches).allMatch(batch -> batch.producerId() == PRODUCER);
    assertThat(batches).filteredOn(batch -> batch.codec().equals(type.name().toLowerCase(Locale.ROOT)))
        .hasSizeGreaterThan(400);
  }

  @Test
  void whatCompactionLeavesIsSound() throws IOException {
    log.updateConfig(CONFIG.withCompaction(new Compaction(0, 2_000, 0)));
    Compression[] types = Compression.values();
    int sequence = 0;
    for (int round = 0; round < 3; round++) {
      log.recordEpochStart(round + 2);
      for (int i = 0; i < 600; i++) {
        List<Dumped> batch = new ArrayList<>();
        Compression type = types[random.nextInt(5)];
        int first = i % 5 == 0 ? sequence : -1;
        for (int r = random.nextInt(4); r >= 0; r--) {
          String value = random.nextInt(8) == 0 ? null : "value-" + "x".repeat(random.nextInt(30)) + i;
          add(batch, NOW + round * 1_000L + i, "key-" + random.nextInt(60), value, first);
        }
        append(batch, type, first);
        sequence += first < 0 ? 0 : batch.size();
      }
      clean(NOW + (round + 1) * 1_000L);
    }
    store.closeCleanly(1);
    Map<String, Dumped> newest = new TreeMap<>();
    expected.forEach(one -> newest.put(Objects.requireNonNull(one.key()), one));
    // The tool says which records are left; that they are the right ones is that each key's newest is among them, unless it was deleted.
    List<Dumped> left = DumpTool.run(files(".log"), "--print-data-log").records();
    assertThat(left).extracting(Dumped::offset)
        .containsAll(newest.values().stream().filter(one -> one.value() != null).map(Dumped::offset).toList());
    assertThat(left.size()).isBetween(1, expected.size() / 2);
    keep(left);
    List<Batch> batches = assertTheToolAgrees(2);
    assertThat(batches).anyMatch(Batch::hasHorizon);
    assertThat(batches).anyMatch(batch -> batch.count() == 0 && batch.producerId() < 0);
  }

  /** The last batch of a producer stays as a header (P38); its time is not one of any record. */
  @Test
  void aHeaderThatStayedForItsProducerDoesNotDisturbTheTimes() throws IOException {
    log.updateConfig(CONFIG.withCompaction(new Compaction(0, 2_000, 0)));
    for (int i = 0; i < 400; i++) {
      List<Dumped> batch = new ArrayList<>();
      int first = i == 50 ? 0 : -1;
      add(batch, i == 50 ? NOW + 100_000 : NOW + i, i == 50 ? "late" : "key-" + i, "v".repeat(100), first);
      append(batch, Compression.NONE, first);
    }
    List<Dumped> again = new ArrayList<>();
    add(again, NOW + 500, "late", "again", -1);
    append(again, Compression.NONE, -1);
    appendSome(200, Compression.NONE);
    clean(NOW + 200_000);
    keep(DumpTool.run(files(".log"), "--print-data-log").records());
    assertThat(expected).extracting(Dumped::key).contains("late", "key-51");
    assertThat(expected).extracting(Dumped::offset).doesNotContain(50L);
    store.closeCleanly(1);
    assertThat(assertTheToolAgrees(2)).anyMatch(batch -> batch.count() == 0 && batch.producerId() == PRODUCER);
    openAgain();
    store.closeCleanly(2);
    assertTheToolAgrees(2);
  }

  @Test
  void whatRecoveryAndTruncationLeaveIsSound() throws IOException {
    appendSome(400, Compression.NONE);
    appendSome(200, Compression.ZSTD);
    log.flush();
    store.close();
    Path last = files(".log").getLast();
    Files.write(last, new byte[500], StandardOpenOption.APPEND);
    for (Path index : indexes()) {
      if (!String.valueOf(index.getFileName()).startsWith("00000000000000000000")) {
        Files.write(index, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      }
    }
    openAgain();
    assertThat(log.logEndOffset()).isEqualTo(expected.size());
    assertTheToolAgrees(4);

    appendSome(50, Compression.LZ4);
    long cut = log.truncateTo(baseOffset(files(".log").get(2)) + 30, 0);
    expected.removeIf(one -> one.offset() >= cut);
    assertThat(expected).hasSize((int) cut);
    assertTheToolAgrees(3);

    log.recordEpochStart(2);
    appendSome(200, Compression.SNAPPY);
    store.closeCleanly(1);
    assertTheToolAgrees(4);
  }

  /** Nobody writes them here, but a follower takes what its leader has. */
  @Test
  void aControlBatchIsShownAsWhatItIs() throws IOException {
    MemoryRecords marker = MemoryRecords.withEndTransactionMarker(0, NOW, 1, PRODUCER, (short) 3,
        new EndTransactionMarker(ControlRecordType.COMMIT, 5));
    log.appendAsFollower(marker.buffer(), 1);
    store.closeCleanly(1);
    Output output = DumpTool.run(files(".log"), "--print-data-log");
    assertThat(output.batches()).singleElement().matches(batch -> batch.control() && batch.valid());
    assertThat(output.out()).last().asString().endsWith("endTxnMarker: COMMIT coordinatorEpoch: 5");
  }

  // ---- and that it would find something

  private void spoil(Path file, long at, byte... bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.position(at).write(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void theToolComplainsAboutAnIndexEntryThatPointsElsewhere() throws IOException {
    appendSome(100, Compression.NONE);
    store.closeCleanly(1);
    Path index = files(".index").getFirst();
    ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(index));
    int offset = entries.getInt(8);
    spoil(index, 8, ByteBuffer.allocate(4).putInt(offset - 1).array());
    Output output = DumpTool.run(indexes(), "--verify-index-only");
    assertThat(output.complaints()).containsExactly("Mismatches in " + index.getFileName(),
        "  Index offset: " + (offset - 1) + ", log offset: " + offset);
  }

  @Test
  void theToolComplainsAboutATimeThatIsNotTheBatchs() throws IOException {
    appendSome(100, Compression.NONE);
    store.closeCleanly(1);
    Path index = files(".timeindex").getFirst();
    long timestamp = ByteBuffer.wrap(Files.readAllBytes(index)).getLong(12);
    spoil(index, 12, ByteBuffer.allocate(8).putLong(timestamp - 1).array());
    Output output = DumpTool.run(indexes(), "--verify-index-only");
    assertThat(output.complaints()).containsExactly("Found timestamp mismatch in " + index.getFileName(),
        "  Index timestamp: " + (timestamp - 1) + ", log timestamp: " + timestamp);
  }

  @Test
  void theToolComplainsAboutAnIndexThatEndsBelowItsBase() throws IOException {
    appendSome(100, Compression.NONE);
    store.closeCleanly(1);
    Path index = files(".index").getFirst();
    spoil(index, Files.size(index) - 8, (byte) 0xff);
    assertThat(failure(List.of(index), "--index-sanity-check")).hasMessageContaining("Corrupt index found");
  }

  private static Throwable failure(Collection<Path> files, String... options) throws IOException {
    try {
      throw new AssertionError("the tool is content: " + DumpTool.run(files, options));
    } catch (RuntimeException e) {
      return e;
    }
  }

  @Test
  void theToolComplainsAboutAFlippedByteAndAboutBytesBehindTheEnd() throws IOException {
    appendSome(20, Compression.NONE);
    store.closeCleanly(1);
    Path segment = files(".log").getFirst();
    Batch rotten = DumpTool.run(List.of(segment)).batches().get(3);
    // In its base timestamp, which may be anything: only the checksum tells.
    spoil(segment, rotten.position() + 30L, (byte) 1);
    Files.write(segment, new byte[7], StandardOpenOption.APPEND);
    Output output = DumpTool.run(List.of(segment));
    assertThat(output.batches()).filteredOn(batch -> !batch.valid()).extracting(Batch::position)
        .containsExactly(rotten.position());
    assertThat(output.remarks()).last().asString().isEqualTo("Found 7 invalid bytes at the end of " + segment
        .getFileName());
  }
}
