package io.ottla.controller.raft.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.SnapshotId;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link SnapshotStore} keeps to. A subclass opens the adapter on storage that survives {@link #crash}. */
public abstract class SnapshotStoreContract {
  private static final VoterSet VOTERS = new VoterSet(
      List.of(new Voter(new ReplicaKey(1, new UUID(0x8000000000000001L, 2)), "one.example", 9090),
          new Voter(new ReplicaKey(2, new UUID(3, 4)), "[::1]", 9190)));
  private static final SnapshotId FIVE = new SnapshotId(5, 1);
  private static final SnapshotId NINE = new SnapshotId(9, 2);
  private static final SnapshotId TWELVE = new SnapshotId(12, 2);

  /** Opens the store on this test's storage: empty the first time. */
  protected abstract SnapshotStore open();

  /** Opens another node's store, empty. */
  protected abstract SnapshotStore openAnother();

  /** Ends the store opened first as a crash would: without closing it in order, losing what was not forced if the adapter can. */
  protected abstract void crash();

  private static String state(int lines) {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < lines; line++) {
      text.append("{\"type\":\"record\",\"number\":").append(line).append("}\n");
    }
    return text.toString();
  }

  private static Snapshot write(SnapshotStore store, SnapshotId id, String state) {
    return store.write(id, VOTERS, out -> out.write(state.getBytes(StandardCharsets.UTF_8)));
  }

  private static String stateOf(SnapshotStore store, SnapshotId id) {
    try (InputStream in = store.openState(id)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytesOf(SnapshotStore store, Snapshot snapshot, int pieceBytes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (bytes.size() < snapshot.sizeInBytes()) {
      bytes.writeBytes(store.read(snapshot.id(), bytes.size(), pieceBytes));
    }
    return bytes.toByteArray();
  }

  private static void receive(SnapshotStore store, SnapshotId id, byte[] bytes, int pieceBytes) {
    for (int position = 0; position < bytes.length; position += pieceBytes) {
      store.receive(id, position,
          Arrays.copyOfRange(bytes, position, Math.min(bytes.length, position + pieceBytes)));
    }
  }

  /** A snapshot as another node would send it. */
  private byte[] sent(SnapshotId id, String state) {
    SnapshotStore another = openAnother();
    return bytesOf(another, write(another, id, state), Integer.MAX_VALUE);
  }

  @Test
  void newStoreHasNoSnapshot() {
    assertThat(open().newest()).isEmpty();
  }

  @Test
  void writtenSnapshotIsTheNewestAndReadsBack() {
    SnapshotStore store = open();
    Snapshot written = write(store, FIVE, state(3));
    assertThat(written.id()).isEqualTo(FIVE);
    assertThat(written.voters()).isEqualTo(VOTERS);
    assertThat(store.newest()).contains(written);
    assertThat(stateOf(store, FIVE)).isEqualTo(state(3));
  }

  @Test
  void emptyStateIsAStateToo() {
    SnapshotStore store = open();
    write(store, FIVE, "");
    assertThat(stateOf(store, FIVE)).isEmpty();
  }

  @Test
  void bigStateReadsBack() {
    SnapshotStore store = open();
    String big = state(20_000);
    write(store, FIVE, big);
    assertThat(stateOf(store, FIVE)).isEqualTo(big);
    crash();
    assertThat(stateOf(open(), FIVE)).isEqualTo(big);
  }

  @Test
  void writtenSnapshotSurvivesACrashRightAfterwards() {
    Snapshot written = write(open(), FIVE, state(3));
    crash();
    SnapshotStore recovered = open();
    assertThat(recovered.newest()).contains(written);
    assertThat(stateOf(recovered, FIVE)).isEqualTo(state(3));
  }

  @Test
  void snapshotOfAnOlderIndexIsNotTheNewest() {
    SnapshotStore store = open();
    Snapshot newer = write(store, NINE, state(3));
    write(store, FIVE, state(1));
    assertThat(store.newest()).contains(newer);
    crash();
    assertThat(open().newest()).contains(newer);
  }

  @Test
  void existingSnapshotIsLeftAsItIs() {
    SnapshotStore store = open();
    Snapshot first = write(store, FIVE, state(3));
    assertThat(write(store, FIVE, state(1))).isEqualTo(first);
    assertThat(stateOf(store, FIVE)).isEqualTo(state(3));
  }

  @Test
  void failureOfTheStatesWriterLeavesNothingAndTheStoreGoesOn() {
    SnapshotStore store = open();
    assertThatThrownBy(() -> store.write(FIVE, VOTERS, out -> {
      out.write(state(1).getBytes(StandardCharsets.UTF_8));
      throw new IllegalStateException("no more");
    })).isInstanceOf(IllegalStateException.class).hasMessage("no more");
    assertThat(store.newest()).isEmpty();
    Snapshot written = write(store, NINE, state(2));
    crash();
    assertThat(open().newest()).contains(written);
  }

  @Test
  void stateThatEndsInTheMiddleOfALineIsRefused() {
    SnapshotStore store = open();
    assertThatThrownBy(() -> write(store, FIVE, state(2) + "{")).isInstanceOf(IllegalArgumentException.class);
    assertThat(store.newest()).isEmpty();
  }

  @Test
  void pieceAtAnyPositionIsPartOfTheWhole() {
    SnapshotStore store = open();
    Snapshot snapshot = write(store, FIVE, state(3));
    int size = (int) snapshot.sizeInBytes();
    byte[] whole = store.read(FIVE, 0, Integer.MAX_VALUE);
    assertThat(whole).hasSize(size);
    for (int position = 0; position <= size; position++) {
      assertThat(store.read(FIVE, position, 10))
          .isEqualTo(Arrays.copyOfRange(whole, position, Math.min(size, position + 10)));
    }
    assertThatThrownBy(() -> store.read(FIVE, size + 1, 10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> store.read(FIVE, -1, 10)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void unknownSnapshotIsACallersBug() {
    SnapshotStore store = open();
    write(store, FIVE, state(3));
    assertThatThrownBy(() -> store.read(NINE, 0, 10)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.openState(NINE)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void receivedSnapshotIsTheSameAsTheSentOne() {
    SnapshotStore another = openAnother();
    Snapshot sent = write(another, NINE, state(50));
    byte[] bytes = bytesOf(another, sent, 100);
    SnapshotStore store = open();
    receive(store, NINE, bytes, 100);
    assertThat(store.newest()).isEmpty();
    assertThat(store.complete(NINE, bytes.length)).contains(sent);
    assertThat(store.newest()).contains(sent);
    assertThat(stateOf(store, NINE)).isEqualTo(state(50));
    assertThat(bytesOf(store, sent, 77)).isEqualTo(bytes);
    crash();
    SnapshotStore recovered = open();
    assertThat(recovered.newest()).contains(sent);
    assertThat(stateOf(recovered, NINE)).isEqualTo(state(50));
  }

  @Test
  void piecesAreNoSnapshotAndAreForgottenInACrash() {
    byte[] bytes = sent(NINE, state(50));
    SnapshotStore store = open();
    Snapshot older = write(store, FIVE, state(3));
    receive(store, NINE, bytes, 100);
    assertThat(store.newest()).contains(older);
    crash();
    SnapshotStore recovered = open();
    assertThat(recovered.newest()).contains(older);
    assertThat(recovered.complete(NINE, bytes.length)).isEmpty();
    assertThat(recovered.newest()).contains(older);
  }

  @Test
  void positionZeroStartsAnew() {
    SnapshotStore store = open();
    receive(store, FIVE, sent(FIVE, state(50)), 100);
    byte[] bytes = sent(NINE, state(20));
    store.receive(NINE, 0, Arrays.copyOf(bytes, 30));
    receive(store, NINE, bytes, 100);
    assertThat(store.complete(NINE, bytes.length).map(Snapshot::id)).contains(NINE);
  }

  @Test
  void pieceThatDoesNotFollowIsACallersBugAndChangesNothing() {
    byte[] bytes = sent(NINE, state(20));
    SnapshotStore store = open();
    assertThatThrownBy(() -> store.receive(NINE, 10, bytes)).isInstanceOf(IllegalArgumentException.class);
    store.receive(NINE, 0, Arrays.copyOf(bytes, 100));
    byte[] rest = Arrays.copyOfRange(bytes, 100, bytes.length);
    assertThatThrownBy(() -> store.receive(NINE, 99, rest)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.receive(NINE, 101, rest)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.receive(FIVE, 100, rest)).isInstanceOf(IllegalArgumentException.class);
    store.receive(NINE, 100, rest);
    assertThat(store.complete(NINE, bytes.length).map(Snapshot::id)).contains(NINE);
  }

  @Test
  void whatIsNotWholeOrNotWhatItClaimsToBeIsRefusedAndForgotten() {
    byte[] bytes = sent(NINE, state(20));
    SnapshotStore store = open();
    assertThat(store.complete(NINE, bytes.length)).isEmpty();

    receive(store, NINE, Arrays.copyOf(bytes, bytes.length - 1), 100);
    assertThat(store.complete(NINE, bytes.length)).isEmpty();
    receive(store, NINE, Arrays.copyOf(bytes, bytes.length - 1), 100);
    assertThat(store.complete(NINE, bytes.length - 1)).isEmpty();
    receive(store, TWELVE, bytes, 100);
    assertThat(store.complete(TWELVE, bytes.length)).isEmpty();
    receive(store, NINE, bytes, 100);
    assertThat(store.complete(TWELVE, bytes.length)).isEmpty();
    assertThat(store.complete(NINE, bytes.length)).isEmpty();
    assertThat(store.newest()).isEmpty();

    receive(store, NINE, bytes, 100);
    assertThat(store.complete(NINE, bytes.length).map(Snapshot::id)).contains(NINE);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    byte[] bytes = sent(NINE, state(3));
    SnapshotStore store = open();
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      receive(store, NINE, damaged, Integer.MAX_VALUE);
      assertThat(store.complete(NINE, bytes.length)).as("bit %d", bit).isEmpty();
    }
    assertThat(store.newest()).isEmpty();
  }

  @Test
  void snapshotThatExistsCanBeReceivedAgain() {
    byte[] bytes = sent(NINE, state(20));
    SnapshotStore store = open();
    Snapshot own = write(store, NINE, state(20));
    receive(store, NINE, bytes, 100);
    assertThat(store.complete(NINE, bytes.length)).contains(own);
    assertThat(bytesOf(store, own, 1000)).isEqualTo(bytes);
  }

  @Test
  void pruningKeepsTheTwoNewestAndThoseInUse() {
    SnapshotStore store = open();
    for (long index = 1; index <= 5; index++) {
      write(store, new SnapshotId(index, 1), state((int) index));
    }
    store.prune(new SnapshotId(5, 1), Set.of(new SnapshotId(2, 1)));
    assertThat(stateOf(store, new SnapshotId(5, 1))).isEqualTo(state(5));
    assertThat(stateOf(store, new SnapshotId(4, 1))).isEqualTo(state(4));
    assertThat(stateOf(store, new SnapshotId(2, 1))).isEqualTo(state(2));
    assertThatThrownBy(() -> store.openState(new SnapshotId(3, 1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.read(new SnapshotId(1, 1), 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(store.newest().map(Snapshot::id)).contains(new SnapshotId(5, 1));
    crash();
    assertThat(open().newest().map(Snapshot::id)).contains(new SnapshotId(5, 1));
  }

  @Test
  void pruningThatComesLateTouchesNothingNewerThanWhatItWasDecidedWith() {
    SnapshotStore store = open();
    for (long index = 1; index <= 6; index++) {
      write(store, new SnapshotId(index, 1), state((int) index));
    }
    store.prune(new SnapshotId(3, 1), Set.of());
    for (long index = 2; index <= 6; index++) {
      assertThat(stateOf(store, new SnapshotId(index, 1))).isEqualTo(state((int) index));
    }
    assertThatThrownBy(() -> store.openState(new SnapshotId(1, 1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stateThatIsBeingReadStaysReadableWhenItsSnapshotIsPruned() throws IOException {
    SnapshotStore store = open();
    write(store, FIVE, state(20_000));
    try (InputStream in = store.openState(FIVE)) {
      byte[] start = in.readNBytes(1000);
      write(store, NINE, state(1));
      write(store, TWELVE, state(1));
      store.prune(TWELVE, Set.of());
      String whole = new String(start, StandardCharsets.UTF_8)
          + new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(whole).isEqualTo(state(20_000));
    }
  }
}
