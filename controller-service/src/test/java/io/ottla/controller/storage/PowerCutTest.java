package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/**
 * A controller's whole directory on a disk that a power cut tears page by page (F2, F3): whatever was forced is there afterwards, nothing is
 * there that was not written, and no power cut is taken for damage (Q44).
 */
final class PowerCutTest {
  private static final int SEEDS = Math.max(1, Integer.getInteger("ottla.sim.seeds", 300) / 2);
  private static final int FIRST_SEED = Integer.getInteger("ottla.sim.firstSeed", 0);
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(5, 6));
  private static final VoterSet VOTERS = new VoterSet(List.of(new Voter(SELF, "one.example", 9090)));

  @Test
  void powerCutsBetweenSectorsLoseNothingThatWasForced() {
    for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      new Run(seed, 512, 3_000).run();
    }
  }

  @Test
  void powerCutsBetweenPagesLoseNothingThatWasForced() {
    for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      new Run(seed, 4096, 20_000).run();
    }
  }

  /**
   * Were the truncation not forced before new entries, old and new would mix on disk; here even their terms and positions fit. The chain of
   * checksums tells them apart (Q40).
   */
  @Test
  void entriesOfBeforeAndAfterATruncationAreNeverMixed() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int kept = random.nextInt(30);
      List<LogEntry> before = new ArrayList<>();
      List<LogEntry> after = new ArrayList<>();
      for (int index = 1; index <= 30; index++) {
        byte[] payload = new byte[random.nextInt(200)];
        before.add(new LogEntry(index, index <= kept ? 1 : 3, EntryType.DATA, payload));
        after.add(new LogEntry(index, index <= kept ? 1 : 2, EntryType.DATA, payload));
      }
      LossyDirectory disk = new LossyDirectory(seed, 512);
      FileRaftLog.create(disk);
      FileRaftLog log = FileRaftLog.open(disk, 1 << 20, _ -> true);
      log.append(before);
      log.force();
      log.truncateFrom(kept + 1);
      log.append(after.subList(kept, 30));
      disk.crash();
      List<LogEntry> found = FileRaftLog.open(disk, 1 << 20, _ -> true).read(1, 100, 1 << 20);
      assertThat(found.size()).isGreaterThanOrEqualTo(kept);
      assertThat(found).as("seed %d", seed)
          .isIn(before.subList(0, found.size()), after.subList(0, found.size()));
    }
  }

  private static LogEntry entry(long index, long term, Random random) {
    byte[] payload = new byte[random.nextInt(10) == 0 ? 2000 : random.nextInt(200)];
    random.nextBytes(payload);
    return new LogEntry(index, term, EntryType.DATA, payload);
  }

  private static byte[] state(SnapshotId id) {
    return ("{\"upTo\":\"" + id + "\"}\n").repeat((int) (id.lastIndex() % 50)).getBytes(
        java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Several lives of one directory, each ended by a power cut, and what must be found after it. */
  private static final class Run {
    private final int seed;
    private final Random random;
    private final LossyDirectory disk;
    private final int segmentBytes;
    private List<LogEntry> written = new ArrayList<>();
    private List<LogEntry> beforeTruncation = List.of();
    private long first = 1;
    private long durable;
    private long term = 1;
    private @Nullable SnapshotId snapshot;
    private @Nullable SnapshotId unsure;
    private boolean installing;

    Run(int seed, int pageBytes, int segmentBytes) {
      this.seed = seed;
      this.random = new Random(seed);
      this.disk = new LossyDirectory(seed, pageBytes);
      this.segmentBytes = segmentBytes;
      ControllerDirectory directory = open();
      directory.storeFormed(new RaftIdentity("cluster-a", SELF, VOTERS));
      directory.quorumState().store(new HardState(term, null));
    }

    private ControllerDirectory open() {
      ControllerDirectory directory = new ControllerDirectory(disk, 1, segmentBytes, null);
      directory.check(null);
      return directory;
    }

    void run() {
      try {
        live();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }

    private void live() {
      for (int life = 0; life < 8; life++) {
        if (random.nextInt(3) == 0) {
          crashWhileRecovering();
        }
        ControllerDirectory directory = open();
        check(directory);
        disk.crashAfter(random.nextInt(120));
        try {
          live(directory);
        } catch (LossyDirectory.Crash e) {
          end();
        }
      }
      check(open());
    }

    private void crashWhileRecovering() {
      disk.crashAfter(random.nextInt(12));
      try {
        open().openLog();
      } catch (LossyDirectory.Crash e) {
        // As planned.
      }
      end();
    }

    private void end() {
      if (random.nextInt(3) == 0) {
        disk.restart();
      } else {
        disk.crash();
      }
    }

    private void live(ControllerDirectory directory) {
      while (true) {
        switch (random.nextInt(16)) {
          case 0, 1, 2, 3, 4, 5 -> append(directory);
          case 6, 7, 8 -> force(directory);
          case 9 -> directory.openLog().refreshHint();
          case 10, 11 -> truncate(directory);
          case 12 -> newTerm(directory);
          case 13, 14 -> snapshot(directory);
          default -> install(directory);
        }
      }
    }

    private long last() {
      return first + written.size() - 1;
    }

    private long committed() {
      return snapshot == null ? 0 : snapshot.lastIndex();
    }

    private void append(ControllerDirectory directory) {
      List<LogEntry> batch = new ArrayList<>();
      for (int count = 1 + random.nextInt(5); count > 0; count--) {
        batch.add(entry(last() + 1, term, random));
        written.add(batch.getLast());
      }
      directory.openLog().append(batch);
    }

    private void force(ControllerDirectory directory) {
      directory.openLog().force();
      durable = last();
      beforeTruncation = List.of();
    }

    private void newTerm(ControllerDirectory directory) {
      term++;
      directory.quorumState().store(new HardState(term, SELF));
    }

    private void truncate(ControllerDirectory directory) {
      long keep = Math.max(committed(), first - 1);
      if (keep < last()) {
        keep += random.nextInt((int) (last() - keep));
        beforeTruncation = List.copyOf(written);
        newTerm(directory);
        durable = Math.min(durable, keep);
        written.subList((int) (keep - first + 1), written.size()).clear();
        directory.openLog().truncateFrom(keep + 1);
        force(directory);
      }
    }

    private void snapshot(ControllerDirectory directory) {
      if (durable > committed()) {
        long at = committed() + 1 + random.nextInt((int) (durable - committed()));
        SnapshotId id = new SnapshotId(at, directory.openLog().termAt(at));
        unsure = id;
        directory.snapshots().write(id, VOTERS, out -> out.write(state(id)));
        snapshot = id;
        directory.openLog().dropPrefix(Math.max(0, at - random.nextInt(5)));
        written.subList(0, (int) (directory.openLog().firstIndex() - first)).clear();
        first = directory.openLog().firstIndex();
        directory.snapshots().prune(id, Set.of());
      }
    }

    private void install(ControllerDirectory directory) {
      newTerm(directory);
      SnapshotId id = new SnapshotId(committed() + 1 + random.nextInt((int) (last() - committed() + 10)), term);
      LossyDirectory elsewhere = new LossyDirectory(1);
      FileSnapshotStore sender = new FileSnapshotStore(elsewhere, "cluster-a", Optional.empty());
      byte[] bytes = sender.read(sender.write(id, VOTERS, out -> out.write(state(id))).id(), 0, 1 << 20);
      unsure = id;
      installing = true;
      directory.snapshots().receive(id, 0, bytes);
      assertThat(directory.snapshots().complete(id, bytes.length)).isPresent();
      snapshot = id;
      directory.openLog().reset(id.lastIndex(), id.lastTerm());
      installed(id);
    }

    private void installed(SnapshotId id) {
      snapshot = id;
      installing = false;
      written = new ArrayList<>();
      beforeTruncation = List.of();
      first = id.lastIndex() + 1;
      durable = id.lastIndex();
    }

    private void check(ControllerDirectory directory) {
      FileRaftLog log = directory.openLog();
      assertThat(directory.quorumState().load().orElseThrow().term()).isBetween(term - 1, term);
      SnapshotId newest = directory.snapshots().newest().map(found -> found.id()).orElse(null);
      assertThat(newest).isIn(snapshot, unsure);
      if (newest != null) {
        assertThat(newest.lastIndex()).isBetween(log.firstIndex() - 1, log.lastIndex());
        assertThat(stateOf(directory, newest)).isEqualTo(state(newest));
      }
      if (installing && newest != null && newest.equals(unsure)) {
        installed(newest);
      }
      checkEntries(log);
      term = directory.quorumState().load().orElseThrow().term();
      snapshot = newest;
      unsure = newest;
      installing = false;
    }

    private void checkEntries(FileRaftLog log) {
      List<LogEntry> found = log.read(log.firstIndex(), Integer.MAX_VALUE, Integer.MAX_VALUE);
      assertThat(log.firstIndex()).isGreaterThanOrEqualTo(first);
      assertThat(log.lastIndex()).isGreaterThanOrEqualTo(durable);
      assertThat(log.durableIndex()).isEqualTo(log.lastIndex());
      assertThat(found).isIn(part(written, log), part(beforeTruncation, log));
      written = new ArrayList<>(found);
      beforeTruncation = List.of();
      first = log.firstIndex();
      durable = log.lastIndex();
    }

    private List<LogEntry> part(List<LogEntry> all, FileRaftLog log) {
      return all.stream().filter(entry -> entry.index() >= log.firstIndex() && entry.index() <= log.lastIndex())
          .toList();
    }

    private static byte[] stateOf(ControllerDirectory directory, SnapshotId id) {
      try (InputStream in = directory.snapshots().openState(id)) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
