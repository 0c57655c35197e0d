package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.config.ConfigException;
import io.ottla.controller.formation.FormationStore;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity of a directory (Q1, Q41). */
final class ControllerDirectoryTest {
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(5, 6));
  private static final VoterSet VOTERS = new VoterSet(
      List.of(new Voter(SELF, "one.example", 9090), new Voter(new ReplicaKey(2, new UUID(7, 8)), "[::1]", 9190)));
  private static final RaftIdentity IDENTITY = new RaftIdentity("cluster-a", SELF, VOTERS);

  @TempDir
  Path path;

  private ControllerDirectory open() {
    return ControllerDirectory.open(path.resolve("deep/metadata"), 1, null);
  }

  @Test
  void formattedDirectoryIsTheSameAfterARestart() {
    try (ControllerDirectory directory = open()) {
      assertThat(directory.formed()).isEmpty();
      directory.storeFormed(IDENTITY);
    }
    try (ControllerDirectory directory = open()) {
      assertThat(directory.formed()).contains(IDENTITY);
      assertThat(directory.quorumState().load()).contains(HardState.INITIAL);
      assertThat(directory.openLog().lastIndex()).isZero();
    }
  }

  @Test
  void agreementIsTheSameAfterARestart() {
    var prepared = new FormationStore.Prepared(SELF.directoryId(), new Proposal(7, "cluster-a", VOTERS));
    try (ControllerDirectory directory = open()) {
      directory.storePrepared(prepared);
    }
    try (ControllerDirectory directory = open()) {
      assertThat(directory.prepared()).contains(prepared);
    }
  }

  @Test
  void directoryOfAnotherNodeOrClusterIsRefused() {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    assertThatThrownBy(() -> ControllerDirectory.open(path.resolve("deep/metadata"), 2, null))
        .isInstanceOf(ConfigException.class).hasMessageContaining("belongs to node 1");
  }

  @Test
  void directoryOfAnotherClusterIsRefused() {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    assertThatThrownBy(() -> ControllerDirectory.open(path.resolve("deep/metadata"), 1, "cluster-b"))
        .isInstanceOf(ConfigException.class).hasMessageContaining("belongs to cluster cluster-a");
  }

  @Test
  void secondProcessIsRefused() {
    try (ControllerDirectory directory = open()) {
      assertThat(directory.formed()).isEmpty();
      assertThatThrownBy(this::open).isInstanceOf(ConfigException.class).hasMessageContaining("in use");
    }
  }

  @Test
  void missingVoteFileIsRefused() throws Exception {
    loseTheVoteFile();
    assertThatThrownBy(this::open).isInstanceOf(StorageCorruptionException.class).hasMessageContaining("is missing");
  }

  @Test
  void missingIdentityBesideAVoteIsRefused() throws Exception {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
      directory.quorumState().store(new HardState(2, null));
    }
    Files.delete(path.resolve("deep/metadata/meta.properties"));
    assertThatThrownBy(this::open).isInstanceOf(StorageCorruptionException.class)
        .hasMessageContaining("meta.properties");
  }

  private void loseTheVoteFile() throws Exception {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    Files.delete(path.resolve("deep/metadata/quorum-state"));
  }

  @Test
  void refusedDirectoryIsNotHeld() throws Exception {
    loseTheVoteFile();
    assertThatThrownBy(this::open).isInstanceOf(StorageCorruptionException.class).hasMessageContaining("is missing");
    assertThatThrownBy(this::open).isInstanceOf(StorageCorruptionException.class).hasMessageContaining("is missing");
  }

  @Test
  void damageIsToldWithFileAndRepair() throws Exception {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    Files.delete(path.resolve("deep/metadata/quorum-state"));
    assertThatThrownBy(this::open).hasMessageStartingWith(path.resolve("deep/metadata/quorum-state").toString())
        .hasMessageContainingAll("keep a copy of the directory, empty it", "start the node again", "observer",
            "ottla quorum add-voter <id>", "ottla quorum remove-voter <id> --directory <old id>", "docs/recovery.md");
  }

  @Test
  void whateverAVoterLeavesIsNoEmptyDirectory() throws Exception {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
      directory.quorumState().store(new HardState(2, null));
      directory.openLog().append(List.of(new LogEntry(1, 2, EntryType.DATA, new byte[10])));
      directory.openLog().force();
      directory.openLog().refreshHint();
      directory.snapshots().write(new SnapshotId(1, 2), VOTERS, out -> out.write('\n'));
    }
    Path metadata = path.resolve("deep/metadata");
    List<String> names = List.of("quorum-state", Segment.name(1), SnapshotName.of(new SnapshotId(1, 2)),
        DurableHint.NAME);
    Files.delete(metadata.resolve("meta.properties"));
    for (String name : names) {
      Files.move(metadata.resolve(name), path.resolve(name));
    }
    for (String name : names) {
      Files.copy(path.resolve(name), metadata.resolve(name));
      assertThatThrownBy(this::open).as("%s remains", name).isInstanceOf(StorageCorruptionException.class)
          .hasMessageContaining("meta.properties is missing, although the directory holds");
      Files.delete(metadata.resolve(name));
    }
    try (ControllerDirectory directory = open()) {
      assertThat(directory.formed()).isEmpty();
      directory.storeFormed(IDENTITY);
    }
  }

  @Test
  void directoryWithNothingButAnUnusedVoteFileIsEmpty() throws Exception {
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    Files.delete(path.resolve("deep/metadata/meta.properties"));
    Files.delete(path.resolve("deep/metadata").resolve(Segment.name(1)));
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
      assertThat(directory.openLog().lastIndex()).isZero();
    }
  }

  /** The process ends after a rename and before it is durable; what the next one reads, and tells others, must outlive a power cut. */
  @Test
  void whatAStartHasReadIsDurable() {
    for (int operations = 0; operations < 12; operations++) {
      for (int seed = 0; seed < 10; seed++) {
        LossyDirectory disk = new LossyDirectory(seed);
        ControllerDirectory directory = new ControllerDirectory(disk, 1, 1000, null);
        disk.crashAfter(operations);
        try {
          directory.storePrepared(
              new FormationStore.Prepared(SELF.directoryId(), new Proposal(7, "cluster-a", VOTERS)));
          directory.quorumState().store(HardState.INITIAL);
        } catch (LossyDirectory.Crash e) {
          // as planned
        }
        disk.restart();
        ControllerDirectory again = new ControllerDirectory(disk, 1, 1000, null);
        again.check(null);
        var prepared = again.prepared();
        var state = again.quorumState().load();
        disk.crash();
        assertThat(again.prepared()).isEqualTo(prepared);
        assertThat(again.quorumState().load()).isEqualTo(state);
      }
    }
  }

  /** Or an emptied directory could become the voter that it had been (Q1). */
  @Test
  void agreementIsGoneOnceTheDirectoryIsFormatted() {
    LossyDirectory disk = new LossyDirectory(1);
    var prepared = new FormationStore.Prepared(SELF.directoryId(), new Proposal(7, "cluster-a", VOTERS));
    ControllerDirectory directory = new ControllerDirectory(disk, 1, 1000, null);
    directory.storePrepared(prepared);
    directory.storeFormed(IDENTITY);
    assertThat(directory.prepared()).isEmpty();
    directory.storePrepared(prepared);
    directory.check(null);
    disk.crash();
    assertThat(directory.prepared()).isEmpty();
    assertThat(directory.formed()).contains(IDENTITY);
  }

  @Test
  void crashWhileFormattingLeavesAnUnformattedDirectoryThatCanBeFormattedAgain() {
    for (int operations = 0; operations < 20; operations++) {
      for (int seed = 0; seed < 10; seed++) {
        LossyDirectory disk = new LossyDirectory(seed);
        disk.crashAfter(operations);
        try {
          new ControllerDirectory(disk, 1, 1000, null).storeFormed(IDENTITY);
        } catch (LossyDirectory.Crash e) {
          // as planned
        }
        disk.crash();
        ControllerDirectory again = new ControllerDirectory(disk, 1, 1000, null);
        again.check(null);
        if (again.formed().isEmpty()) {
          again.storeFormed(IDENTITY);
        }
        again.check(null);
        assertThat(again.formed()).contains(IDENTITY);
        assertThat(again.openLog().lastIndex()).isZero();
      }
    }
  }
}
