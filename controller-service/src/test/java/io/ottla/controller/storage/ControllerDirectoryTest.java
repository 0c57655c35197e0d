package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.config.ConfigException;
import io.ottla.controller.formation.FormationStore;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
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
    try (ControllerDirectory directory = open()) {
      directory.storeFormed(IDENTITY);
    }
    Files.delete(path.resolve("deep/metadata/quorum-state"));
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

  @Test
  void crashWhileFormattingLeavesAnUnformattedDirectoryThatCanBeFormattedAgain() {
    for (int operations = 0; operations < 20; operations++) {
      for (int seed = 0; seed < 10; seed++) {
        LossyDirectory disk = new LossyDirectory(seed);
        disk.crashAfter(operations);
        try {
          new ControllerDirectory(disk, 1, null).storeFormed(IDENTITY);
        } catch (LossyDirectory.Crash e) {
          // as planned
        }
        disk.crash();
        ControllerDirectory again = new ControllerDirectory(disk, 1, null);
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
