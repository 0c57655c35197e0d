package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.entry;
import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a driver does, in which order (Q14, Q16, Q21 f, Q40, Q47). */
final class DurabilityOrderTest {
  @Test
  void hardStateComesFirstAndNewsLast() {
    var state = new HardState(3, key(1));
    var write = new LogWrite(1, null, 0, List.of(entry(1, 3)), 0);
    var message = new RaftMessage.VoteReply(new Envelope("c", key(1), key(2), 3, 1), VoteResult.GRANTED);
    var notice = new RaftNotice.CommitAdvanced(1);
    assertThat(DurabilityOrder.effects(new RaftOutput(state, write, List.of(), List.of(message), List.of(notice))))
        .containsExactly(
            new RaftEffect.PersistHardState(state), new RaftEffect.Store(new StorageTask.ChangeLog(write)),
            new RaftEffect.Send(message),
            new RaftEffect.Notify(notice));
  }

  @Test
  void writesThatWaitTogetherShareOneForce() {
    var first = new LogWrite(1, null, 0, List.of(entry(1, 1)), 0);
    var second = new LogWrite(2, null, 0, List.of(entry(2, 1), entry(3, 1)), 0);
    assertThat(DurabilityOrder.storageSteps(tasks(first, second))).containsExactly(
        new StorageStep.Append(List.of(entry(1, 1), entry(2, 1), entry(3, 1))), new StorageStep.Force(),
        new StorageStep.ReportPersisted(2));
  }

  @Test
  void truncationIsForcedBeforeTheNextAppend() {
    var first = new LogWrite(1, null, 0, List.of(entry(5, 1)), 0);
    var second = new LogWrite(2, null, 4, List.of(entry(4, 2)), 0);
    assertThat(DurabilityOrder.storageSteps(tasks(first, second))).containsExactly(
        new StorageStep.Append(List.of(entry(5, 1))),
        new StorageStep.Truncate(4), new StorageStep.Force(), new StorageStep.Append(List.of(entry(4, 2))),
        new StorageStep.Force(),
        new StorageStep.ReportPersisted(2));
  }

  @Test
  void snapshotIsDurableBeforeTheLogIsResetToItAndTheResetIsDoneBeforeAnythingIsAppended() {
    var id = new SnapshotId(9, 2);
    var complete = new StorageTask.ChangeSnapshots(new SnapshotWrite.Complete(id, 7));
    var reset = new StorageTask.ChangeLog(new LogWrite(1, id, 0, List.of(), 0));
    var append = new StorageTask.ChangeLog(new LogWrite(2, null, 0, List.of(entry(10, 2)), 0));
    assertThat(DurabilityOrder.storageSteps(List.of(complete, reset, append))).containsExactly(
        new StorageStep.CompleteSnapshot(id, 7), new StorageStep.Reset(id),
        new StorageStep.Append(List.of(entry(10, 2))), new StorageStep.Force(), new StorageStep.ReportPersisted(2));
  }

  @Test
  void entriesAreInTheLogBeforeItsPrefixIsDropped() {
    var append = new StorageTask.ChangeLog(new LogWrite(1, null, 0, List.of(entry(10, 2)), 0));
    var drop = new StorageTask.ChangeLog(new LogWrite(2, null, 0, List.of(), 4));
    assertThat(DurabilityOrder.storageSteps(List.of(append, drop))).containsExactly(
        new StorageStep.Append(List.of(entry(10, 2))), new StorageStep.DropPrefix(4), new StorageStep.Force(),
        new StorageStep.ReportPersisted(2));
  }

  private static List<StorageTask> tasks(LogWrite... writes) {
    return List.<StorageTask>of(
        java.util.Arrays.stream(writes).map(StorageTask.ChangeLog::new).toArray(StorageTask[]::new));
  }
}
