package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.Endpoint;
import io.ottla.common.random.SecureRandomSource;
import io.ottla.common.time.MonotonicClock;
import io.ottla.common.wire.RestartClass;
import io.ottla.controller.control.ClusterControl;
import io.ottla.controller.control.ControlSettings;
import io.ottla.controller.control.RegisterBrokerCommand;
import io.ottla.controller.control.RegisterBrokerCommand.Registered;
import io.ottla.controller.raft.EntryType;
import io.ottla.controller.raft.LogEntry;
import io.ottla.controller.raft.QuorumReport;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Role;
import io.ottla.controller.raft.Snapshot;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import io.ottla.controller.raft.port.MemorySnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Commands that arrive between two leaders (Q20, Q26, Q39) wait a moment, and nothing of them is appended before somebody may decide. */
final class WaitingCommandsTest {
  private static final long PATIENCE_MS = 150;
  private static final Voter SELF = new Voter(new ReplicaKey(1, new UUID(1, 1)), "host1", 9001);
  private static final Voter OTHER = new Voter(new ReplicaKey(2, new UUID(2, 2)), "host2", 9002);

  private final ScriptedCore core = new ScriptedCore();
  private final ClusterControl control = new ClusterControl(ControlSettings.of("c", new TreeMap<>(), 60_000),
      new SecureRandomSource());
  private final ControllerLoop loop = new ControllerLoop(control, new MetadataPublisher(),
      new SnapshotLoop(new MemorySnapshotStore(), new NoState(), MonotonicClock.system(), (_, cause) -> {
        throw new AssertionError(cause);
      }), SnapshotPolicy.DEFAULT, RuntimeObserver.NONE, PATIENCE_MS);

  private CompletableFuture<Registered> register(int id) {
    CompletableFuture<Registered> answer = new CompletableFuture<>();
    RegisterBrokerCommand command = new RegisterBrokerCommand(null, id, new UUID(7, id), List.of(new UUID(8, id)),
        List.of(new Endpoint("CLIENT", "h", 1)), null, new TreeMap<>(), -1, RestartClass.LOSSY, "sync");
    loop.execute(core, (decider, nowMs) -> decider.register(command, nowMs), answer);
    return answer;
  }

  private void role(Role role, @Nullable Voter leader) {
    core.role = role;
    core.leader = leader == null ? null : leader.key();
    loop.onNotice(core, new RaftNotice.RoleChanged(role, core.term, core.leader));
  }

  /** The entry that opens the term is committed. */
  private void activate() {
    core.log.add(new LogEntry(core.log.size() + 1L, core.term, EntryType.LEADER_CHANGE, new byte[0]));
    loop.onNotice(core, new RaftNotice.LeaderActivated(core.term, core.log.size()));
    loop.onNotice(core, new RaftNotice.CommitAdvanced(core.log.size()));
  }

  private static void assertRefused(CompletableFuture<Registered> answer) {
    assertThat(answer).isCompletedExceptionally();
    assertThat(answer.exceptionNow()).asInstanceOf(InstanceOfAssertFactories.type(OttlaException.class))
        .extracting(OttlaException::code).isEqualTo(ErrorCode.NOT_CONTROLLER);
  }

  @Test
  void leaderThatIsNotActiveYetDecidesAsSoonAsItIs() {
    role(Role.LEADER, SELF);
    CompletableFuture<Registered> first = register(11);
    CompletableFuture<Registered> second = register(12);
    assertThat(core.proposed).isZero();
    assertThat(first).isNotDone();
    activate();
    assertThat(core.proposed).isEqualTo(2);
    assertThat(control.speculative().broker(11)).isPresent();
    assertThat(control.speculative().broker(12)).isPresent();
    assertThat(first).as("answered only when committed").isNotDone();
    assertThat(second).isNotDone();
  }

  @Test
  void whoLearnsOfAnotherLeaderNamesItAtOnce() {
    role(Role.PRE_CANDIDATE, null);
    CompletableFuture<Registered> answer = register(11);
    assertThat(answer).isNotDone();
    role(Role.FOLLOWER, OTHER);
    assertRefused(answer);
    assertThat(core.proposed).isZero();
  }

  @Test
  void followerOfALeaderRefusesAtOnce() {
    role(Role.FOLLOWER, OTHER);
    assertRefused(register(11));
  }

  @Test
  void patienceEndsWithoutALeader() {
    role(Role.PRE_CANDIDATE, null);
    CompletableFuture<Registered> answer = register(11);
    core.nowMs += PATIENCE_MS - 1;
    loop.onTick(core);
    assertThat(answer).isNotDone();
    core.nowMs += 1;
    loop.onTick(core);
    assertRefused(answer);
  }

  @Test
  void patienceIsNotRenewedByElectionsThatFail() {
    role(Role.LEADER, SELF);
    CompletableFuture<Registered> answer = register(11);
    for (int round = 0; round < 3; round++) {
      core.nowMs += PATIENCE_MS / 3;
      core.term++;
      role(Role.CANDIDATE, null);
    }
    assertRefused(answer);
  }

  @Test
  void whoHandsOverKeepsCommandsUntilTheSuccessorIsKnown() {
    role(Role.LEADER, SELF);
    activate();
    core.refusal = RaftNotice.Refusal.TRANSFERRING;
    CompletableFuture<Registered> answer = register(11);
    assertThat(answer).isNotDone();
    core.term++;
    role(Role.FOLLOWER, null);
    assertThat(answer).isNotDone();
    role(Role.FOLLOWER, OTHER);
    assertRefused(answer);
    assertThat(core.proposed).isZero();
  }

  @Test
  void whoseHandOverFailsGoesOn() {
    role(Role.LEADER, SELF);
    activate();
    core.refusal = RaftNotice.Refusal.TRANSFERRING;
    CompletableFuture<Registered> answer = register(11);
    core.refusal = null;
    loop.onTick(core);
    assertThat(core.proposed).isEqualTo(1);
    assertThat(answer).isNotDone();
  }

  @Test
  void nodeThatEndsSendsThemElsewhere() {
    role(Role.PRE_CANDIDATE, null);
    CompletableFuture<Registered> answer = register(11);
    loop.abandon();
    assertRefused(answer);
  }

  /** Says what the test has it say, and counts what is proposed. */
  private static final class ScriptedCore implements RaftAccess {
    private final List<LogEntry> log = new ArrayList<>();
    private Role role = Role.FOLLOWER;
    private @Nullable ReplicaKey leader;
    private RaftNotice.@Nullable Refusal refusal;
    private long term = 1;
    private long nowMs;
    private int proposed;

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public Proposed propose(long proposalTerm, byte[] payload) {
      if (refusal != null) {
        return new Proposed.Refused(refusal);
      }
      proposed++;
      log.add(new LogEntry(log.size() + 1L, proposalTerm, EntryType.DATA, payload));
      return new Proposed.Appended(proposed, log.size());
    }

    @Override
    public Proposed changeVoters(VoterChange change) {
      throw new AssertionError("no voters change here");
    }

    @Override
    public void readIndex(long readId) {
      throw new AssertionError("nobody reads here");
    }

    @Override
    public void snapshotWritten(Snapshot snapshot) {
      throw new AssertionError("no snapshot is due");
    }

    @Override
    public VoterSet votersAt(long index) {
      return new VoterSet(List.of(SELF, OTHER));
    }

    @Override
    public List<LogEntry> readCommitted(long fromIndex, int maxEntries, int maxBytes) {
      return log.subList((int) fromIndex - 1, log.size());
    }

    @Override
    public QuorumReport report() {
      return new QuorumReport(SELF.key(), role, term, leader, null, false, false, 0, 0, 1, log.size(), term, 0, 0, 0,
          votersAt(0), 0, null, refusal == RaftNotice.Refusal.TRANSFERRING, List.of(), List.of());
    }
  }
}
