package io.ottla.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.broker.runtime.OfflineReplicas.Verdict;
import io.ottla.common.id.TopicIdPartition;
import io.ottla.common.metadata.LeaderRecoveryState;
import io.ottla.common.metadata.PartitionState;
import io.ottla.common.wire.LostReplica;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When a replica without a usable log may have a new one (P43 to P45). */
class OfflineReplicasTest {
  private static final int SELF = 1;
  private static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 1), 0);

  private final OfflineReplicas offline = new OfflineReplicas(SELF);

  private static PartitionState state(int leader, int leaderEpoch, List<Integer> isr, List<Integer> elr) {
    return new PartitionState(List.of(1, 2, 3), isr, elr, -1, List.of(), List.of(), leader,
        LeaderRecoveryState.RECOVERED, leaderEpoch, 9, List.of(new UUID(2, 1), new UUID(2, 2), new UUID(2, 3)));
  }

  private List<Integer> reportedEpochs() {
    return offline.toReport().stream().map(LostReplica::leaderEpoch).toList();
  }

  @Test
  void aRemovalInTheEpochItServedInProvesNothing() {
    offline.add(ID, 4, null);
    assertThat(offline.judge(ID, state(2, 4, List.of(2, 3), List.of()))).isEqualTo(Verdict.WAIT_FOR_REMOVAL);
    assertThat(reportedEpochs()).containsExactly(4);
    assertThat(offline.judge(ID, state(2, 5, List.of(2, 3), List.of()))).isEqualTo(Verdict.REBUILD);
    assertThat(reportedEpochs()).isEmpty();
  }

  @Test
  void aMemberOfIsrOrElrStaysReportedUnderEveryNewEpoch() {
    offline.add(ID, 4, null);
    assertThat(offline.judge(ID, state(2, 5, List.of(1, 2), List.of()))).isEqualTo(Verdict.WAIT_FOR_REMOVAL);
    assertThat(reportedEpochs()).as("else the controllers would take it for an old report").containsExactly(5);
    assertThat(offline.judge(ID, state(2, 6, List.of(2), List.of(1)))).isEqualTo(Verdict.WAIT_FOR_REMOVAL);
    assertThat(offline.judge(ID, state(1, 7, List.of(1), List.of()))).as("elected by somebody who did not know")
        .isEqualTo(Verdict.WAIT_FOR_REMOVAL);
    assertThat(reportedEpochs()).containsExactly(7);
  }

  @Test
  void withoutALeaderTheRestIsKeptAndOnlyAnUncleanElectionTakesIt() {
    offline.add(ID, 4, null);
    assertThat(offline.judge(ID, state(-1, 5, List.of(), List.of()))).isEqualTo(Verdict.KEEP);
    assertThat(offline.kept(ID)).isTrue();
    assertThat(offline.kept(ID)).as("told once").isFalse();
    assertThat(offline.judge(ID, state(1, 6, List.of(1), List.of()))).isEqualTo(Verdict.LEAD_WITH_THE_REST);
    assertThat(reportedEpochs()).isEmpty();
  }

  @Test
  void aHeartbeatNamesNoMoreThanItHasRoomFor() {
    for (int partition = 0; partition <= OfflineReplicas.MAX_REPORTED; partition++) {
      offline.add(new TopicIdPartition(new UUID(1, 1), partition), 0, null);
    }
    assertThat(offline.toReport()).hasSize(OfflineReplicas.MAX_REPORTED);
  }
}
