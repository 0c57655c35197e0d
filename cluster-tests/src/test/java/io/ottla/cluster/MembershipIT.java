package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Controllers join and leave the quorum one at a time, and a new disk is a new voter (Q1, Q36 to Q38, F15, F26). */
@Tag("drill")
class MembershipIT {
  private static final Duration CALL = Duration.ofSeconds(3);
  private static final Duration RECOVERY = Duration.ofMinutes(1);

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 1);

  private final CreatedTopics topics = new CreatedTopics(1);
  private final AtomicInteger names = new AtomicInteger();

  @Test
  void aFourthControllerIsAddedTheLeaderRemovedAndTheNewMajorityCounts() {
    mustCreate();
    Node fourth = cluster.addController(4);
    fourth.start();
    QuorumView observer = awaitObserver(fourth);
    assertThat(leaderView().voters()).as("voters beside an observer").hasSize(3).doesNotContain(observer.self());

    ottla("add-voter", "4");
    Waiting.until("all know four voters", RECOVERY,
        () -> cluster.controllers().stream().allMatch(node -> cluster.internal().quorum(node).voters().size() == 4));
    mustCreate();

    Node first = cluster.awaitActiveController(RECOVERY);
    QuorumView leaving = cluster.internal().quorum(first);
    ottla("remove-voter", Integer.toString(first.id()), "--directory", String.valueOf(leaving.directoryId()));
    List<Node> staying = cluster.controllers().stream().filter(node -> node != first).toList();
    Waiting.until("another leads three voters", RECOVERY, () -> {
      Node active = cluster.awaitActiveController(RECOVERY);
      List<String> voters = cluster.internal().quorum(active).voters();
      return active != first && voters.size() == 3 && !voters.contains(leaving.self());
    });
    first.kill();
    mustCreate();

    // Two of three is a majority only if the removed one no longer counts.
    Node leader = cluster.awaitActiveController(RECOVERY);
    Node another = staying.stream().filter(node -> node != leader).findFirst().orElseThrow();
    another.kill();
    mustCreate();
    another.start();
    cluster.awaitEqualMetadata(staying, RECOVERY);
    topics.mustBeTrueAt(cluster.api(cluster.brokers().getFirst()));
  }

  @Test
  void aWipedDiskDoesNotVoteUntilItIsAddedAndCountsAfterwards() {
    mustCreate();
    Node leader = cluster.awaitActiveController(RECOVERY);
    List<Node> followers = cluster.controllers().stream().filter(node -> node != leader).toList();
    Node wiped = followers.getFirst();
    Node healthy = followers.getLast();
    QuorumView before = cluster.internal().quorum(wiped);
    wiped.kill();
    new MetadataFiles(wiped).empty();
    wiped.start();
    QuorumView observer = awaitObserver(wiped);
    assertThat(observer.self()).as("identity of a new disk").isNotEqualTo(before.self());

    healthy.kill();
    for (int attempt = 0; attempt < 3; attempt++) {
      CreateOutcome outcome = create(leader);
      assertThat(outcome.kind()).as("creation by one voter and a new disk: %s", outcome.detail())
          .isNotEqualTo(Kind.ACKNOWLEDGED);
    }
    healthy.start();
    mustCreate();

    cluster.internal().addVoter(cluster.awaitActiveController(RECOVERY), wiped.id());
    cluster.internal().removeVoter(cluster.awaitActiveController(RECOVERY), wiped.id(),
        String.valueOf(before.directoryId()));
    Waiting.until("the new disk is a voter and the old one none", RECOVERY, () -> {
      List<String> voters = leaderView().voters();
      return voters.size() == 3 && voters.contains(observer.self()) && !voters.contains(before.self());
    });
    cluster.awaitEqualMetadata(RECOVERY);

    healthy.kill();
    mustCreate();
    healthy.start();
    cluster.awaitEqualMetadata(RECOVERY);
    topics.mustBeTrueAt(cluster.api(cluster.brokers().getFirst()));
  }

  private QuorumView awaitObserver(Node node) {
    return Waiting.until(node + " observes", RECOVERY, () -> {
      QuorumView view = cluster.internal().quorum(node);
      return view.state().equals("RUNNING") && view.role().equals("OBSERVER") ? view : null;
    }, () -> cluster.internal().quorum(node).toString());
  }

  private QuorumView leaderView() {
    return cluster.internal().quorum(cluster.awaitActiveController(RECOVERY));
  }

  private void ottla(String command, String... rest) {
    String controllers = cluster.controllers().stream().map(Node::internalAddress).collect(Collectors.joining(","));
    List<String> words = new java.util.ArrayList<>(List.of("quorum", command));
    words.addAll(List.of(rest));
    words.addAll(List.of("--controller", controllers));
    Ottla.run(words);
  }

  private void mustCreate() {
    Waiting.until("a topic can be created", RECOVERY,
        () -> create(cluster.awaitActiveController(RECOVERY)).kind() == Kind.ACKNOWLEDGED);
  }

  private CreateOutcome create(Node controller) {
    String topic = "topic-" + names.incrementAndGet();
    CreateOutcome outcome = cluster.internal().createTopic(controller, topic, 1, 1, CALL);
    topics.note(topic, outcome);
    return outcome;
  }
}
