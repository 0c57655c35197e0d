package io.ottla.common.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the state of a partition says about a move that is under way, M32, and which moves are none. */
class MovingPartitionTest {
  private static PartitionState moving(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    List<UUID> directories = replicas.stream().map(id -> new UUID(2, id)).toList();
    return new PartitionState(replicas, List.of(2), List.of(), -1, adding, removing, 2, LeaderRecoveryState.RECOVERED,
        0, 0, directories);
  }

  @Test
  void targetAndOriginalFollowFromWhatIsAddedAndRemoved() {
    PartitionState state = moving(List.of(4, 2, 1, 3), List.of(4), List.of(1, 3));
    assertThat(state.reassigning()).isTrue();
    assertThat(state.target()).containsExactly(4, 2);
    assertThat(state.original()).containsExactly(2, 1, 3);
    assertThat(state.countedReplicas()).as("what is added does not count yet").isEqualTo(3);
  }

  @Test
  void aPartitionThatStaysIsItsOwnTarget() {
    PartitionState state = moving(List.of(2, 1), List.of(), List.of());
    assertThat(state.reassigning()).isFalse();
    assertThat(state.target()).isEqualTo(state.original()).containsExactly(2, 1);
    assertThat(state.countedReplicas()).isEqualTo(2);
  }

  @Test
  void movesFromOrToNothingOrBothWaysAreNone() {
    refuses(List.of(2, 1), List.of(2, 1), List.of());
    refuses(List.of(2, 1), List.of(), List.of(1, 2));
    refuses(List.of(2, 1, 3), List.of(1), List.of(1));
    refuses(List.of(2, 1, 3), List.of(1, 1), List.of());
    refuses(List.of(2, 1), List.of(9), List.of());
  }

  private static void refuses(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    assertThatThrownBy(() -> moving(replicas, adding, removing)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("I15");
  }

  @Test
  void sharesCountThePartitionsThatMove() {
    PartitionState moving = moving(List.of(2, 1, 3), List.of(1), List.of());
    PartitionState leaving = moving(List.of(2, 1, 3), List.of(), List.of(3));
    PartitionState staying = moving(List.of(2, 1), List.of(), List.of());
    assertThat(TopicShares.of(List.of(moving, staying, leaving)).reassigning()).isEqualTo(2);
  }
}
