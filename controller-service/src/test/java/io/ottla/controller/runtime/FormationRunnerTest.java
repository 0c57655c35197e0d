package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.common.config.QuorumMember;
import io.ottla.common.fault.NodeFaults;
import io.ottla.common.fault.StorageFaults;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.controller.formation.Formation;
import io.ottla.controller.formation.FormationPeers;
import io.ottla.controller.formation.PeerIdentity;
import io.ottla.controller.formation.PrepareAnswer;
import io.ottla.controller.formation.Proposal;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.storage.ControllerDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real directory, whose forces fail for a while, under the calls of another controller (Q42). */
final class FormationRunnerTest {
  private static final QuorumMember ONE = new QuorumMember(1, "h1", 9090);
  private static final QuorumMember TWO = new QuorumMember(2, "h2", 9090);
  private static final StorageFaults FAILING = new StorageFaults(false, 0, 0, true, false);

  @TempDir
  Path path;

  private final NodeFaults faults = NodeFaults.of(true);
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  private ControllerDirectory directory;
  private FormationRunner runner;

  @BeforeEach
  void open() {
    directory = ControllerDirectory.open(path, 2, null, 1 << 20, faults);
    runner = new FormationRunner(
        new Formation(2, null, List.of(ONE, TWO), List.of(), directory, new SecureRandomSource()), new Nobody(),
        (thread, _) -> fatal.add(thread));
  }

  @AfterEach
  void close() {
    runner.close();
    directory.close();
  }

  @Test
  void aFailedForceEndsTheNodeAndNothingIsAgreedToAfterwards() throws Exception {
    faults.storage(FAILING);
    assertThatThrownBy(() -> runner.onPrepare(proposal(1))).isInstanceOf(IllegalStateException.class);
    assertThat(fatal).containsExactly("formation-disk");
    faults.storage(StorageFaults.NONE);
    assertThatThrownBy(() -> runner.onPrepare(proposal(2))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> runner.onCommit(proposal(2))).isInstanceOf(IllegalStateException.class);
    assertThat(directory.prepared()).as("what was written").isEmpty();
    assertThat(runner.run(_ -> {})).as("formed").isEmpty();
    assertThat(fatal).as("told once").hasSize(1);
  }

  @Test
  void aDecisionThatCannotBeForcedEndsTheNode() throws Exception {
    assertThat(runner.onPrepare(proposal(1)).orElseThrow().agreed()).isTrue();
    faults.storage(FAILING);
    assertThatThrownBy(() -> runner.onCommit(proposal(1))).isInstanceOf(IllegalStateException.class);
    faults.storage(StorageFaults.NONE);
    assertThatThrownBy(() -> runner.onCommit(proposal(1))).isInstanceOf(IllegalStateException.class);
    assertThat(directory.formed()).isEmpty();
    assertThat(fatal).containsExactly("formation-disk");
  }

  @Test
  void aRefusalEndsNothing() throws Exception {
    assertThat(runner.onPrepare(proposal(2)).orElseThrow().agreed()).isTrue();
    assertThat(runner.onPrepare(proposal(1)).orElseThrow().agreed()).isFalse();
    assertThat(runner.onCommit(proposal(2)).orElseThrow()).isTrue();
    assertThat(fatal).isEmpty();
  }

  private Proposal proposal(long ballot) {
    return new Proposal(ballot, "cluster-a",
        new VoterSet(List.of(new Voter(new ReplicaKey(1, new UUID(1, 1)), ONE.host(), ONE.port()),
            new Voter(new ReplicaKey(2, runner.identity().directoryId()), TWO.host(), TWO.port()))));
  }

  private static final class Nobody implements FormationPeers {
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
}
