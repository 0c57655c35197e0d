package io.ottla.broker.http.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.http.outbound.ActiveController.Address;
import io.ottla.common.wire.LeaderHint;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is believed of who the active controller is. */
class ActiveControllerTest {
  private static final Address A = new Address("a", 1);
  private static final Address B = new Address("b", 2);

  private final ActiveController active = new ActiveController();

  private static LeaderHint hint(Address at, long term) {
    return new LeaderHint(0, term, at.host(), at.port());
  }

  @Test
  void theNewestTermIsBelieved() {
    active.heard(hint(A, 4));
    active.heard(hint(B, 5));
    active.heard(hint(A, 4));
    active.heard(null);
    assertThat(active.address()).isEqualTo(B);
  }

  /** Followers go on naming the leader that has just died. */
  @Test
  void aLeaderThatCouldNotBeReachedIsNotBelievedAgainInItsTerm() {
    active.heard(hint(A, 4));
    active.failed(A);
    CompletableFuture<Void> news = active.news();
    active.heard(hint(A, 4));
    assertThat(active.address()).isNull();
    assertThat(news).isNotDone();
    active.heard(hint(A, 5));
    assertThat(active.address()).as("elected again").isEqualTo(A);
    assertThat(news).isDone();
  }

  @Test
  void norIsItWhenTheSuccessorAnsweredBeforeItsTermIsKnown() {
    active.heard(hint(A, 4));
    active.failed(A);
    active.answered(B);
    active.heard(hint(A, 4));
    assertThat(active.address()).isEqualTo(B);
    active.termIs(5);
    active.heard(hint(new Address("c", 3), 4));
    assertThat(active.address()).as("outdated").isEqualTo(B);
  }

  @Test
  void anAnswerIsBelievedWhateverWasDoubted() {
    active.heard(hint(A, 4));
    active.failed(A);
    active.answered(A);
    assertThat(active.address()).isEqualTo(A);
    assertThat(active.isElsewhere(A)).isFalse();
    assertThat(active.isElsewhere(B)).isTrue();
  }

  @Test
  void onlyTheOneThatIsKnownCanFail() {
    active.heard(hint(A, 4));
    active.failed(B);
    assertThat(active.address()).isEqualTo(A);
    active.failed(A);
    assertThat(active.isElsewhere(B)).as("nobody is known").isFalse();
  }

  @Test
  void newsComesOnceAndOnlyWhenSomethingChanged() {
    active.answered(A);
    long changes = active.changes();
    CompletableFuture<Void> news = active.news();
    active.answered(A);
    active.heard(hint(A, 9));
    assertThat(news).isNotDone();
    assertThat(active.changes()).isEqualTo(changes);
    active.answered(B);
    assertThat(news).isDone();
    assertThat(active.news()).isNotDone();
  }

  @Test
  void oneSearchesAtATime() {
    assertThat(active.trySearch()).isTrue();
    assertThat(active.trySearch()).isFalse();
    active.endSearch();
    assertThat(active.trySearch()).isTrue();
  }
}
