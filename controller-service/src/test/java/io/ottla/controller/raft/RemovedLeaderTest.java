package io.ottla.controller.raft;

import static io.ottla.controller.raft.CoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.controller.raft.RaftMessage.PreVoteRequest;
import org.junit.jupiter.api.Test;

/** A leader that removes itself and falls before anybody has heard of it (Q38; dissertation, section 4.2.2 and figure 4.6). */
final class RemovedLeaderTest {
  private static CoreFixture fallenAfterItsOwnRemoval() {
    var voter = new CoreFixture(2);
    voter.becomeActiveLeader();
    voter.step(new RaftInput.ChangeVoters(1, new VoterChange.Remove(key(1))));
    assertThat(voter.core.voters().contains(key(1))).isFalse();
    voter.restart();
    return voter;
  }

  @Test
  void leaderWhoseOwnRemovalNobodyElseHasMayCampaignForNobodyElseCanWin() {
    var voter = fallenAfterItsOwnRemoval();
    voter.tick(700);
    assertThat(voter.taken(PreVoteRequest.class)).isNotEmpty();
  }

  @Test
  void itDoesNotCountItselfAmongTheVoters() {
    var voter = fallenAfterItsOwnRemoval();
    voter.tick(700);
    assertThat(voter.role()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  void nodeWhoseRemovalIsCommittedDoesNotCampaign() {
    var voter = new CoreFixture(2);
    voter.becomeActiveLeader();
    voter.step(new RaftInput.ChangeVoters(1, new VoterChange.Remove(key(1))));
    voter.acknowledge(voter.appendTo(2));
    assertThat(voter.role()).isEqualTo(Role.OBSERVER);
    voter.taken(PreVoteRequest.class);
    voter.tick(2_000);
    assertThat(voter.taken(PreVoteRequest.class)).isEmpty();
  }
}
