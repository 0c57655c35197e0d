package io.ottla.controller.raft.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.HardState;
import io.ottla.controller.raft.ReplicaKey;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link QuorumStateStore} keeps to. A subclass opens the adapter on storage that survives {@link #crash}. */
public abstract class QuorumStateStoreContract {
  private static final ReplicaKey CANDIDATE = new ReplicaKey(7, new UUID(0x123456789abcdefL, 0x8edcba9876543210L));

  /** Opens the store on this test's storage. */
  protected abstract QuorumStateStore open();

  /** Ends the store opened last without closing it in order. */
  protected abstract void crash();

  @Test
  void newStoreHoldsNothing() {
    assertThat(open().load()).isEmpty();
  }

  @Test
  void storedStateIsLoadedBack() {
    QuorumStateStore store = open();
    store.store(new HardState(3, CANDIDATE));
    assertThat(store.load()).contains(new HardState(3, CANDIDATE));
    store.store(new HardState(4, null));
    assertThat(store.load()).contains(new HardState(4, null));
  }

  @Test
  void storedStateSurvivesACrashRightAfterwards() {
    open().store(new HardState(3, CANDIDATE));
    crash();
    QuorumStateStore second = open();
    assertThat(second.load()).contains(new HardState(3, CANDIDATE));
    second.store(new HardState(Long.MAX_VALUE, null));
    crash();
    assertThat(open().load()).contains(new HardState(Long.MAX_VALUE, null));
  }
}
