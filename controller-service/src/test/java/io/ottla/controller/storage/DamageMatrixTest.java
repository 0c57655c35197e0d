package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.fault.NodeFaults;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of file of a controller times every kind of damage, on real files (Q41, Q44, Q45): the start heals, and what is then there is
 * all that had been, or it refuses. The operators' page has the same table.
 */
final class DamageMatrixTest {
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(5, 6));
  private static final VoterSet VOTERS = new VoterSet(List.of(new Voter(SELF, "one.example", 9090)));
  private static final int PAYLOAD_BYTES = 20;
  private static final int FRAME_BYTES = Frame.HEADER_BYTES + PAYLOAD_BYTES;
  private static final int ENTRIES_A_SEGMENT = 10;
  private static final int SEGMENT_BYTES = SegmentHeader.BYTES + ENTRIES_A_SEGMENT * FRAME_BYTES;
  private static final int LAST = 60;
  private static final SnapshotId OLDER = new SnapshotId(20, 3);
  private static final SnapshotId NEWEST = new SnapshotId(40, 3);

  private static final String START = "<!-- damage: written by mvn -pl controller-service test -Dottla.golden=update -->";
  private static final String END = "<!-- /damage -->";

  /** What a directory holds before it is damaged: entries 1 to 60 of term 3, each forced, in segments of ten. */
  enum Before {
    /** No snapshot was ever taken. */
    LOG_ONLY(0),
    /** Snapshots up to 20 and 40, and the log from 11 on: it reaches back to both. */
    BOTH_REACHED(12),
    /** The same, and the log from 31 on: the older snapshot does not help it. */
    NEWEST_REACHED(30);

    private final int dropped;

    Before(int dropped) {
      this.dropped = dropped;
    }
  }

  /** What a start does. */
  sealed interface Outcome {
    /**
     * It starts.
     *
     * @param snapshot last index of the newest snapshot then, 0 for none
     */
    record Heals(long snapshot, long firstIndex, long lastIndex) implements Outcome {}

    /**
     * It does not.
     *
     * @param fragment of the message, which also names the file and the repair
     */
    record Refuses(String fragment) implements Outcome {}
  }

  /**
   * One kind of file.
   *
   * @param what in the operators' words
   * @param hint the entry up to which the durable hint speaks, 50 when it is older than the end
   * @param position of the damage, -1 for the middle
   * @param outcomes by damage, in its order
   */
  record Row(String what, Before before, int hint, String file, long position, List<Outcome> outcomes) {}

  private static Outcome heals(long snapshot, long firstIndex, long lastIndex) {
    return new Outcome.Heals(snapshot, firstIndex, lastIndex);
  }

  private static Outcome refuses(String fragment) {
    return new Outcome.Refuses(fragment);
  }

  private static long inFrameOf(long index) {
    return SegmentHeader.BYTES + (index - 1) % ENTRIES_A_SEGMENT * FRAME_BYTES + 20;
  }

  private static List<Row> rows() {
    Outcome all = heals(40, 11, 60);
    Outcome older = heals(20, 11, 60);
    Outcome inHint = refuses("had been forced to disk (durable hint 60)");
    Outcome saidLater = refuses("index 55 had been forced to disk (entry ");
    Outcome noLast = refuses("00000000000000000051.log is missing: it was the newest segment of the log");
    Outcome notLast = refuses("it is not the last segment");
    Outcome noDigest = refuses(
        "does not match its digest, and entries 21 to 30 are neither in the log nor in a snapshot");
    Outcome noVote = refuses("is damaged; a voter that forgets its vote can vote twice");
    Outcome noIdentity = refuses("is damaged: its checksum is wrong");
    return List.of(
        new Row("end of the log; the hint knows that it was forced", Before.BOTH_REACHED, 60, Segment.name(51),
            inFrameOf(60), List.of(inHint, inHint, inHint, noLast)),
        new Row("end of the log; nothing tells that it was forced", Before.BOTH_REACHED, 50, Segment.name(51),
            inFrameOf(60), List.of(heals(40, 11, 59), heals(40, 11, 59), heals(40, 11, 59), noLast)),
        new Row("last segment before its end; the hint is older", Before.BOTH_REACHED, 50, Segment.name(51),
            inFrameOf(55), List.of(heals(40, 11, 54), saidLater, saidLater, noLast)),
        new Row("an older segment", Before.BOTH_REACHED, 60, Segment.name(41), inFrameOf(45), List.of(notLast, notLast,
            notLast, refuses("begins after a gap: the segment before it ends at entry 40"))),
        new Row("the oldest segment; the newest snapshot has all of it", Before.BOTH_REACHED, 60, Segment.name(11),
            inFrameOf(15), List.of(notLast, notLast, notLast, heals(40, 21, 60))),
        new Row("the oldest segment; no snapshot", Before.LOG_ONLY, 60, Segment.name(1), inFrameOf(5),
            List.of(notLast, notLast, notLast, refuses("entries 1 to 10 are neither in the log nor in a snapshot"))),
        new Row("`quorum-state`", Before.BOTH_REACHED, 60, FileQuorumStateStore.NAME, -1,
            List.of(noVote, noVote, noVote, refuses("is missing, although the directory is formatted"))),
        new Row("newest snapshot; the log reaches back to the older one", Before.BOTH_REACHED, 60,
            SnapshotName.of(NEWEST), -1, List.of(older, older, older, older)),
        new Row("newest snapshot; the log begins after the older one", Before.NEWEST_REACHED, 60,
            SnapshotName.of(NEWEST), -1,
            List.of(
                refuses("does not end with a footer, and entries 21 to 30 are neither in the log nor in a snapshot"),
                noDigest, noDigest, refuses("begins after a gap: entries 21 to 30 are neither in the log nor in a"
                    + " snapshot"))),
        new Row("older snapshot", Before.BOTH_REACHED, 60, SnapshotName.of(OLDER), -1, List.of(all, all, all, all)),
        new Row("`meta.properties`", Before.BOTH_REACHED, 60, MetaProperties.NAME, -1, List.of(noIdentity, noIdentity,
            noIdentity, refuses("is missing, although the directory holds term and vote"))),
        new Row("`durable-hint`", Before.BOTH_REACHED, 60, DurableHint.NAME, 3, List.of(all, all, all, all)));
  }

  static Stream<Arguments> cells() {
    List<Damage> columns = List.of(Damage.values());
    return rows().stream().flatMap(row -> columns.stream()
        .map(damage -> Arguments.of(row.what(), damage, row, row.outcomes().get(columns.indexOf(damage)))));
  }

  @TempDir
  Path path;

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cells")
  void damageIsHealedOrRefused(String what, Damage damage, Row row, Outcome outcome) throws IOException {
    prepare(row);
    Path file = path.resolve(row.file());
    damage.inflict(file, row.position() >= 0 ? row.position() : Files.size(file) / 2);
    switch (outcome) {
      case Outcome.Heals heals -> assertHeals(heals);
      case Outcome.Refuses(String fragment) -> assertRefuses(fragment);
    }
    boolean setAside = row.file().equals(SnapshotName.of(NEWEST)) && outcome instanceof Outcome.Heals
        && damage != Damage.DELETE;
    assertThat(Files.exists(path.resolve(SnapshotName.of(NEWEST) + SnapshotName.DAMAGED))).isEqualTo(setAside);
  }

  private ControllerDirectory open() {
    return ControllerDirectory.open(path, 1, "cluster-a", SEGMENT_BYTES, NodeFaults.OFF);
  }

  private static LogEntry entry(long index) {
    return new LogEntry(index, 3, EntryType.DATA,
        String.format("%0" + PAYLOAD_BYTES + "d", index).getBytes(StandardCharsets.UTF_8));
  }

  private static List<LogEntry> entries(long from, long to) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index));
    }
    return entries;
  }

  private void prepare(Row row) {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(new RaftIdentity("cluster-a", SELF, VOTERS));
      directory.quorumState().store(new HardState(3, SELF));
      FileRaftLog log = directory.openLog();
      appendForced(log, 1, row.hint());
      if (row.before() != Before.LOG_ONLY) {
        snapshot(directory, OLDER);
        snapshot(directory, NEWEST);
        log.dropPrefix(row.before().dropped);
      }
      log.refreshHint();
      appendForced(log, row.hint() + 1L, LAST);
    }
  }

  private static void appendForced(FileRaftLog log, long from, long to) {
    for (LogEntry entry : entries(from, to)) {
      log.append(List.of(entry));
      log.force();
    }
  }

  private static void snapshot(ControllerDirectory directory, SnapshotId id) {
    byte[] line = ("{\"upTo\":\"" + id + "\"}\n").getBytes(StandardCharsets.UTF_8);
    directory.snapshots().write(id, VOTERS, out -> {
      for (int i = 0; i < 50; i++) {
        out.write(line);
      }
    });
  }

  private void assertHeals(Outcome.Heals heals) {
    assertHolds(heals.snapshot(), heals.firstIndex(), heals.lastIndex());
    try (ControllerDirectory directory = open()) {
      appendForced(directory.openLog(), heals.lastIndex() + 1, heals.lastIndex() + 1);
    }
    assertHolds(heals.snapshot(), heals.firstIndex(), heals.lastIndex() + 1);
  }

  private void assertHolds(long snapshot, long firstIndex, long lastIndex) {
    try (ControllerDirectory directory = open()) {
      FileRaftLog log = directory.openLog();
      assertThat(log.firstIndex()).isEqualTo(firstIndex);
      assertThat(log.read(firstIndex, Integer.MAX_VALUE, Integer.MAX_VALUE))
          .isEqualTo(entries(firstIndex, lastIndex));
      assertThat(directory.snapshots().newest().map(found -> found.id().lastIndex()).orElse(0L))
          .isEqualTo(snapshot);
      assertThat(directory.formed()).isPresent();
      assertThat(directory.quorumState().load()).contains(new HardState(3, SELF));
    }
  }

  private void assertRefuses(String fragment) throws IOException {
    Map<String, String> before = contents();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> {
        try (ControllerDirectory directory = open()) {
          directory.openLog();
        }
      }).isInstanceOf(StorageCorruptionException.class).hasMessageStartingWith(path.toString() + "/")
          .hasMessageContaining(fragment).hasMessageContaining("ottla quorum add-voter <id>");
    }
    assertThat(contents()).as("a refused directory stays as it was found").isEqualTo(before);
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        contents.put(String.valueOf(file.getFileName()), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  /** The page's table is the one above; -Dottla.golden=update rewrites it. */
  @Test
  void operatorsPageHasTheSameTable() throws IOException {
    String root = System.getProperty("ottla.root");
    Path page = Path.of(root == null ? ".." : root).resolve("docs/recovery.md");
    String text = Files.readString(page);
    String updated = text.substring(0, text.indexOf(START)) + START + "\n" + table() + END
        + text.substring(text.indexOf(END) + END.length());
    if ("update".equals(System.getProperty("ottla.golden"))) {
      Files.writeString(page, updated);
    }
    assertThat(Files.readString(page)).isEqualTo(updated);
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| file |");
    Stream.of(Damage.values()).forEach(damage -> table.append(' ').append(damage).append(" |"));
    table.append("\n|---|---|---|---|---|\n");
    for (Row row : rows()) {
      table.append("| ").append(row.what()).append(" |");
      row.outcomes().forEach(outcome -> table.append(' ').append(words(outcome)).append(" |"));
      table.append('\n');
    }
    return table.toString();
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Heals(long snapshot, long firstIndex, long lastIndex) ->
        "heals: snapshot " + snapshot + ", log " + firstIndex + " to " + lastIndex;
      case Outcome.Refuses(String fragment) -> "**refuses**: … " + fragment.strip() + " …";
    };
  }
}
