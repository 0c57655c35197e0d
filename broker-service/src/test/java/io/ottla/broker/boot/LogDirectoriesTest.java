package io.ottla.broker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.lifecycle.DirectoryRecord;
import io.ottla.broker.lifecycle.Registrar;
import io.ottla.broker.lifecycle.StartedDirectory;
import io.ottla.broker.log.LogConfig;
import io.ottla.broker.log.LogStore;
import io.ottla.broker.log.PartitionLog;
import io.ottla.broker.log.port.PartitionMetadata;
import io.ottla.broker.runtime.OpenLogDir;
import io.ottla.broker.storage.ForeignDirectoryException;
import io.ottla.common.config.Durability;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.record.AppendLimits;
import io.ottla.common.record.BatchBuilder;
import io.ottla.common.wire.RestartClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which directories a start uses, and what it believes of them (M10, M12, M13, P44, F14, F18). */
class LogDirectoriesTest {
  private static final TopicIdPartition ONE = new TopicIdPartition(new UUID(1, 1), 0);
  private static final TopicIdPartition TWO = new TopicIdPartition(new UUID(1, 1), 1);
  private static final LogConfig CONFIG = new LogConfig(1 << 20, 4096, AppendLimits.DEFAULT);

  @TempDir
  private Path root;

  private Path a() {
    return root.resolve("a");
  }

  private Path b() {
    return root.resolve("b");
  }

  private LogDirectories open(int brokerId, Path... dirs) throws IOException {
    LogDirectories directories = new LogDirectories("cluster", brokerId, new SecureRandomSource(), CONFIG,
        NodeFaults.OFF);
    directories.open(List.of(dirs));
    return directories;
  }

  private static void registered(LogDirectories directories, long epoch) {
    for (StartedDirectory one : directories.evidence()) {
      one.manifest().store(new DirectoryRecord.Registration(epoch, Durability.SYNC, one.machine()));
      one.manifest().replaceManifest(List.of());
    }
  }

  private static void close(LogDirectories directories) {
    directories.dirs().forEach(dir -> dir.store().close());
  }

  private static RestartClass restartClass(LogDirectories directories) {
    return Registrar.restartClass(directories.evidence());
  }

  private static PartitionLog create(OpenLogDir dir, TopicIdPartition id, int records) {
    PartitionLog log = dir.store().create(new PartitionMetadata(id, "t", new UUID(4, records)));
    dir.manifest().replaceManifest(List.of(id));
    log.recordEpochStart(0);
    for (int i = 0; i < records; i++) {
      BatchBuilder batch = new BatchBuilder(200);
      batch.add(1_000, null, new byte[10], List.of());
      log.appendAsLeader(batch.build(), 0, 1_000);
    }
    log.flush();
    return log;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void aCopyOfADirectoryIsRefusedWithBothNames() throws IOException {
    close(open(1, a()));
    copy(a(), b());
    assertThatThrownBy(() -> open(1, a(), b())).isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining(a().toString()).hasMessageContaining(b().toString()).hasMessageContaining("log.dirs");
    close(open(1, a()));
  }

  @Test
  void theDirectoryOfAnotherBrokerIsRefusedWithBothIds() throws IOException {
    close(open(2, b()));
    assertThatThrownBy(() -> open(1, a(), b())).isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining(b().toString()).hasMessageContaining("broker.id 2, not 1");
  }

  @Test
  void theSameDirectoryTwiceIsRefused() throws IOException {
    Files.createSymbolicLink(b(), Files.createDirectories(a()));
    assertThatThrownBy(() -> open(1, a(), b())).isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining("in use");
  }

  /** P44: a start goes on with what it has, and fails only with nothing. */
  @Test
  void aDirectoryThatCannotBeReadIsLeftOut() throws IOException {
    Files.writeString(b(), "not a directory");
    LogDirectories directories = open(1, a(), b());
    assertThat(directories.dirs()).extracting(OpenLogDir::name).containsExactly(a().toString());
    close(directories);
    assertThatThrownBy(() -> open(1, b())).isInstanceOf(IOException.class).hasMessageContaining("no log directory");
  }

  @Test
  void aNewDirectoryBesideAnOldOneHasNoSay() throws IOException {
    LogDirectories first = open(1, a());
    assertThat(restartClass(first)).as("all new").isEqualTo(RestartClass.LOSSY);
    registered(first, 7);
    close(first);
    LogDirectories second = open(1, a(), b());
    assertThat(restartClass(second)).isEqualTo(RestartClass.CRASH_DURABLE);
    registered(second, 9);
    second.dirs().forEach(dir -> dir.store().closeCleanly(9));
    LogDirectories third = open(1, a(), b());
    assertThat(restartClass(third)).isEqualTo(RestartClass.CLEAN);
    close(third);
  }

  /** Of a replica that lies in two directories, neither of which ever failed, nobody knows which is the newer one. */
  @Test
  void ofTwinsTheLongerOneCountsAndTheStartIsLossy() throws IOException {
    LogDirectories before = open(1, a(), b());
    registered(before, 7);
    create(before.dirs().getFirst(), ONE, 2);
    create(before.dirs().getLast(), ONE, 3);
    close(before);
    LogDirectories after = open(1, a(), b());
    assertThat(restartClass(after)).isEqualTo(RestartClass.LOSSY);
    LogStore shorter = after.dirs().getFirst().store();
    assertThat(shorter.log(ONE)).isEmpty();
    assertThat(shorter.isDamaged(ONE)).isTrue();
    assertThat(after.dirs().getLast().store().log(ONE).orElseThrow().logEndOffset()).isEqualTo(3);
    close(after);
  }

  /** P44: what lies in a directory that failed is old, however whole it looks. */
  @Test
  void aDirectoryThatFailedBeforeIsNotTrusted() throws IOException {
    LogDirectories before = open(1, a(), b());
    registered(before, 7);
    OpenLogDir good = before.dirs().getFirst();
    OpenLogDir failed = before.dirs().getLast();
    create(failed, ONE, 2);
    good.manifest().noteFailed(failed.id());
    close(before);

    LogDirectories after = open(1, a(), b());
    assertThat(after.dirs().getLast().store().isDamaged(ONE)).isTrue();
    assertThat(restartClass(after)).as("its replica is nowhere else").isEqualTo(RestartClass.LOSSY);
    create(after.dirs().getFirst(), ONE, 3);
    close(after);

    LogDirectories replaced = open(1, a(), b());
    assertThat(replaced.dirs().getFirst().store().log(ONE)).isPresent();
    assertThat(restartClass(replaced)).as("it is in another directory now").isEqualTo(RestartClass.CRASH_DURABLE);
    close(replaced);
  }

  @Test
  void aSoundReplicaInEachDirectoryIsFound() throws IOException {
    LogDirectories before = open(1, a(), b());
    registered(before, 7);
    create(before.dirs().getFirst(), ONE, 1);
    create(before.dirs().getLast(), TWO, 1);
    close(before);
    LogDirectories after = open(1, a(), b());
    assertThat(after.dirs()).extracting(OpenLogDir::found).containsExactly(List.of(ONE), List.of(TWO));
    assertThat(restartClass(after)).isEqualTo(RestartClass.CRASH_DURABLE);
    close(after);
  }
}
