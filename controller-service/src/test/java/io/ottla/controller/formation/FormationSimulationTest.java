package io.ottla.controller.formation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.config.QuorumMember;
import io.ottla.common.random.RandomSource;
import io.ottla.controller.raft.RaftIdentity;
import io.ottla.controller.raft.Voter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Formation under crashes before and after every disk write, lost requests and answers, delayed repeats, rounds of several controllers
 * running into each other, wiped disks, and controllers that join (Q1). Everything follows from the seed.
 */
final class FormationSimulationTest {
  @Test
  void allControllersFormTheSameQuorumWhateverCrashes() {
    for (int seed = 0; seed < 2_000; seed++) {
      new World(seed, 3, false).run();
    }
  }

  @Test
  void quorumsOfOtherSizesFormToo() {
    for (int seed = 0; seed < 300; seed++) {
      new World(seed, 1, false).run();
      new World(seed, 2, false).run();
      new World(seed, 5, false).run();
    }
  }

  @Test
  void wipedDirectoryNeverReplacesAVoter() {
    for (int seed = 0; seed < 2_000; seed++) {
      new World(seed, 3, true).run();
    }
  }

  @Test
  void controllersThatJoinFollowTheQuorumThatForms() {
    for (int seed = 0; seed < 300; seed++) {
      new World(seed, 1, 2, false).run();
      new World(seed, 3, 2, false).run();
    }
  }

  @Test
  void wipedInitialVotersFormNoSecondClusterBesideTheOneOfTheirContacts() {
    int lost = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      for (int size = 1; size <= 2; size++) {
        World world = new World(seed, size, 2, true);
        world.run();
        lost += world.allVotersWiped() ? 1 : 0;
      }
    }
    assertThat(lost).as("worlds in which no initial voter was left").isGreaterThan(1_000);
  }

  @Test
  void crashAtEachSingleStepOfEachControllerStillEndsInOneQuorum() {
    for (int node = 1; node <= 3; node++) {
      for (int step = 0; step < 6; step++) {
        World world = new World(0, 3, false);
        world.faults = false;
        world.node(node).crashAtStep = step;
        world.settle();
        world.checkAllFormed();
      }
    }
  }

  /** The process ends here. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int node;

    Crash(int node) {
      super("crash of " + node, null, false, false);
      this.node = node;
    }
  }

  private static final class Node implements FormationStore {
    private final World world;
    private final int id;
    private @Nullable Prepared prepared;
    private @Nullable RaftIdentity formed;
    private @Nullable Formation process;
    private boolean inRound;
    private int crashAtStep = -1;
    private final List<UUID> wiped = new ArrayList<>();

    Node(World world, int id) {
      this.world = world;
      this.id = id;
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
      crashPoint();
      prepared = agreement;
      crashPoint();
    }

    @Override
    public void storeFormed(RaftIdentity identity) {
      crashPoint();
      assertThat(formed).as("seed %d: formats once", world.seed).isNull();
      formed = identity;
      world.everFormed.add(identity);
      world.check();
      crashPoint();
    }

    private void crashPoint() {
      boolean planned = crashAtStep == 0;
      crashAtStep = Math.max(-1, crashAtStep - 1);
      if (planned || (world.faults && world.random.nextInt(12) == 0)) {
        throw new Crash(id);
      }
    }

    Formation start() {
      Formation started = new Formation(id, null, world.isVoter(this) ? world.members : List.of(), world.contacts, this,
          world.randomSource);
      process = started;
      return started;
    }
  }

  private static final class World {
    private static final int BASE_PORT = 9000;
    private final int seed;
    private final Random random;
    private final RandomSource randomSource;
    private final boolean wipes;
    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final List<QuorumMember> members = new ArrayList<>();
    private final List<QuorumMember> contacts = new ArrayList<>();
    private final Set<RaftIdentity> everFormed = new HashSet<>();
    private final List<Runnable> delayed = new ArrayList<>();
    private boolean faults = true;
    private int depth;

    World(int seed, int size, boolean wipes) {
      this(seed, size, 0, wipes);
    }

    /** @param joiners controllers besides the initial voters; with some, all controllers know all addresses as contacts */
    World(int seed, int size, int joiners, boolean wipes) {
      this.seed = seed;
      this.wipes = wipes;
      this.random = new Random(seed);
      this.randomSource = new RandomSource() {
        @Override
        public int nextInt(int bound) {
          return random.nextInt(bound);
        }

        @Override
        public long nextLong() {
          return random.nextLong();
        }
      };
      for (int id = 1; id <= size + joiners; id++) {
        nodes.put(id, new Node(this, id));
        if (id <= size) {
          members.add(new QuorumMember(id, "host" + id, BASE_PORT + id));
        }
        if (joiners > 0) {
          contacts.add(new QuorumMember(0, "host" + id, BASE_PORT + id));
        }
      }
    }

    boolean isVoter(Node node) {
      return node.id <= members.size();
    }

    boolean allVotersWiped() {
      return nodes.values().stream().filter(this::isVoter).noneMatch(node -> node.wiped.isEmpty());
    }

    Node node(int id) {
      Node node = nodes.get(id);
      if (node == null) {
        throw new IllegalArgumentException("no node " + id);
      }
      return node;
    }

    void run() {
      for (int step = 0; step < 60; step++) {
        act();
      }
      faults = false;
      settle();
      if (!wipes || !contacts.isEmpty()) {
        checkAllFormed();
      }
      check();
    }

    /** With controllers that join, an initial voter loses its disk when one of them can still tell of the cluster. */
    private boolean mayWipe(Node node) {
      return wipes && !node.inRound && (contacts.isEmpty()
          || (isVoter(node) && nodes.values().stream().anyMatch(other -> !isVoter(other) && other.formed != null)));
    }

    private void act() {
      // With wipes the coordinator acts, decides, and loses its disk more often than chance would have it.
      Node node = node(wipes && random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(nodes.size()));
      int choice = random.nextInt(20);
      if (choice == 0 && !node.inRound) {
        node.process = null;
      } else if (mayWipe(node) && (choice == 1 || (node.formed != null && choice < 12))) {
        wipe(node);
      } else if (choice < 5 && !delayed.isEmpty()) {
        guarded(delayed.remove(random.nextInt(delayed.size())));
      } else {
        round(node);
      }
    }

    private void wipe(Node node) {
      node.process = null;
      if (node.prepared != null) {
        node.wiped.add(node.prepared.directoryId());
      }
      node.prepared = null;
      node.formed = null;
    }

    private void round(Node node) {
      if (node.inRound) {
        return;
      }
      node.inRound = true;
      guarded(() -> {
        Formation process = node.process == null ? node.start() : node.process;
        process.round(new Sender(this, node));
      });
      node.inRound = false;
    }

    private void guarded(Runnable action) {
      try {
        action.run();
      } catch (Crash e) {
        node(e.node).process = null;
      }
    }

    void settle() {
      for (int round = 0; round < 12; round++) {
        for (Node node : nodes.values()) {
          round(node);
        }
      }
    }

    void checkAllFormed() {
      for (Node node : nodes.values()) {
        assertThat(node.formed).as("seed %d: node %d formed", seed, node.id).isNotNull();
      }
      check();
    }

    /** No two quorums that could both act: all formed directories name the same cluster and the same voters. */
    void check() {
      List<RaftIdentity> formed = nodes.values().stream().map(node -> node.formed).filter(i -> i != null).toList();
      for (RaftIdentity identity : formed) {
        assertThat(identity.clusterId()).as("seed %d: one cluster", seed).isEqualTo(formed.getFirst().clusterId());
        assertThat(identity.voters()).as("seed %d: the same voters", seed).isEqualTo(formed.getFirst().voters());
        for (Voter voter : identity.voters().voters()) {
          Node node = node(voter.key().nodeId());
          if (isVoter(node(identity.self().nodeId())) && !identity.voters().contains(identity.self())) {
            assertThat(node(identity.self().nodeId()).wiped).as("seed %d: only a wiped disk observes", seed)
                .isNotEmpty();
          }
          boolean known = node.prepared != null && node.prepared.directoryId().equals(voter.key().directoryId());
          assertThat(known || node.wiped.contains(voter.key().directoryId()))
              .as("seed %d: %s is durable at its node or was wiped", seed, voter.key()).isTrue();
        }
      }
    }

    /** Something else may happen while a call is under way. */
    private void meanwhile() {
      if (faults && depth < 3 && random.nextInt(3) == 0) {
        depth++;
        act();
        depth--;
      }
    }

    private <T> Optional<T> call(Node from, QuorumMember member, Receiver<T> receiver, boolean repeatable) {
      meanwhile();
      Formation caller = from.process;
      if (faults && repeatable && random.nextInt(wipes ? 2 : 6) == 0) {
        delayed.add(() -> deliver(member, receiver));
      }
      if (faults && random.nextInt(6) == 0) {
        return Optional.empty();
      }
      Optional<T> answer = deliver(member, receiver);
      meanwhile();
      if (from.process != caller) {
        throw new Crash(from.id);
      }
      return faults && random.nextInt(6) == 0 ? Optional.empty() : answer;
    }

    private <T> Optional<T> deliver(QuorumMember member, Receiver<T> receiver) {
      Node to = node(member.port() - BASE_PORT);
      Formation process = to.process;
      if (process == null) {
        return Optional.empty();
      }
      try {
        return Optional.of(receiver.receive(process));
      } catch (Crash e) {
        to.process = null;
        return Optional.empty();
      }
    }
  }

  private interface Receiver<T> {
    T receive(Formation process);
  }

  private record Sender(World world, Node from) implements FormationPeers {
    @Override
    public Optional<PeerIdentity> identity(QuorumMember member) {
      return world.call(from, member, Formation::identity, false);
    }

    @Override
    public Optional<PrepareAnswer> prepare(QuorumMember member, Proposal proposal) {
      return world.call(from, member, process -> process.onPrepare(proposal), true);
    }

    @Override
    public Optional<Boolean> commit(QuorumMember member, Proposal proposal) {
      return world.call(from, member, process -> process.onCommit(proposal), true);
    }
  }
}
