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

  @Test
  void aMarkOfTheLastEpochIsCleanAndAnOlderOneIsNot() {
    Registration last = new Registration(7, Durability.SYNC);
    assertThat(Registrar.restartClass(last, 7, true)).isEqualTo(RestartClass.CLEAN);
    assertThat(Registrar.restartClass(last, 6, true)).isEqualTo(RestartClass.CRASH_DURABLE);
  }

  @Test
  void aCrashIsDurableOnlyWhenEveryAcknowledgementWasForced() {
    assertThat(Registrar.restartClass(new Registration(7, Durability.SYNC), -1, true))
        .isEqualTo(RestartClass.CRASH_DURABLE);
    assertThat(Registrar.restartClass(new Registration(7, Durability.OS), -1, true)).isEqualTo(RestartClass.LOSSY);
  }

  @Test
  void damageOrANewDiskIsLossyWhateverTheMarkSays() {
    assertThat(Registrar.restartClass(new Registration(7, Durability.SYNC), 7, false)).isEqualTo(RestartClass.LOSSY);
    assertThat(Registrar.restartClass(null, -1, true)).isEqualTo(RestartClass.LOSSY);
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
