package io.ottla.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** Snapshots, log, term and vote of a directory are opened together (Q34, Q41, Q45). */
final class JointRecoveryTest {
  private static final int SEGMENT_BYTES = 300;
  private static final ReplicaKey SELF = new ReplicaKey(1, new UUID(5, 6));
  private static final VoterSet VOTERS = new VoterSet(List.of(new Voter(SELF, "one.example", 9090)));

  private LossyDirectory disk = new LossyDirectory(11);

  private static LogEntry entry(long index, long term) {
    return new LogEntry(index, term, EntryType.DATA,
        ("entry " + index + " of term " + term).getBytes(StandardCharsets.UTF_8));
  }

  private static List<LogEntry> entries(long from, long to, long term) {
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(index, term));
    }
    return entries;
  }

  private static ControllerDirectory open(Directory disk) {
    ControllerDirectory directory = new ControllerDirectory(disk, 1, SEGMENT_BYTES, null);
    directory.check(null);
    return directory;
  }

  /** A formatted directory with a log of term 3, from 1 to the given index, all forced, and term 9. */
  private void write(int lastIndex) {
    ControllerDirectory directory = open(disk);
    directory.storeFormed(new RaftIdentity("cluster-a", SELF, VOTERS));
    directory.quorumState().store(new HardState(9, null));
    entries(1, lastIndex, 3).forEach(entry -> directory.openLog().append(List.of(entry)));
    directory.openLog().force();
    directory.openLog().refreshHint();
  }

  private static Snapshot snapshot(ControllerDirectory directory, long lastIndex, long lastTerm) {
    return directory.snapshots().write(new SnapshotId(lastIndex, lastTerm), VOTERS,
        out -> out.write(("{\"upTo\":" + lastIndex + "}\n").getBytes(StandardCharsets.UTF_8)));
  }

  private Snapshot snapshot(long lastIndex, long lastTerm) {
    return snapshot(open(disk), lastIndex, lastTerm);
  }

  private static String file(long lastIndex, long lastTerm) {
    return SnapshotName.of(new SnapshotId(lastIndex, lastTerm));
  }

  private void damage(String name) {
    disk.corrupt(name, bytes -> bytes[bytes.length / 2] ^= 1);
  }

  private AbstractThrowableAssert<?, ?> assertRefused() {
    var before = disk.copy();
    var refused = assertThatThrownBy(() -> open(disk).openLog()).isInstanceOf(StorageCorruptionException.class);
    assertThat(disk.copy()).as("refusing changes nothing").isEqualTo(before);
    return refused;
  }

  private static void assertState(ControllerDirectory directory, long newest, long firstIndex, long lastIndex) {
    FileRaftLog log = directory.openLog();
    assertThat(directory.snapshots().newest().map(found -> found.id().lastIndex()).orElse(0L)).isEqualTo(newest);
    assertThat(log.firstIndex()).isEqualTo(firstIndex);
    assertThat(log.lastIndex()).isEqualTo(lastIndex);
    assertThat(log.durableIndex()).isEqualTo(lastIndex);
    assertThat(newest).isBetween(firstIndex - 1, lastIndex);
  }

  @Test
  void logWithoutASnapshotAndWithOneAtAnyPlaceIsOpened() {
    write(30);
    assertState(open(disk), 0, 1, 30);
    snapshot(1, 3);
    assertState(open(disk), 1, 1, 30);
    snapshot(20, 3);
    assertState(open(disk), 20, 1, 30);
    snapshot(30, 3);
    assertState(open(disk), 30, 1, 30);
  }

  @Test
  void logWithoutThePrefixThatTheSnapshotReplacedIsOpened() {
    write(30);
    snapshot(20, 3);
    FileRaftLog log = open(disk).openLog();
    log.dropPrefix(20);
    assertThat(log.firstIndex()).isBetween(2L, 21L);
    assertState(open(disk), 20, log.firstIndex(), 30);
    assertThat(open(disk).openLog().read(log.firstIndex(), 100, 100_000))
        .isEqualTo(entries(log.firstIndex(), 30, 3));
  }

  @Test
  void logThatEndsBeforeAnInstalledSnapshotIsReplacedByIt() {
    write(30);
    snapshot(40, 5);
    assertState(open(disk), 40, 41, 40);
    assertThat(open(disk).openLog().termAt(40)).isEqualTo(5);
  }

  @Test
  void logThatContradictsAnInstalledSnapshotIsReplacedByIt() {
    write(30);
    snapshot(10, 3);
    snapshot(20, 5);
    assertState(open(disk), 20, 21, 20);
    FileRaftLog log = open(disk).openLog();
    log.append(entries(21, 25, 5));
    log.force();
    assertState(open(disk), 20, 21, 25);
  }

  @Test
  void crashAtAnyStepOfAnInstallationLeavesTheOldStateOrTheNewOne() {
    for (long[] installed : new long[][] {{40, 5}, {30, 5}, {14, 5}}) {
      boolean crashed = true;
      for (int operations = 0; crashed; operations++) {
        for (int seed = 0; seed < 10; seed++) {
          crashed = crashesInInstallation(seed, operations, installed[0], installed[1]);
        }
      }
    }
  }

  private boolean crashesInInstallation(int seed, int operations, long lastIndex, long lastTerm) {
    disk = new LossyDirectory(seed);
    write(30);
    snapshot(8, 3);
    ControllerDirectory directory = open(disk);
    directory.openLog().dropPrefix(8);
    long first = directory.openLog().firstIndex();
    disk.crashAfter(operations);
    boolean crashed = false;
    try {
      snapshot(directory, lastIndex, lastTerm);
      directory.openLog().reset(lastIndex, lastTerm);
    } catch (LossyDirectory.Crash e) {
      crashed = true;
    }
    disk.crash();
    disk.crashAfter(seed * 3);
    try {
      open(disk).openLog();
    } catch (LossyDirectory.Crash e) {
      // The recovery is interrupted, too.
    }
    disk.crash();
    ControllerDirectory recovered = open(disk);
    if (crashed && recovered.snapshots().newest().orElseThrow().id().lastIndex() == 8) {
      assertState(recovered, 8, first, 30);
    } else {
      assertState(recovered, lastIndex, lastIndex + 1, lastIndex);
    }
    return crashed;
  }

  @Test
  void interruptedReplacementOfTheLogIsRefusedWithoutItsSnapshot() {
    write(30);
    snapshot(20, 3);
    Segment.create(disk, Segment.name(41) + Segment.REPLACEMENT, new SegmentHeader(41, 5, 0));
    assertRefused().hasMessageContaining(Segment.name(41) + ".reset was to replace the log by the snapshot 40:5");
    disk.put(file(40, 5), written(40, 5));
    damage(file(40, 5));
    assertRefused().hasMessageContaining("which is missing or damaged");
    damage(file(40, 5));
    assertState(open(disk), 40, 41, 40);
  }

  @Test
  void logThatBeginsAfterItsBeginningNeedsASnapshot() {
    write(30);
    disk.delete(Segment.name(1));
    disk.force();
    assertRefused().hasMessageContaining(".log begins after a gap: entries 1 to ")
        .hasMessageContaining("are neither in the log nor in a snapshot");
  }

  @Test
  void gapBetweenSnapshotAndLogIsRefused() {
    write(30);
    snapshot(3, 3);
    snapshot(20, 3);
    open(disk).openLog().dropPrefix(20);
    disk.delete(file(20, 3));
    disk.force();
    assertRefused().hasMessageContaining("begins after a gap: entries 4 to ");
  }

  @Test
  void logThatContinuesAnotherTermThanTheSnapshotIsRefused() {
    write(30);
    snapshot(40, 5);
    open(disk).openLog();
    disk.delete(file(40, 5));
    disk.put(file(40, 4), written(40, 4));
    assertRefused().hasMessageContaining("continues an entry of term 5, and the snapshot before it ends with term 4");
  }

  /** The bytes of a snapshot, as another node writes them. */
  private static byte[] written(long lastIndex, long lastTerm) {
    LossyDirectory elsewhere = new LossyDirectory(12);
    ControllerDirectory directory = open(elsewhere);
    directory.storeFormed(new RaftIdentity("cluster-a", SELF, VOTERS));
    snapshot(directory, lastIndex, lastTerm);
    return elsewhere.content(file(lastIndex, lastTerm));
  }

  @Test
  void damagedNewestSnapshotIsSetAsideWhileTheLogReachesBackToTheOlderOne() {
    write(30);
    snapshot(10, 3);
    snapshot(20, 3);
    open(disk).openLog().dropPrefix(10);
    long first = open(disk).openLog().firstIndex();
    assertThat(first).isGreaterThan(1);
    damage(file(20, 3));
    assertState(open(disk), 10, first, 30);
    assertThat(disk.names()).contains(file(20, 3) + ".damaged").doesNotContain(file(20, 3));
    snapshot(20, 3);
    assertState(open(disk), 20, first, 30);
  }

  @Test
  void damagedSnapshotsAreNotMissedWhileTheLogIsWhole() {
    write(30);
    snapshot(10, 3);
    snapshot(20, 3);
    damage(file(10, 3));
    damage(file(20, 3));
    assertState(open(disk), 0, 1, 30);
    assertThat(disk.names()).contains(file(10, 3) + ".damaged", file(20, 3) + ".damaged");
  }

  @Test
  void damagedNewestSnapshotIsRefusedWhenTheLogDoesNotReachBackToTheOlderOne() {
    write(30);
    snapshot(10, 3);
    snapshot(20, 3);
    open(disk).openLog().dropPrefix(20);
    damage(file(20, 3));
    assertRefused().hasMessageContaining(file(20, 3) + " does not match its digest, and entries 11 to ");
  }

  @Test
  void damagedOnlySnapshotIsRefusedWhenTheLogHasLostItsBeginning() {
    write(30);
    snapshot(20, 3);
    open(disk).openLog().dropPrefix(20);
    damage(file(20, 3));
    assertRefused().hasMessageContaining(file(20, 3) + " does not match its digest, and entries 1 to ");
  }

  /** The node may have said that it has the snapshot; the log is behind it. */
  @Test
  void damagedInstalledSnapshotIsRefusedAlthoughTheLogIsWhole() {
    write(30);
    disk.put(file(40, 5), written(40, 5));
    damage(file(40, 5));
    assertRefused().hasMessageContaining(file(40, 5))
        .hasMessageContaining("and the log, 1 to 30, does not hold its last entry");
  }

  @Test
  void damagedInstalledSnapshotThatTheLogContradictsIsRefused() {
    write(30);
    disk.put(file(20, 5), written(20, 5));
    damage(file(20, 5));
    assertRefused().hasMessageContaining("does not hold its last entry");
  }

  @Test
  void shortLogBehindASnapshotIsRefusedWhenMoreHadBeenForced() {
    write(30);
    snapshot(28, 3);
    cutOffLastSegment();
    assertRefused().hasMessageContaining("although entries up to 30 had been forced");
  }

  /** Between two frames, so that nothing in the log itself shows it. */
  private void cutOffLastSegment() {
    String last = disk.names().stream().filter(Segment::isName).toList().getLast();
    assertThat(Segment.baseIndex(last)).isLessThan(28);
    disk.put(last, Arrays.copyOf(disk.content(last), SegmentHeader.BYTES));
  }

  /** Dropping a prefix leaves a proof of how long the log was, lest a log cut short pass for an interrupted installation. */
  @Test
  void droppedPrefixProvesHowFarTheLogHadBeenForced() {
    write(10);
    ControllerDirectory directory = open(disk);
    FileRaftLog log = directory.openLog();
    entries(11, 30, 3).forEach(entry -> log.append(List.of(entry)));
    log.force();
    snapshot(directory, 28, 3);
    log.dropPrefix(5);
    disk.crash();
    cutOffLastSegment();
    assertRefused().hasMessageContaining("although entries up to 30 had been forced");
  }

  @Test
  void termOlderThanTheLogOrTheSnapshotIsRefused() {
    write(30);
    open(disk).quorumState().store(new HardState(2, null));
    assertRefused().hasMessageContaining("quorum-state is older than the log: it holds term 2")
        .hasMessageContaining("entries of term 3");
    open(disk).quorumState().store(new HardState(3, null));
    assertState(open(disk), 0, 1, 30);
    snapshot(40, 5);
    assertRefused().hasMessageContaining("it holds term 3").hasMessageContaining("entries of term 5");
    open(disk).quorumState().store(new HardState(5, null));
    assertState(open(disk), 40, 41, 40);
    open(disk).quorumState().store(new HardState(4, null));
    assertRefused().hasMessageContaining("it holds term 4");
  }

  @Test
  void snapshotOfAnotherClusterIsRefused() {
    write(30);
    new FileSnapshotStore(disk, "cluster-b", java.util.Optional.empty()).write(new SnapshotId(20, 3), VOTERS,
        out -> out.write('\n'));
    assertRefused().hasMessageContaining(file(20, 3)).hasMessageContaining("cluster-b");
  }

  @Test
  void whatWasNeverFinishedIsRemoved() {
    write(30);
    snapshot(20, 3);
    byte[] rest = {1, 2, 3};
    List<String> unfinished = List.of(file(25, 3) + ".tmp", file(40, 5) + ".incoming", "quorum-state.tmp",
        "meta.properties.tmp", Segment.name(1) + ".tmp", Segment.name(41) + ".reset");
    unfinished.forEach(name -> disk.put(name, rest));
    assertState(open(disk), 20, 1, 30);
    assertThat(disk.names()).doesNotContainAnyElementsOf(unfinished);
  }
}
