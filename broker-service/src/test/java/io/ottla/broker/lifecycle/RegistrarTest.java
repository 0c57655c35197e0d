package io.ottla.broker.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.ottla.broker.lifecycle.DirectoryRecord.Registration;
import io.ottla.broker.log.port.CheckpointDirectory;
import io.ottla.common.config.Durability;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.wire.RestartClass;

/** What a start can prove, and what a directory remembers for it (M12, M13). */
class RegistrarTest {
  private static final TopicIdPartition ONE = new TopicIdPartition(new UUID(1, 1), 0);
  private static final TopicIdPartition TWO = new TopicIdPartition(new UUID(1, 1), 1);

  private static final class MemoryDirectory implements CheckpointDirectory {
    private final Map<String, byte[]> files = new HashMap<>();

    @Override
    public byte @Nullable [] readCheckpoint(String name) {
      return files.get(name);
    }

    @Override
    public void writeCheckpoint(String name, byte[] content) {
      files.put(name, content);
    }

    @Override
    public void deleteCheckpoint(String name) {
      files.remove(name);
    }
  }

  private final MemoryDirectory directory = new MemoryDirectory();

  private static StartedDirectory started(@Nullable Registration previous, long cleanEpoch, boolean sound,
      String machine) {
    DirectoryRecord record = new DirectoryRecord(new MemoryDirectory());
    if (previous != null) {
      record.store(previous);
      record.replaceManifest(List.of());
    }
    return new StartedDirectory(new UUID(9, cleanEpoch), record, machine, cleanEpoch, sound, !record.isNew());
  }

  private static RestartClass restartClass(@Nullable Registration previous, long cleanEpoch, boolean sound) {
    return Registrar.restartClass(List.of(started(previous, cleanEpoch, sound, "boot a mount 1")));
  }

  @Test
  void aMarkOfTheLastEpochIsCleanAndAnOlderOneIsNot() {
    Registration last = new Registration(7, Durability.SYNC);
    assertThat(restartClass(last, 7, true)).isEqualTo(RestartClass.CLEAN);
    assertThat(restartClass(last, 6, true)).isEqualTo(RestartClass.CRASH_DURABLE);
  }

  @Test
  void aCrashIsDurableWhenEveryAcknowledgementWasForcedOrThePageCacheIsStillThere() {
    assertThat(restartClass(new Registration(7, Durability.SYNC, "boot z mount 1"), -1, true))
        .isEqualTo(RestartClass.CRASH_DURABLE);
    for (Durability mode : List.of(Durability.OS, Durability.INTERVAL)) {
      assertThat(restartClass(new Registration(7, mode, "boot a mount 1"), -1, true)).as("a killed process")
          .isEqualTo(RestartClass.CRASH_DURABLE);
      assertThat(restartClass(new Registration(7, mode, "boot z mount 1"), -1, true)).as("another boot")
          .isEqualTo(RestartClass.LOSSY);
      assertThat(restartClass(new Registration(7, mode, "boot a mount 2"), -1, true)).as("another mount")
          .isEqualTo(RestartClass.LOSSY);
      assertThat(restartClass(new Registration(7, mode), -1, true)).as("not known").isEqualTo(RestartClass.LOSSY);
    }
    assertThat(Registrar.restartClass(List.of(started(new Registration(7, Durability.OS), -1, true, ""))))
        .as("known neither then nor now").isEqualTo(RestartClass.LOSSY);
  }

  @Test
  void damageOrANewDiskIsLossyWhateverTheMarkSays() {
    assertThat(restartClass(new Registration(7, Durability.SYNC), 7, false)).isEqualTo(RestartClass.LOSSY);
    assertThat(restartClass(null, -1, true)).isEqualTo(RestartClass.LOSSY);
  }

  @Test
  void theDirectoryThatProvesLeastDecidesAndANewOneHasNoSay() {
    StartedDirectory clean = started(new Registration(7, Durability.SYNC), 7, true, "");
    StartedDirectory crashed = started(new Registration(7, Durability.SYNC), -1, true, "");
    StartedDirectory lossy = started(new Registration(7, Durability.SYNC), 7, false, "");
    StartedDirectory fresh = started(null, -1, true, "");
    assertThat(Registrar.restartClass(List.of(clean, crashed))).isEqualTo(RestartClass.CRASH_DURABLE);
    assertThat(Registrar.restartClass(List.of(clean, lossy, crashed))).isEqualTo(RestartClass.LOSSY);
    assertThat(Registrar.restartClass(List.of(fresh, clean))).isEqualTo(RestartClass.CLEAN);
    assertThat(Registrar.restartClass(List.of(fresh, fresh))).isEqualTo(RestartClass.LOSSY);
  }

  /** P44: kept until the directory holds nothing old any more. */
  @Test
  void aFailedDirectoryIsRememberedUntilItIsForgotten() {
    UUID failed = new UUID(7, 7);
    DirectoryRecord record = new DirectoryRecord(directory);
    record.noteFailed(failed);
    assertThat(new DirectoryRecord(directory).failedDirectories()).containsExactly(failed);
    record.forgetFailed(failed);
    assertThat(new DirectoryRecord(directory).failedDirectories()).isEmpty();
  }

  @Test
  void theManifestNoticesAReplicaThatVanished() {
    DirectoryRecord record = new DirectoryRecord(directory);
    record.replaceManifest(List.of(ONE, TWO));
    DirectoryRecord again = new DirectoryRecord(directory);
    assertThat(again.isComplete(List.of(TWO, ONE))).isTrue();
    assertThat(again.isComplete(List.of(TWO))).isFalse();
  }

  @Test
  void aDamagedOrLostManifestOfARegisteredBrokerIsIncomplete() {
    DirectoryRecord record = new DirectoryRecord(directory);
    assertThat(record.isComplete(List.of())).as("a new directory").isTrue();
    record.store(new Registration(3, Durability.SYNC));
    assertThat(new DirectoryRecord(directory).registration()).isEqualTo(new Registration(3, Durability.SYNC));
    Registration withMachine = new Registration(4, Durability.OS, "boot a mount 36 8:1 / /var");
    record.store(withMachine);
    assertThat(new DirectoryRecord(directory).registration()).isEqualTo(withMachine);
    assertThat(new DirectoryRecord(directory).isComplete(List.of())).as("lost").isFalse();
    record.replaceManifest(List.of());
    assertThat(new DirectoryRecord(directory).isComplete(List.of())).as("empty, and written").isTrue();
    record.replaceManifest(List.of(ONE));
    byte @Nullable [] content = directory.readCheckpoint("replica-manifest");
    assertThat(content).isNotNull();
    content[3] ^= 1;
    assertThat(new DirectoryRecord(directory).isComplete(List.of(ONE))).as("damaged").isFalse();
  }
}
