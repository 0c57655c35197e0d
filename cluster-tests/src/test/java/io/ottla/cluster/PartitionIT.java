package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import io.ottla.cluster.TcpLink.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Controllers whose network fails in one or both directions (F6, F7, F21): nothing is acknowledged without a majority, there is one leader
 * soon, terms stand still as long as nothing changes, and who comes back disturbs nobody (I11, I14). Clients and the broker reach every
 * controller all the time.
 *
 * <p>
 * {@code -Dottla.partition.seed=N} chooses other faults in the last test and other followers in the others.
 */
@Tag("drill")
class PartitionIT {
  private static final int PARTITIONS = 4;
  private static final Duration CALL = Duration.ofMillis(1_500);
  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final Duration NEW_LEADER = Duration.ofSeconds(3);
  /** Longer than the longest election timeout and another attempt: time enough for a quorum that is not stable to show it. */
  private static final Duration QUIET = Duration.ofMillis(1_500);
  private static final int WARM_UP = 30;
  private static final Duration CHANGING = Duration.ofSeconds(6);

  @RegisterExtension
  static final SharedCluster SHARED = new SharedCluster(ClusterHarness.of(3, 1)
      // Longer than usual, so that a busy machine is not taken for a broken network.
      .with("controller.quorum.election.timeout.min.ms", "500")
      .with("controller.quorum.election.timeout.max.ms", "1000")
      .with("controller.quorum.check.quorum.window.ms", "800").with("controller.quorum.request.timeout.ms", "300"));

  private static final ClusterHarness CLUSTER = SHARED.cluster();
  private static final long SEED = Long.getLong("ottla.partition.seed", 20_261);
  private static final Random RANDOM = new Random(SEED);
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final List<LinkMatrix> NETWORK = new ArrayList<>();

  private final CreatedTopics topics = new CreatedTopics(PARTITIONS);

  /** Who led when the network was whole, and who followed. */
  private record Quorum(Node leader, List<Node> followers, long term) {}

  /** The quorum formed with the real addresses; from now on each controller finds the others behind links. */
  @BeforeAll
  static void putLinksBetweenTheControllers() {
    LinkMatrix links = new LinkMatrix(CLUSTER.controllers(), new FreePorts());
    NETWORK.add(links);
    CLUSTER.killTogether(CLUSTER.controllers());
    CLUSTER.controllers().forEach(node -> CLUSTER.lookForVotersAt(node, links.votersSeenBy(node)));
    CLUSTER.startAll(CLUSTER.controllers());
    CLUSTER.awaitReady();
    warmUp();
  }

  /** Fresh processes are slow, and slow ones look like broken links. */
  private static void warmUp() {
    for (int done = 0; done < WARM_UP; done++) {
      Node leader = CLUSTER.awaitActiveController(RECOVERY);
      CLUSTER.internal().createTopic(leader, "warm-up-" + done, 1, 1, CALL);
    }
    Waiting.until("the quorum is stable", RECOVERY, () -> {
      long term = highestTerm();
      Waiting.pause(QUIET.toMillis());
      return highestTerm() == term;
    });
  }

  @AfterAll
  static void closeLinks() {
    NETWORK.forEach(LinkMatrix::close);
  }

  @AfterEach
  void everybodyIsBackAndEveryTopicIsAsClientsWereTold() {
    links().heal();
    mustCreate(CLUSTER.awaitActiveController(RECOVERY));
    CLUSTER.awaitEqualMetadata(RECOVERY);
    topics.mustBeTrueAt(CLUSTER.api(CLUSTER.brokers().getFirst()));
    System.out.println("[Partition] " + topics);
  }

  @Test
  void aLeaderThatIsCutOffAcknowledgesNothingAndTheOthersElect() {
    Quorum before = settled();

    links().isolate(before.leader());

    anotherLeadsAndTheOldOneAcknowledgesNothing(before);
  }

  @Test
  void aLeaderThatHearsNobodyGivesUp() {
    Quorum before = settled();

    links().deafen(before.leader());

    anotherLeadsAndTheOldOneAcknowledgesNothing(before);
  }

  @Test
  void aLeaderThatNobodyHearsIsReplaced() {
    Quorum before = settled();

    links().silence(before.leader());

    anotherLeadsAndTheOldOneAcknowledgesNothing(before);
  }

  @Test
  void aFollowerThatIsCutOffChangesNothingEvenWhenItReturns() {
    Quorum before = settled();
    Node follower = anyOf(before.followers());

    links().isolate(follower);

    nothingChanges(before);
    mustNotCreate(follower);
    links().heal();
    nothingChanges(before);
  }

  @Test
  void aFollowerThatHearsNobodyChangesNothingThoughAllHearIt() {
    Quorum before = settled();

    links().deafen(anyOf(before.followers()));

    nothingChanges(before);
    links().heal();
    nothingChanges(before);
  }

  @Test
  void aFollowerThatNobodyHearsChangesNothing() {
    Quorum before = settled();

    links().silence(anyOf(before.followers()));

    nothingChanges(before);
    links().heal();
    nothingChanges(before);
  }

  @Test
  void aLeaderAndAFollowerCutFromEachOtherChangeNothingWhileBothReachTheThird() {
    Quorum before = settled();

    links().cutBoth(before.leader(), anyOf(before.followers()));

    nothingChanges(before);
    links().heal();
    nothingChanges(before);
  }

  @Test
  void followersCutFromEachOtherChangeNothingWhileBothReachTheLeader() {
    Quorum before = settled();

    links().cutBoth(before.followers().getFirst(), before.followers().getLast());

    nothingChanges(before);
  }

  /** A middlebox resets connections, and then looks as if the process behind it were gone; it is not (F21). */
  @Test
  void connectionsThatAreResetAndRefusedAreNoDeadLeader() {
    Quorum before = settled();

    links().all().forEach(TcpLink::reset);
    links().link(anyOf(before.followers()), before.leader()).refuse();

    nothingChanges(before);
    links().heal();
    nothingChanges(before);
  }

  @Test
  void linksThatComeAndGoInAllDirectionsCostNoAcknowledgedTopic() {
    settled();
    long end = System.nanoTime() + CHANGING.toNanos();
    Random choice = new Random(SEED);
    CompletableFuture<Void> client = CompletableFuture.runAsync(() -> {
      while (System.nanoTime() < end) {
        create(CLUSTER.controllers().get(choice.nextInt(3)));
      }
    });

    while (System.nanoTime() < end) {
      harm();
      Waiting.pause(200 + RANDOM.nextInt(600));
      if (RANDOM.nextBoolean()) {
        links().heal();
        Waiting.pause(RANDOM.nextInt(800));
      }
    }
    client.orTimeout(20, TimeUnit.SECONDS).join();
    links().heal();

    long healedAt = System.nanoTime();
    Node leader = CLUSTER.awaitActiveController(NEW_LEADER);
    say("one leader after all links came back", healedAt);
    mustCreate(leader);
    long term = highestTerm();
    staysAs(leader, term);
    assertThat(topics.count(Kind.ACKNOWLEDGED)).as("topics acknowledged in between").isPositive();
  }

  private static void harm() {
    List<Node> nodes = CLUSTER.controllers();
    Node one = anyOf(nodes);
    Node other = anyOf(nodes.stream().filter(node -> node != one).toList());
    switch (RANDOM.nextInt(7)) {
      case 0 -> links().isolate(one);
      case 1 -> links().deafen(one);
      case 2 -> links().silence(one);
      case 3 -> links().cut(one, other);
      case 4 -> links().cutBoth(one, other);
      case 5 -> links().link(one, other).refuse();
      case 6 -> {
        links().link(one, other).delay(Direction.FORTH, RANDOM.nextInt(250));
        links().link(one, other).delay(Direction.BACK, RANDOM.nextInt(250));
      }
      default -> throw new AssertionError();
    }
  }

  private static LinkMatrix links() {
    return NETWORK.getFirst();
  }

  private static <T> T anyOf(List<T> all) {
    return all.get(RANDOM.nextInt(all.size()));
  }

  /** A whole network in which one leads, all others follow, and a topic can be created. */
  private Quorum settled() {
    links().heal();
    Node leader = CLUSTER.awaitActiveController(RECOVERY);
    mustCreate(leader);
    CLUSTER.awaitEqualMetadata(RECOVERY);
    long term = highestTerm();
    return new Quorum(leader, CLUSTER.controllers().stream().filter(node -> node != leader).toList(), term);
  }

  private void anotherLeadsAndTheOldOneAcknowledgesNothing(Quorum before) {
    long cutAt = System.nanoTime();
    CompletableFuture<Void> client = CompletableFuture.runAsync(() -> {
      for (int attempt = 0; attempt < 3; attempt++) {
        mustNotCreate(before.leader());
      }
    });
    Node next = Waiting.until("another controller leads", NEW_LEADER, () -> {
      Node active = CLUSTER.awaitActiveController(NEW_LEADER);
      return active == before.leader() ? null : active;
    }, () -> "");
    say("another leads", cutAt);
    Waiting.until("the old leader has given up", NEW_LEADER,
        () -> !CLUSTER.internal().quorum(before.leader()).leads());
    say("the old leader has given up", cutAt);
    mustCreate(next);
    client.orTimeout(20, TimeUnit.SECONDS).join();
    long term = highestTerm();
    staysAs(next, term);
    mustNotCreate(before.leader());

    links().heal();

    staysAs(next, term);
    assertThat(CLUSTER.internal().quorum(before.leader()).leaderId()).as("whom the old leader follows")
        .isEqualTo(next.id());
  }

  private void nothingChanges(Quorum before) {
    for (int attempt = 0; attempt < 3; attempt++) {
      CreateOutcome outcome = create(before.leader());
      assertThat(outcome.kind()).as("creation by the leader: %s", outcome.detail()).isEqualTo(Kind.ACKNOWLEDGED);
    }
    staysAs(before.leader(), before.term());
  }

  /** The leader keeps its office, and no node raises its term. */
  private static void staysAs(Node leader, long term) {
    long end = System.nanoTime() + QUIET.toNanos();
    while (System.nanoTime() < end) {
      for (Node node : CLUSTER.controllers()) {
        QuorumView view = CLUSTER.internal().quorum(node);
        assertThat(view.term()).as("term of %s: %s", node, view).isLessThanOrEqualTo(term);
        assertThat(view.leads() && view.term() == term).as("leadership of %s: %s", node, view)
            .isEqualTo(node == leader);
      }
      Waiting.pause(50);
    }
  }

  private static long highestTerm() {
    return CLUSTER.controllers().stream().mapToLong(node -> CLUSTER.internal().quorum(node).term()).max().orElseThrow();
  }

  /** Refusals are allowed while a leader gets ready and the broker finds it; an acknowledgement must come. */
  private void mustCreate(Node controller) {
    List<CreateOutcome> tried = new ArrayList<>();
    Waiting.until("a topic can be created at " + controller, RECOVERY, () -> {
      tried.add(create(controller));
      return tried.getLast().kind() == Kind.ACKNOWLEDGED;
    });
  }

  private void mustNotCreate(Node controller) {
    CreateOutcome outcome = create(controller);
    assertThat(outcome.kind()).as("creation at %s without a majority: %s", controller, outcome.detail())
        .isNotEqualTo(Kind.ACKNOWLEDGED);
  }

  private CreateOutcome create(Node controller) {
    String topic = "topic-" + NAMES.incrementAndGet();
    CreateOutcome outcome = CLUSTER.internal().createTopic(controller, topic, PARTITIONS, 1, CALL);
    topics.note(topic, outcome);
    return outcome;
  }

  private static void say(String what, long sinceNanos) {
    System.out.printf("[Partition] %s after %d ms%n", what, (System.nanoTime() - sinceNanos) / 1_000_000);
  }
}
