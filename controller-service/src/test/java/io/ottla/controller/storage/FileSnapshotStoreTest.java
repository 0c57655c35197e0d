package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.config.ConfigException;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.SnapshotStore;
import io.ottla.controller.raft.port.SnapshotStoreContract;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots on disk (Q32-Q35, Q42). */
final class FileSnapshotStoreTest {
  private static final String CLUSTER = "cluster-a";
  private static final VoterSet VOTERS = new VoterSet(
      List.of(new Voter(new ReplicaKey(1, new UUID(1, 2)), "one.example", 9090)));
  private static final SnapshotId FIVE = new SnapshotId(5, 2);
  private static final SnapshotId NINE = new SnapshotId(9, 2);

  @Nested
  final class OnRealFiles extends SnapshotStoreContract {
    @TempDir
    Path path;
    @TempDir
    Path anotherPath;

    @Override
    protected SnapshotStore open() {
      return FileSnapshotStoreTest.open(new NioDirectory(path));
    }

    @Override
    protected SnapshotStore openAnother() {
      return FileSnapshotStoreTest.open(new NioDirectory(anotherPath));
    }

    @Override
    protected void crash() {
    }
  }

  @Nested
  final class OnALossyDisk extends SnapshotStoreContract {
    private final LossyDirectory directory = new LossyDirectory(3);

    @Override
    protected SnapshotStore open() {
      return FileSnapshotStoreTest.open(directory);
    }

    @Override
    protected SnapshotStore openAnother() {
      return FileSnapshotStoreTest.open(new LossyDirectory(4));
    }

    @Override
    protected void crash() {
      directory.crash();
    }
  }

  private static FileSnapshotStore open(Directory directory) {
    SnapshotScan scan = SnapshotScan.of(directory, CLUSTER);
    assertThat(scan.damaged()).isEmpty();
    return new FileSnapshotStore(directory, CLUSTER, scan.newest());
  }

  private static Snapshot write(SnapshotStore store, SnapshotId id, String state) {
    return store.write(id, VOTERS, out -> out.write(state.getBytes(StandardCharsets.UTF_8)));
  }

  /** The golden file: whoever changes it changes the format on disk and between nodes. */
  @Test
  void fileIsAHeaderTheStateAndAFooter() {
    LossyDirectory directory = new LossyDirectory(1);
    write(open(directory), FIVE, "{\"a\":1}\n{\"b\":2}\n");
    String header = """
        {"version":1,"clusterId":"cluster-a","lastIndex":5,"lastTerm":2,"voters":[{"nodeId":1,\
        "directoryId":"00000000-0000-0001-0000-000000000002","host":"one.example","port":9090}]}
        """;
    assertThat(new String(directory.content("00000000000000000005-0000000002.snapshot"), StandardCharsets.UTF_8))
        .isEqualTo(header + """
            {"a":1}
            {"b":2}
            {"records":2,"sha256":"SHA"}
            """.replace("SHA", sha256(header + "{\"a\":1}\n{\"b\":2}\n")));
  }

  private static String sha256(String text) {
    return java.util.HexFormat.of()
        .formatHex(SnapshotFile.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void crashAtAnyStepOfAWriteLeavesTheWholeSnapshotOrNone() {
    boolean unharmed = false;
    for (int operations = 0; !unharmed; operations++) {
      for (int seed = 0; seed < 20; seed++) {
        LossyDirectory directory = new LossyDirectory(seed);
        write(open(directory), FIVE, "{\"a\":1}\n");
        directory.crashAfter(operations);
        unharmed = !crashes(() -> write(open(directory), NINE, "{\"b\":2}\n"));
        directory.crash();
        assertSoundWithNewestAmong(directory, unharmed ? Set.of(NINE) : Set.of(FIVE, NINE));
      }
    }
  }

  @Test
  void crashAtAnyStepOfAReceptionLeavesTheWholeSnapshotOrNone() {
    LossyDirectory sender = new LossyDirectory(1);
    SnapshotStore from = open(sender);
    Snapshot sent = write(from, NINE, "{\"b\":2}\n".repeat(100));
    byte[] bytes = from.read(NINE, 0, Integer.MAX_VALUE);
    boolean unharmed = false;
    for (int operations = 0; !unharmed; operations++) {
      for (int seed = 0; seed < 20; seed++) {
        LossyDirectory directory = new LossyDirectory(seed);
        write(open(directory), FIVE, "{\"a\":1}\n");
        directory.crashAfter(operations);
        unharmed = !crashes(() -> {
          SnapshotStore store = open(directory);
          for (int at = 0; at < bytes.length; at += 400) {
            store.receive(NINE, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 400)));
          }
          assertThat(store.complete(NINE, bytes.length)).contains(sent);
        });
        directory.crash();
        assertSoundWithNewestAmong(directory, unharmed ? Set.of(NINE) : Set.of(FIVE, NINE));
      }
    }
  }

  private static boolean crashes(Runnable action) {
    try {
      action.run();
      return false;
    } catch (LossyDirectory.Crash e) {
      return true;
    }
  }

  private static void assertSoundWithNewestAmong(LossyDirectory directory, Set<SnapshotId> allowed) {
    FileSnapshotStore store = open(directory);
    assertThat(store.newest().map(Snapshot::id)).get().isIn(allowed);
    assertThat(directory.names()).allMatch(name -> name.endsWith(".snapshot"));
  }

  @Test
  void snapshotOfAnotherClusterIsRefused() {
    LossyDirectory directory = new LossyDirectory(1);
    SnapshotStore foreign = new FileSnapshotStore(directory, "cluster-b",
        SnapshotScan.of(directory, "cluster-b").newest());
    write(foreign, FIVE, "{}\n");
    assertThatThrownBy(() -> open(directory)).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("00000000000000000005-0000000002.snapshot is a snapshot of cluster cluster-b");
    byte[] bytes = foreign.read(FIVE, 0, Integer.MAX_VALUE);
    FileSnapshotStore store = open(new LossyDirectory(2));
    store.receive(FIVE, 0, bytes);
    assertThat(store.complete(FIVE, bytes.length)).isEmpty();
  }

  @Test
  void snapshotOfANewerFormatIsNeitherReadNorCalledDamaged() {
    LossyDirectory directory = new LossyDirectory(1);
    String before = "{\"version\":2,\"clusterId\":\"cluster-a\",\"lastIndex\":5,\"lastTerm\":2}\n";
    String footer = "{\"records\":0,\"sha256\":\"" + sha256(before) + "\"}\n";
    directory.put(SnapshotName.of(FIVE), (before + footer).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> open(directory)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("format version 2");
  }

  @Test
  void renamedSnapshotIsNotTakenForAnotherOne() {
    LossyDirectory directory = new LossyDirectory(1);
    write(open(directory), FIVE, "{}\n");
    directory.put(SnapshotName.of(NINE), directory.content(SnapshotName.of(FIVE)));
    SnapshotScan scan = SnapshotScan.of(directory, CLUSTER);
    assertThat(scan.damaged()).containsExactly(new SnapshotScan.Damaged(NINE, "holds the snapshot 5:2"));
    assertThat(scan.newest().map(SnapshotScan.Whole::id)).contains(FIVE);
  }

  @Test
  void fileCutAtAnyByteIsNoSnapshot() {
    LossyDirectory directory = new LossyDirectory(1);
    write(open(directory), FIVE, "{\"a\":1}\n{\"b\":2}\n");
    byte[] content = directory.content(SnapshotName.of(FIVE));
    for (int cut = 0; cut < content.length; cut++) {
      directory.put(SnapshotName.of(FIVE), Arrays.copyOf(content, cut));
      SnapshotScan scan = SnapshotScan.of(directory, CLUSTER);
      assertThat(scan.newest()).as("cut at %d", cut).isEmpty();
      assertThat(scan.damaged()).hasSize(1);
    }
  }

  @Test
  void failedForceEndsTheStore() {
    LossyDirectory directory = new LossyDirectory(1);
    FileSnapshotStore store = open(directory);
    directory.failForceAfter(0);
    assertThatThrownBy(() -> write(store, FIVE, "{}\n")).isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("device error");
    directory.failForceAfter(100);
    assertThatThrownBy(() -> write(store, FIVE, "{}\n")).isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("failed earlier");
    assertThatThrownBy(() -> store.receive(FIVE, 0, new byte[1])).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> store.prune(FIVE, Set.of())).isInstanceOf(UncheckedIOException.class);
    assertThat(store.newest()).isEmpty();
    assertThat(open(directory).newest()).isEmpty();
  }

  @Test
  void bigSnapshotIsForcedWhileItIsWritten() {
    LossyDirectory directory = new LossyDirectory(1);
    FileSnapshotStore store = open(directory);
    byte[] line = ("x".repeat(1 << 20) + "\n").getBytes(StandardCharsets.UTF_8);
    int forcesBefore = directory.forces();
    store.write(FIVE, VOTERS, out -> {
      for (int i = 0; i < 9; i++) {
        out.write(line);
      }
    });
    assertThat(directory.forces() - forcesBefore).isEqualTo(1 + 1 + 1);
  }

  @Test
  void filesOfPrunedSnapshotsAreGoneAndClosed(@TempDir Path path) throws Exception {
    FileSnapshotStore store = open(new NioDirectory(path));
    for (long index = 1; index <= 4; index++) {
      write(store, new SnapshotId(index, 1), "{}\n");
    }
    InputStream reading = store.openState(new SnapshotId(1, 1));
    store.prune(new SnapshotId(4, 1), Set.of());
    try (var files = Files.list(path)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactlyInAnyOrder(SnapshotName.of(new SnapshotId(3, 1)), SnapshotName.of(new SnapshotId(4, 1)));
    }
    assertThat(reading.read()).isEqualTo('{');
    reading.close();
    store.close();
    assertThat(store.newest()).isEmpty();
  }
}
