package io.ottla.controller.formation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.config.QuorumMember;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Contacts beside the initial voters (Q1) and a disk that fails (Q42); {@link FormationSimulationTest} runs whole formations. */
final class FormationTest {
  private static final QuorumMember ONE = new QuorumMember(1, "h1", 9090);
  private static final QuorumMember TWO = new QuorumMember(2, "h2", 9090);

  private static final QuorumMember THREE = new QuorumMember(0, "h3", 9090);
  private static final QuorumMember FOUR = new QuorumMember(0, "h4", 9090);

  private final Disk disk = new Disk();
  private final Peers peers = new Peers();
  private final Random random = new Random(1);

  @Test
  void theOnlyInitialVoterFormsAtOnceWhenItIsTheOnlyContact() {
    Formation one = formation(1, List.of(ONE), List.of(new QuorumMember(0, "h1", 9090)));
    assertThat(one.round(peers)).isInstanceOf(FormationStatus.Formed.class);
    assertThat(peers.asked).isEmpty();
  }

  @Test
  void theOnlyInitialVoterWaitsForEachContactToAnswer() {
    Formation one = formation(1, List.of(ONE), List.of(ONE, THREE, FOUR));
    assertThat(waiting(one)).contains("h3:9090, h4:9090", "controller.quorum.bootstrap.servers");
    peers.answers.put(THREE, unformed(3, List.of()));
    assertThat(waiting(one)).contains("h4:9090").doesNotContain("h3:9090");
    assertThat(disk.writes).as("writes before all have answered").isZero();
    peers.answers.put(FOUR, unformed(4, List.of()));
    assertThat(one.round(peers)).isInstanceOf(FormationStatus.Formed.class);
  }

  @Test
  void anEmptiedOnlyInitialVoterJoinsTheClusterOfAContactWithoutAVote() {
    RaftIdentity before = formedBy(formation(1, List.of(ONE), List.of()));
    disk.wipe();
    peers.answers.put(FOUR, formed(4, before));
    RaftIdentity now = formedBy(formation(1, List.of(ONE), List.of(THREE, FOUR)));
    assertThat(now.clusterId()).isEqualTo(before.clusterId());
    assertThat(now.voters().contains(now.self())).as("has a vote").isFalse();
    assertThat(now.voters()).isEqualTo(before.voters());
  }

  @Test
  void aContactOfAnotherClusterThanTheConfiguredOneIsToldToTheOperator() {
    peers.answers.put(THREE, formed(3, formedBy(formation(1, List.of(ONE), List.of()))));
    disk.wipe();
    assertThat(formation(1, "cluster-b", List.of(ONE), List.of(THREE)).round(peers))
        .isInstanceOf(FormationStatus.LeftOut.class);
    assertThat(disk.formed).isNull();
  }

  @Test
  void aContactThatIsToFormAQuorumOfItsOwnIsToldToTheOperator() {
    Formation one = formation(1, List.of(ONE), List.of(THREE));
    peers.answers.put(THREE, unformed(3, List.of(new QuorumMember(3, "h3", 9090))));
    assertThat(waiting(one)).contains("controller 3 at h3:9090", "other initial voters");
    assertThat(disk.writes).isZero();
  }

  @Test
  void anInitialVoterAgreesToNothingBeforeItsContactsHaveAnswered() {
    Formation two = formation(2, List.of(ONE, TWO), List.of(THREE));
    assertThat(two.onPrepare(proposal(1, two)).reason()).contains("h3:9090");
    assertThat(waiting(two)).contains("controller 1");
    assertThat(two.onPrepare(proposal(1, two)).agreed()).isFalse();
    peers.answers.put(THREE, unformed(3, List.of()));
    assertThat(waiting(two)).contains("controller 1");
    assertThat(two.onPrepare(proposal(1, two)).agreed()).isTrue();
  }

  @Test
  void nothingIsAgreedToAfterAFailedForce() {
    Formation two = formation(2, List.of(ONE, TWO), List.of());
    disk.failing = true;
    assertThatThrownBy(() -> two.onPrepare(proposal(1, two))).isInstanceOf(UncheckedIOException.class);
    disk.failing = false;
    assertThatThrownBy(() -> two.onPrepare(proposal(1, two))).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must end").hasRootCauseMessage("the device does not answer");
    assertThatThrownBy(() -> two.onPrepare(proposal(2, two))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> two.onCommit(proposal(2, two))).isInstanceOf(IllegalStateException.class);
    assertThat(disk.writes).as("writes tried").isOne();
  }

  @Test
  void anEarlierAgreementIsNotRepeatedAfterAFailedForce() {
    Formation two = formation(2, List.of(ONE, TWO), List.of());
    Proposal agreed = proposal(1, two);
    assertThat(two.onPrepare(agreed).agreed()).isTrue();
    disk.failing = true;
    assertThatThrownBy(() -> two.onPrepare(proposal(2, two))).isInstanceOf(UncheckedIOException.class);
    disk.failing = false;
    assertThatThrownBy(() -> two.onPrepare(agreed)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> two.onCommit(agreed)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theCoordinatorDecidesNothingAfterAFailedForce() {
    Formation one = formation(1, List.of(ONE), List.of());
    disk.failing = true;
    assertThatThrownBy(() -> one.round(peers)).isInstanceOf(UncheckedIOException.class);
    disk.failing = false;
    assertThatThrownBy(() -> one.round(peers)).isInstanceOf(IllegalStateException.class);
    assertThat(disk.formed).isNull();
  }

  private Formation formation(int id, List<QuorumMember> initialVoters, List<QuorumMember> contacts) {
    return formation(id, null, initialVoters, contacts);
  }

  private Formation formation(int id, @Nullable String clusterId, List<QuorumMember> initialVoters,
      List<QuorumMember> contacts) {
    return new Formation(id, clusterId, initialVoters, contacts, disk, new RandomSource() {
      @Override
      public int nextInt(int bound) {
        return random.nextInt(bound);
      }

      @Override
      public long nextLong() {
        return random.nextLong();
      }
    });
  }

  private String waiting(Formation formation) {
    FormationStatus status = formation.round(peers);
    assertThat(status).isInstanceOf(FormationStatus.Waiting.class);
    return ((FormationStatus.Waiting) status).reason();
  }

  private RaftIdentity formedBy(Formation formation) {
    FormationStatus status = formation.round(peers);
    assertThat(status).isInstanceOf(FormationStatus.Formed.class);
    return ((FormationStatus.Formed) status).identity();
  }

  private static PeerIdentity unformed(int id, List<QuorumMember> initialVoters) {
    return new PeerIdentity(id, new UUID(9, id), FormationStage.UNFORMATTED, 0, null, initialVoters, null, null);
  }

  private static PeerIdentity formed(int id, RaftIdentity cluster) {
    return new PeerIdentity(id, new UUID(9, id), FormationStage.FORMED, 0, null, List.of(), cluster.clusterId(),
        cluster.voters());
  }

  /** What controller 1 proposes to controller 2. */
  private static Proposal proposal(long ballot, Formation two) {
    return new Proposal(ballot, "cluster-a",
        new VoterSet(List.of(new Voter(new ReplicaKey(1, new UUID(1, 1)), ONE.host(), ONE.port()),
            new Voter(new ReplicaKey(2, two.identity().directoryId()), TWO.host(), TWO.port()))));
  }

  /** Those that answer do. */
  private static final class Peers implements FormationPeers {
    private final Map<QuorumMember, PeerIdentity> answers = new HashMap<>();
    private final List<QuorumMember> asked = new ArrayList<>();

    @Override
    public Optional<PeerIdentity> identity(QuorumMember member) {
      asked.add(member);
      return Optional.ofNullable(answers.get(member));
    }

    @Override
    public Optional<PrepareAnswer> prepare(QuorumMember member, Proposal proposal) {
      return Optional.empty();
    }

    @Override
    public Optional<Boolean> commit(QuorumMember member, Proposal proposal) {
      return Optional.empty();
    }
  }

  /** Keeps what it is told to, as a page cache would when the force fails. */
  private static final class Disk implements FormationStore {
    private boolean failing;
    private int writes;
    private @Nullable Prepared prepared;
    private @Nullable RaftIdentity formed;

    void wipe() {
      prepared = null;
      formed = null;
    }

    @Override
    public Optional<Prepared> prepared() {
      return Optional.ofNullable(prepared);
    }

    @Override
    public Optional<RaftIdentity> formed() {
      return Optional.ofNullable(formed);
    }

    @Override
    public void storePrepared(Prepared agreement) {
      prepared = agreement;
      force();
    }

    @Override
    public void storeFormed(RaftIdentity identity) {
      formed = identity;
      force();
    }

    private void force() {
      writes++;
      if (failing) {
        throw new UncheckedIOException(new IOException("the device does not answer"));
      }
    }
  }
}
