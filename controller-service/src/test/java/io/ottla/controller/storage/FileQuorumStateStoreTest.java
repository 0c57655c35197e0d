package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.port.QuorumStateStore;
import io.ottla.controller.raft.port.QuorumStateStoreContract;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Term and vote on disk (Q41, Q42). */
final class FileQuorumStateStoreTest {
  private static final HardState OLD = new HardState(3, new ReplicaKey(1, new UUID(1, 2)));
  private static final HardState NEW = new HardState(4, new ReplicaKey(2, new UUID(3, 4)));

  @Nested
  final class OnRealFiles extends QuorumStateStoreContract {
    @TempDir
    Path path;

    @Override
    protected QuorumStateStore open() {
      return new FileQuorumStateStore(new NioDirectory(path));
    }

    @Override
    protected void crash() {
    }
  }

  @Nested
  final class OnALossyDisk extends QuorumStateStoreContract {
    private final LossyDirectory directory = new LossyDirectory(1);

    @Override
    protected QuorumStateStore open() {
      return new FileQuorumStateStore(directory);
    }

    @Override
    protected void crash() {
      directory.crash();
    }
  }

  @Test
  void crashAtAnyStepLeavesTheOldStateOrTheNewOneWhole() {
    for (int operations = 0; operations < 8; operations++) {
      for (int seed = 0; seed < 20; seed++) {
        LossyDirectory directory = new LossyDirectory(seed);
        new FileQuorumStateStore(directory).store(OLD);
        boolean returned = storeUntilCrash(directory, operations);
        directory.crash();
        HardState found = new FileQuorumStateStore(directory).load().orElseThrow();
        assertThat(found).isIn(returned ? new Object[] {NEW} : new Object[] {OLD, NEW});
      }
    }
  }

  private static boolean storeUntilCrash(LossyDirectory directory, int operations) {
    directory.crashAfter(operations);
    try {
      new FileQuorumStateStore(directory).store(NEW);
      return true;
    } catch (LossyDirectory.Crash e) {
      return false;
    }
  }

  @Test
  void everyChangedByteIsDetectedRatherThanBelieved() {
    LossyDirectory directory = new LossyDirectory(1);
    new FileQuorumStateStore(directory).store(OLD);
    int size = directory.content(FileQuorumStateStore.NAME).length;
    for (int at = 0; at < size; at++) {
      int position = at;
      directory.corrupt(FileQuorumStateStore.NAME, bytes -> bytes[position] ^= 1);
      assertThatThrownBy(() -> new FileQuorumStateStore(directory).load())
          .isInstanceOf(StorageCorruptionException.class).hasMessageContaining("quorum-state");
      directory.corrupt(FileQuorumStateStore.NAME, bytes -> bytes[position] ^= 1);
    }
    assertThat(new FileQuorumStateStore(directory).load()).contains(OLD);
  }

  @Test
  void failedForceEndsTheStore() {
    LossyDirectory directory = new LossyDirectory(1);
    FileQuorumStateStore store = new FileQuorumStateStore(directory);
    directory.failForceAfter(0);
    assertThatThrownBy(() -> store.store(OLD)).isInstanceOf(UncheckedIOException.class);
    directory.failForceAfter(100);
    assertThatThrownBy(() -> store.store(NEW)).isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("could not be stored earlier");
  }
}
