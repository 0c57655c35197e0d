package io.ottla.broker.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.tools.DumpLogSegments;
import org.jspecify.annotations.Nullable;

/** Kafka's own dump tool, in this process, and what it prints made comparable. */
final class DumpTool {
  private static final Pattern BATCH = Pattern
      .compile("baseOffset: (?<base>\\d+) lastOffset: (?<last>\\d+) count: (?<count>\\d+)"
          + " baseSequence: (?<sequence>-?\\d+) lastSequence: -?\\d+ producerId: (?<id>-?\\d+) producerEpoch: (?<producerEpoch>-?\\d+)"
          + " partitionLeaderEpoch: (?<epoch>\\d+) isTransactional: (?:true|false) isControl: (?<control>true|false)"
          + " deleteHorizonMs: (?<horizon>\\S+) position: (?<position>\\d+) CreateTime: (?<time>-?\\d+) size: (?<size>\\d+) magic: 2"
          + " compresscodec: (?<codec>\\w+) crc: \\d+ isvalid: (?<valid>true|false)");
  private static final Pattern RECORD = Pattern
      .compile("\\| offset: (?<offset>\\d+) CreateTime: (?<time>-?\\d+) keySize: (?<keySize>-?\\d+)"
          + " valueSize: (?<valueSize>-?\\d+) sequence: (?<sequence>-?\\d+) headerKeys: \\[(?<headers>[^]]*)](?<marker> endTxnMarker.*)?"
          + "(?: key: (?<key>\\S*))?(?: payload: (?<value>\\S*))?");

  private DumpTool() {
  }

  /** What a run printed. */
  record Output(List<String> out, List<String> err) {
    List<Batch> batches() {
      List<Batch> batches = new ArrayList<>();
      for (String line : out) {
        if (line.startsWith("baseOffset")) {
          batches.add(Batch.of(match(BATCH, line)));
        }
      }
      return batches;
    }

    /** All records with what their batches say of them. */
    List<Dumped> records() {
      List<Dumped> records = new ArrayList<>();
      Batch batch = null;
      for (String line : out) {
        if (line.startsWith("baseOffset")) {
          batch = Batch.of(match(BATCH, line));
        } else if (line.startsWith("|")) {
          records.add(Dumped.of(match(RECORD, line), Objects.requireNonNull(batch)));
        }
      }
      return records;
    }

    /** Lines of the output that neither tell of batches nor of records, without the name of a directory. */
    List<String> remarks() {
      return out.stream().filter(line -> !line.startsWith("baseOffset") && !line.startsWith("|"))
          .map(DumpTool::withoutDirectory).toList();
    }

    /** Complaints, without the name of a directory. */
    List<String> complaints() {
      return err.stream().map(DumpTool::withoutDirectory).toList();
    }
  }

  /** A line about a batch. */
  record Batch(long baseOffset, long lastOffset, int count, int baseSequence, long producerId, int producerEpoch,
      int leaderEpoch, boolean control, boolean hasHorizon, int position, long maxTimestamp, int size, String codec,
      boolean valid) {
    private static Batch of(Matcher line) {
      return new Batch(number(line, "base"), number(line, "last"), (int) number(line, "count"),
          (int) number(line, "sequence"), number(line, "id"), (int) number(line, "producerEpoch"),
          (int) number(line, "epoch"), text(line, "control").equals("true"),
          !text(line, "horizon").equals("OptionalLong.empty"), (int) number(line, "position"), number(line, "time"),
          (int) number(line, "size"), text(line, "codec"), text(line, "valid").equals("true"));
    }
  }

  /** A line about a record, with what the line of its batch said. */
  record Dumped(long offset, long timestamp, @Nullable String key, @Nullable String value, List<String> headers,
      int sequence, long producerId, int producerEpoch, int leaderEpoch, String codec) {
    private static Dumped of(Matcher line, Batch batch) {
      List<String> headers = text(line, "headers").isEmpty() ? List.of()
          : List.of(text(line, "headers").split(",", -1));
      Dumped dumped = new Dumped(number(line, "offset"), number(line, "time"), line.group("key"), line.group("value"),
          headers, (int) number(line, "sequence"), batch.producerId(), batch.producerEpoch(), batch.leaderEpoch(),
          batch.codec());
      if (line.group("marker") == null) {
        assertThat(length(dumped.key())).as(line.group()).isEqualTo(number(line, "keySize"));
        assertThat(length(dumped.value())).as(line.group()).isEqualTo(number(line, "valueSize"));
      }
      return dumped;
    }

    Dumped withCodec(String other) {
      return new Dumped(offset, timestamp, key, value, headers, sequence, producerId, producerEpoch, leaderEpoch,
          other);
    }

    private static long length(@Nullable String text) {
      return text == null ? -1 : text.getBytes(UTF_8).length;
    }
  }

  private static Matcher match(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher;
  }

  private static String text(Matcher line, String group) {
    return Objects.requireNonNull(line.group(group));
  }

  private static long number(Matcher line, String group) {
    return Long.parseLong(text(line, group));
  }

  private static String withoutDirectory(String line) {
    return line.replaceAll("\\S*/", "");
  }

  /** Runs the tool over some files; an exception of its goes to the caller. */
  static Output run(Collection<Path> files, String... options) throws IOException {
    String names = files.stream().map(Path::toString).collect(Collectors.joining(","));
    String[] words = Stream.concat(Stream.of("--files", names), Stream.of(options)).toArray(String[]::new);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream complained = new ByteArrayOutputStream();
    try (PrintStream toOut = new PrintStream(printed, false, UTF_8);
        PrintStream toErr = new PrintStream(complained, false, UTF_8)) {
      System.setOut(toOut);
      System.setErr(toErr);
      DumpLogSegments.main(words);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new Output(printed.toString(UTF_8).lines().toList(), complained.toString(UTF_8).lines().toList());
  }
}
