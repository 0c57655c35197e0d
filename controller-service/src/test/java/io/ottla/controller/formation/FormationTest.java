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
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Single steps of formation (Q1) and a disk that fails (Q42); {@link FormationSimulationTest} runs whole formations. */
final class FormationTest {
  private static final QuorumMember ONE = new QuorumMember(1, "h1", 9090);
  private static final QuorumMember TWO = new QuorumMember(2, "h2", 9090);

  private final Disk disk = new Disk();

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
    assertThatThrownBy(() -> one.round(new Peers())).isInstanceOf(UncheckedIOException.class);
    disk.failing = false;
    assertThatThrownBy(() -> one.round(new Peers())).isInstanceOf(IllegalStateException.class);
    assertThat(disk.formed).isNull();
  }

  private Formation formation(int id, List<QuorumMember> initialVoters, List<QuorumMember> contacts) {
    Random random = new Random(id);
    return new Formation(id, null, initialVoters, contacts, disk, new RandomSource() {
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

  /** What controller 1 proposes to controller 2. */
  private static Proposal proposal(long ballot, Formation two) {
    return new Proposal(ballot, "cluster-a",
        new VoterSet(List.of(new Voter(new ReplicaKey(1, new UUID(1, 1)), ONE.host(), ONE.port()),
            new Voter(new ReplicaKey(2, two.identity().directoryId()), TWO.host(), TWO.port()))));
  }

  private static final class Peers implements FormationPeers {
    @Override
    public Optional<PeerIdentity> identity(QuorumMember member) {
      return Optional.empty();
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
