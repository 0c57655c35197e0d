package io.ottla.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.common.error.ErrorCode;
import io.ottla.controller.control.CreateTopicCommand.Created;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A topic whose id the sender has chosen can be asked for again: F23, M2, M4. */
class ChosenTopicIdTest {
  private static final UUID ID = new UUID(31, 1);

  private final TestCluster cluster = TestCluster.withBrokers(3);
  private final long chosenAt = cluster.control.committed().index();
  private final CreateTopicCommand creation = CreateTopicCommand.of("t", 2, 3, null, Map.of(), false).withId(ID,
      chosenAt);

  @Test
  void theTopicGetsTheChosenId() {
    assertThat(create(creation).value()).contains(new Created(ID, "t", 2, 3, cluster.image().index()));
    assertThat(cluster.image().topic(ID)).isPresent();
  }

  @Test
  void askedAgainItIsTheSameTopicAndNotAnErrorNorASecondOne() {
    create(creation);
    int entries = cluster.log.size();
    Decision<Created> again = create(creation);
    assertThat(cluster.log).hasSize(entries);
    assertThat(again.value().map(Created::topicId)).contains(ID);
    assertThat(again.value().map(Created::partitions)).contains(2);
    assertThat(again.value().map(Created::replicationFactor)).contains(3);
  }

  /** M4: nobody is told of it before it is committed. */
  @Test
  void askedAgainWhileItIsNotCommittedTheAnswerWaitsForThat() {
    cluster.holdCommits = true;
    create(creation);
    Decision<Created> again = create(creation);
    assertThat(again.records()).isEmpty();
    assertThat(again.waitForIndex()).isEqualTo(cluster.image().index());
    assertThat(again.waitForIndex()).isGreaterThan(cluster.control.committed().index());
  }

  @Test
  void theNextControllerKnowsItToo() {
    create(creation);
    takeOver();
    assertThat(create(creation).value().map(Created::topicId)).contains(ID);
  }

  /** Its predecessor appended it, and the entry was lost with it. */
  @Test
  void whatWasNeverCommittedIsCreatedNow() {
    cluster.holdCommits = true;
    create(creation);
    cluster.log.removeLast();
    cluster.control.resign();
    cluster.holdCommits = false;
    cluster.control.activate(cluster.nowMs);
    assertThat(create(creation).records()).isNotEmpty();
  }

  @Test
  void theIdOfAnotherTopicIsRefused() {
    create(creation);
    assertThat(create(CreateTopicCommand.of("u", 1, 1, null, Map.of(), false).withId(ID, chosenAt)).error())
        .contains(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void anotherTopicOfTheNameIsThereFirst() {
    create(creation);
    assertThat(create(creation.withId(new UUID(31, 2), chosenAt)).error()).contains(ErrorCode.TOPIC_EXISTS);
  }

  /** M2, I19: created and deleted while its sender waited for an answer, it must not be created again under that id. */
  @Test
  void anIdThatMayHaveBeenUsedIsRefused() {
    create(creation);
    delete("t");
    assertThat(create(creation).error()).contains(ErrorCode.STALE_TOPIC_ID);
    takeOver();
    assertThat(create(creation).error()).as("by the next controller").contains(ErrorCode.STALE_TOPIC_ID);
    long now = cluster.control.committed().index();
    assertThat(create(creation.withId(new UUID(31, 2), now)).error()).as("chosen since").isEmpty();
  }

  @Test
  void aDeletionThatIsNotCommittedYetCounts() {
    create(creation);
    cluster.holdCommits = true;
    delete("t");
    assertThat(create(creation).error()).contains(ErrorCode.STALE_TOPIC_ID);
  }

  /** Otherwise nothing could be created before the log has grown past an entry that does not exist. */
  @Test
  void aDeletionThatWasLostDoesNotCount() {
    create(creation);
    cluster.holdCommits = true;
    delete("t");
    cluster.log.removeLast();
    cluster.control.resign();
    cluster.holdCommits = false;
    cluster.control.activate(cluster.nowMs);
    long now = cluster.control.committed().index();
    assertThat(create(CreateTopicCommand.of("u", 1, 1, null, Map.of(), false).withId(new UUID(31, 3), now)).error())
        .isEmpty();
  }

  @Test
  void aMereCheckDoesNotLookAtIds() {
    create(creation);
    CreateTopicCommand check = CreateTopicCommand.of("u", 1, 1, null, Map.of(), true).withId(ID, 0);
    assertThat(create(check).error()).isEmpty();
  }

  private Decision<Created> create(CreateTopicCommand command) {
    return cluster.run(cluster.control.createTopic(command));
  }

  private void delete(String name) {
    assertThat(cluster.run(cluster.control.deleteTopic(new DeleteTopicCommand(name))).error()).isEmpty();
  }

  /** A controller that has seen nothing but the log. */
  private void takeOver() {
    ClusterControl next = new ClusterControl(cluster.settings, new SeededSource(5));
    for (int index = 1; index <= cluster.log.size(); index++) {
      next.applyCommitted(index, 1, cluster.log.get(index - 1));
    }
    next.activate(cluster.nowMs);
    cluster.control = next;
  }
}
