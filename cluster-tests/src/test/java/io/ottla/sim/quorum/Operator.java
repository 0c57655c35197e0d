package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.SeededRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who adds and removes voters, careless of what is going on: whether that is safe now is for the core to say. A lost disk is replaced by
 * adding the new one and removing the old one (Q37, F15).
 */
final class Operator {
  private static final long MS = 1000;
  private static final int MOST_VOTERS = 7;
  /** A change asked for in the second in which a disk dies can cost the quorum, and no guard can know. */
  private static final long CALM_AFTER_LOSS_MS = 1500;

  private final FaultPlan plan;
  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final List<SimVoter> nodes;
  private final QuorumChecker checker;
  private final ClientModel clients;
  private final Recovery recovery;
  private boolean careless;
  private long calmUntilUs;

  Operator(FaultPlan plan, EventScheduler scheduler, SeededRandom random, List<SimVoter> nodes, QuorumChecker checker,
      ClientModel clients, Recovery recovery) {
    this.plan = plan;
    this.scheduler = scheduler;
    this.random = random;
    this.nodes = nodes;
    this.checker = checker;
    this.clients = clients;
    this.recovery = recovery;
  }

  void begin() {
    careless = true;
    if (plan.operator().membershipGapMs() > 0) {
      next();
    }
  }

  /** From now on only what is lost is replaced. */
  void end() {
    careless = false;
  }

  private void next() {
    scheduler.after(random.between(1, 2 * plan.operator().membershipGapMs()) * MS, () -> {
      if (careless) {
        if (scheduler.nowUs() >= calmUntilUs) {
          change();
        }
        next();
      }
    });
  }

  private void change() {
    SimVoter asked = nodes.get(random.nextInt(nodes.size()));
    for (SimVoter node : nodes) {
      asked = node.leads() && random.chance(0.9) ? node : asked;
    }
    if (asked.isUp()) {
      VoterSet voters = asked.directory().trace().voters();
      VoterChange repair = random.chance(0.7) ? repair(voters) : null;
      ask(asked, repair != null ? repair : anyChange(voters));
    }
  }

  private void ask(SimVoter node, VoterChange change) {
    node.receive(new RaftInput.ChangeVoters(clients.change(), change));
  }

  private VoterChange anyChange(VoterSet voters) {
    SimVoter node = nodes.get(random.nextInt(nodes.size()));
    boolean adds = voters.contains(node.key()) ? random.chance(0.05)
        : random.chance(0.95) && voters.size() < MOST_VOTERS;
    return adds ? new VoterChange.Add(node.member()) : new VoterChange.Remove(node.key());
  }

  /** The next step to replace a lost disk among these voters, or null if none is lost. */
  private @Nullable VoterChange repair(VoterSet voters) {
    Optional<Voter> lost = voters.voters().stream().filter(voter -> isLost(voter.key())).findFirst();
    if (lost.isEmpty()) {
      return null;
    }
    Voter successor = nodes.get(lost.get().key().nodeId()).member();
    return voters.contains(successor.key()) ? new VoterChange.Remove(lost.get().key()) : new VoterChange.Add(successor);
  }

  private boolean isLost(ReplicaKey key) {
    return !nodes.get(key.nodeId()).key().equals(key);
  }

  /** Takes the next step to replace what is lost; false when nothing is lost, or nothing can be done while the new disk's node is down. */
  boolean repairs(SimVoter leader) {
    VoterChange repair = repair(leader.directory().trace().voters());
    if (repair == null) {
      return false;
    }
    if (repair instanceof VoterChange.Add(Voter voter)) {
      SimVoter newcomer = nodes.get(voter.key().nodeId());
      if (!newcomer.isUp()) {
        return false;
      }
      moveLeadershipNear(newcomer, leader);
    }
    ask(leader, repair);
    return true;
  }

  /** A newcomer asks the voters it was told of at the beginning; if a later one leads, leadership has to move, for nobody passes requests on. */
  private void moveLeadershipNear(SimVoter newcomer, SimVoter leader) {
    VoterSet known = newcomer.directory().trace().voters();
    if (!known.contains(leader.key())) {
      leader.directory().trace().voters().voters().stream().map(Voter::key).filter(known::contains)
          .filter(key -> !isLost(key)).findFirst()
          .ifPresent(key -> leader.receive(new RaftInput.TransferLeadership(key)));
    }
  }

  /**
   * Replaces a node's disk by an empty one, unless some voter set would lose its majority for ever.
   *
   * @return whether it did; the node is down then
   */
  boolean wipe(SimVoter node) {
    if (!survivable(List.of(node))) {
      return false;
    }
    calmUntilUs = scheduler.nowUs() + CALM_AFTER_LOSS_MS * MS;
    if (node.isUp()) {
      node.crash(false);
    }
    SimDirectory lost = node.directory();
    checker.retired(lost);
    ReplicaKey key = recovery.wipedDiskIsNew() ? new ReplicaKey(node.number(), random.nextUuid()) : lost.key();
    VoterSet known = recovery.wipedDiskIsNew() ? checker.committed().voters() : lost.identity().voters();
    node.replaceDisk(new SimDirectory(new RaftIdentity(lost.identity().clusterId(), key, known), recovery));
    return true;
  }

  /** Whether every voter set in force anywhere keeps a majority without these nodes. */
  boolean survivable(List<SimVoter> without) {
    for (SimVoter node : nodes) {
      if (!keepsMajority(node.directory().trace().voters(), without)) {
        return false;
      }
    }
    return keepsMajority(checker.committed().voters(), without);
  }

  private boolean keepsMajority(VoterSet voters, List<SimVoter> without) {
    int alive = 0;
    boolean concerned = false;
    for (Voter voter : voters.voters()) {
      boolean leaves = without.stream().anyMatch(node -> node.key().equals(voter.key()));
      concerned |= leaves;
      if (!leaves && !isLost(voter.key())) {
        alive++;
      }
    }
    return !concerned || alive >= voters.majority();
  }
}
