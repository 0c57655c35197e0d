package io.ottla.sim.quorum;

import io.ottla.controller.raft.RaftInput;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterSet;
import io.ottla.sim.EventScheduler;
import io.ottla.sim.InvariantViolation;
import io.ottla.sim.SeededRandom;
import io.ottla.sim.SimNetwork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a quorum owes once a majority is well: one leader, commands, equal logs, and terms that stand still (I11, I14). */
final class Liveness {
  private static final long MS = 1000;
  private static final long ELECTION_MS = 3000;
  /** Longer than a voter that nobody leads any more waits before it asks to be sent the log (observer timeout, 3 s, on a slow clock). */
  private static final long PATIENCE_MS = 5000;
  private static final long LONGEST_MS = 60_000;
  private static final long COMMAND_MS = 500;
  private static final long STEP_MS = 50;
  private static final long CALM_MS = 1200;
  private static final long ISOLATION_LIMIT_MS = 1000;
  private static final int VOLLEYS = 3;

  private final EventScheduler scheduler;
  private final SeededRandom random;
  private final SimNetwork<?> network;
  private final List<SimVoter> nodes;
  private final QuorumChecker checker;
  private final ClientModel clients;
  private final Map<Integer, Long> isolatedSinceUs = new HashMap<>();

  Liveness(EventScheduler scheduler, SeededRandom random, SimNetwork<?> network, List<SimVoter> nodes,
      QuorumChecker checker, ClientModel clients) {
    this.scheduler = scheduler;
    this.random = random;
    this.network = network;
    this.nodes = nodes;
    this.checker = checker;
    this.clients = clients;
  }

  void runFor(long ms) {
    scheduler.runUntil(scheduler.nowUs() + ms * MS);
  }

  private static InvariantViolation broken(String message) {
    return new InvariantViolation("I14", message);
  }

  // ------------------------------------------------------------------ while there are faults

  /** A leader that cannot reach a majority both ways gives up in bounded time (Q28). */
  void watchIsolation() {
    scheduler.after(STEP_MS * MS, () -> {
      for (SimVoter node : nodes) {
        if (!node.isUp() || node.isPaused() || !node.leads() || reachesMajority(node)) {
          isolatedSinceUs.put(node.number(), scheduler.nowUs());
        } else if (scheduler.nowUs()
            - isolatedSinceUs.getOrDefault(node.number(), scheduler.nowUs()) > ISOLATION_LIMIT_MS * MS) {
          throw new InvariantViolation("I11",
              "node " + node.number() + " still leads after " + ISOLATION_LIMIT_MS + " ms without a majority");
        }
      }
      watchIsolation();
    });
  }

  private boolean reachesMajority(SimVoter leader) {
    VoterSet voters = leader.directory().trace().voters();
    int reachable = 0;
    for (Voter voter : voters.voters()) {
      SimVoter other = nodes.get(voter.key().nodeId());
      boolean open = other == leader || (network.isOpen(leader.number(), other.number())
          && network.isOpen(other.number(), leader.number()));
      if (other.isUp() && other.key().equals(voter.key()) && open) {
        reachable++;
      }
    }
    return reachable >= voters.majority();
  }

  // ------------------------------------------------------------------ after them

  /** Some nodes that every voter set in force anywhere can do without. */
  List<SimVoter> minorityThatStaysDown(Operator operator) {
    var staying = new ArrayList<SimVoter>();
    for (int tries = random.nextInt(3); tries > 0; tries--) {
      SimVoter node = nodes.get(random.nextInt(nodes.size()));
      var more = new ArrayList<>(staying);
      more.add(node);
      if (!staying.contains(node) && nodes.size() > more.size() && operator.survivable(more)) {
        staying.add(node);
      }
    }
    return staying;
  }

  /** Waits as long as something moves, and no longer than patience when nothing does. */
  private interface Condition {
    boolean holds();
  }

  private void await(String what, Condition condition) {
    long startUs = scheduler.nowUs();
    long movedUs = startUs;
    long progress = progress();
    while (!condition.holds()) {
      runFor(STEP_MS);
      long now = progress();
      if (now != progress) {
        progress = now;
        movedUs = scheduler.nowUs();
      }
      if (scheduler.nowUs() - movedUs > PATIENCE_MS * MS || scheduler.nowUs() - startUs > LONGEST_MS * MS) {
        throw broken(what + " " + (scheduler.nowUs() - startUs) / MS + " ms after all faults ended, nothing moving for "
            + (scheduler.nowUs() - movedUs) / MS + " ms; " + describe());
      }
    }
  }

  private String describe() {
    var text = new StringBuilder();
    for (SimVoter node : nodes) {
      LogTrace trace = node.directory().trace();
      text.append("\n  node ").append(node.key()).append(node.isUp() ? " up" : " down")
          .append(node.leads() ? ", leads term " : ", term ").append(node.term())
          .append(node.activeTerm() != 0 ? ", active" : "")
          .append(", log to ").append(trace.lastIndex()).append(", applied ").append(node.state().index())
          .append(", knows ");
      trace.voters().voters().forEach(voter -> text.append(' ').append(voter.key()));
    }
    return text.toString();
  }

  /** What catching up looks like from outside: entries that become durable, pieces of snapshots that arrive. */
  private long progress() {
    long sum = 0;
    for (SimVoter node : nodes) {
      sum += node.directory().durableIndex() + node.state().index() + node.directory().snapshots().receivedBytes();
    }
    return sum;
  }

  private @Nullable SimVoter onlyActive() {
    SimVoter found = null;
    for (SimVoter node : nodes) {
      if (node.activeTerm() != 0) {
        if (found != null) {
          return null;
        }
        found = node;
      }
    }
    return found;
  }

  private SimVoter requireLeader() {
    await("not exactly one active leader", () -> onlyActive() != null);
    SimVoter leader = onlyActive();
    if (leader == null) {
      throw broken("no leader");
    }
    return leader;
  }

  /** One leads, commands complete, lost disks are replaced, and all logs and states become equal. */
  void comeTogether(Operator operator, Runnable endLoad) {
    long beforeUs = scheduler.nowUs();
    while (nodes.stream().noneMatch(SimVoter::leads)) {
      runFor(STEP_MS);
      if (scheduler.nowUs() - beforeUs > ELECTION_MS * MS) {
        throw broken("nobody is elected within " + ELECTION_MS + " ms" + describe());
      }
    }
    requireCommand(requireLeader());
    replaceLostDisks(operator);
    endLoad.run();
    requireEqual();
    clients.checkHistory(checker.committed().entries());
  }

  private void replaceLostDisks(Operator operator) {
    await("lost disks are not replaced", () -> {
      SimVoter leader = onlyActive();
      return leader != null && !operator.repairs(leader);
    });
  }

  private void requireEqual() {
    await("logs differ", () -> {
      SimVoter leader = onlyActive();
      return leader != null && isConverged(leader);
    });
  }

  /** Everybody who belongs to the leader has applied everything it has. */
  private boolean isConverged(SimVoter leader) {
    long last = leader.directory().trace().lastIndex();
    for (SimVoter node : nodes) {
      if (node.isUp() && belongs(node, leader)
          && (node.state().index() != last || node.state().hash() != leader.state().hash()
              || node.directory().trace().lastIndex() != last || node.directory().durableIndex() != last)) {
        return false;
      }
    }
    return true;
  }

  /** Voters, and all others who know whom to ask; of the voters that an old disk knows none may be left. */
  private static boolean belongs(SimVoter node, SimVoter leader) {
    return leader.directory().trace().voters().contains(node.key())
        || node.directory().trace().voters().contains(leader.key());
  }

  /**
   * A command is done soon after those before it: it waits its turn where a voter that is needed has a long log to catch up with, and
   * comes again when the leader is full or handing over.
   */
  private void requireCommand(SimVoter leader) {
    RaftInput.Propose command = clients.propose(leader.activeTerm());
    leader.receive(command);
    long startUs = scheduler.nowUs();
    long movedUs = startUs;
    long applied = leader.state().index();
    while (!clients.isAcknowledged(command.proposalId())) {
      if (leader.state().index() != applied) {
        applied = leader.state().index();
        movedUs = scheduler.nowUs();
      }
      if (scheduler.nowUs() - movedUs > COMMAND_MS * MS || scheduler.nowUs() - startUs > LONGEST_MS * MS) {
        throw broken("a command at leader " + leader.number() + " is not complete after "
            + (scheduler.nowUs() - startUs) / MS + " ms" + describe());
      }
      runFor(STEP_MS);
      if (leader.activeTerm() == 0 && !leader.directory().trace().voters().contains(leader.key())) {
        leader = requireLeader(); // it left office with its own removal, and the answer with it
        command = clients.propose(leader.activeTerm());
        leader.receive(command);
      } else if (clients.mayComeAgain(command.proposalId())) {
        leader = leader.activeTerm() == 0 ? requireLeader() : leader; // handed over meanwhile
        command = clients.propose(leader.activeTerm());
        leader.receive(command);
      }
    }
  }

  // ------------------------------------------------------------------ calm

  /** Returning nodes, hints that are false, and hand-overs cost no more terms than they must, and commands go on. */
  void staysCalm(List<SimVoter> returning, Operator operator) {
    nodesReturn(returning);
    replaceLostDisks(operator);
    requireEqual();
    hintsAreOnlyHints();
    oneIsCutOffAndReturns();
    handsOver();
  }

  private void nodesReturn(List<SimVoter> returning) {
    SimVoter leader = requireLeader();
    long term = leader.activeTerm();
    long highest = returning.stream().mapToLong(node -> node.durableHardState().term()).max().orElse(0);
    returning.forEach(SimVoter::start);
    runFor(CALM_MS);
    // Who left in a higher term refuses this leader once: one more election, which nobody can avoid (Q15).
    requireTerm(highest > term ? highest + 1 : term, "nodes returned in term " + highest);
    requireCommand(requireLeader());
  }

  private void requireTerm(long most, String because) {
    for (SimVoter node : nodes) {
      if (node.term() > most) {
        throw broken(
            "term " + node.term() + " of node " + node.number() + " is more than " + most + " because " + because);
      }
    }
  }

  /**
   * Hints reach some or all; only where a majority believes them there is an election. A heartbeat between its pre-vote and its vote can
   * void the vote: then the term has already moved, and a second election follows.
   */
  private void hintsAreOnlyHints() {
    for (int volley = 0; volley < VOLLEYS; volley++) {
      SimVoter leader = requireLeader();
      VoterSet voters = leader.directory().trace().voters();
      long term = leader.activeTerm();
      int hinted = 0;
      for (SimVoter node : nodes) {
        if (node != leader && node.isUp() && random.chance(0.5)) {
          hinted += voters.contains(node.key()) ? 1 : 0;
          node.receive(new RaftInput.PeerGone(leader.key()));
        }
      }
      runFor(CALM_MS);
      requireTerm(hinted < voters.majority() ? term : term + 2, hinted + " voters were told that their leader is gone");
      requireCommand(requireLeader());
    }
  }

  private void oneIsCutOffAndReturns() {
    SimVoter leader = requireLeader();
    if (leader.directory().trace().voters().size() < 3) {
      return;
    }
    long term = leader.activeTerm();
    int cutOff = (leader.number() + 1) % nodes.size();
    for (SimVoter other : nodes) {
      if (other.number() != cutOff) {
        network.cut(cutOff, other.number(), true);
        network.cut(other.number(), cutOff, true);
      }
    }
    runFor(CALM_MS);
    requireCommand(leader);
    network.heal();
    runFor(CALM_MS);
    requireTerm(term, "node " + cutOff + " was cut off and returned");
    requireCommand(leader);
  }

  private void handsOver() {
    SimVoter leader = requireLeader();
    long term = leader.activeTerm();
    boolean alone = leader.directory().trace().voters().size() == 1;
    leader.receive(new RaftInput.TransferLeadership(null));
    runFor(COMMAND_MS);
    SimVoter next = requireLeader();
    if (next == leader && !alone) {
      throw broken("leader " + leader.number() + " has not handed over within " + COMMAND_MS + " ms" + describe());
    }
    requireTerm(term + 1, "leadership was handed over");
    requireCommand(next);
  }
}
