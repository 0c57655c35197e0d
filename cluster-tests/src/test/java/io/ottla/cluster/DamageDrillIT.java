package io.ottla.cluster;

import static io.ottla.cluster.DamageDrillIT.Target.IDENTITY;
import static io.ottla.cluster.DamageDrillIT.Target.LOG_MIDDLE;
import static io.ottla.cluster.DamageDrillIT.Target.LOG_TAIL;
import static io.ottla.cluster.DamageDrillIT.Target.LOG_TAIL_CONFIRMED;
import static io.ottla.cluster.DamageDrillIT.Target.LOG_TAIL_FORCED;
import static io.ottla.cluster.DamageDrillIT.Target.SNAPSHOT;
import static io.ottla.cluster.DamageDrillIT.Target.TERM_AND_VOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.CreateOutcome.Kind;
import io.ottla.cluster.MetadataFiles.Damage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of file of a controller, damaged in every way while the controller is dead (F2, F4): it heals where that loses nothing
 * acknowledged, and refuses to take part where it might (Q41, Q44, Q45). The others go on. The documented repair brings it back as another
 * voter (Q1, Q36).
 *
 * <p>
 * What only one controller holds is put back between two refusals; it took no part in between.
 */
@Tag("drill")
class DamageDrillIT {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Duration RECOVERY = Duration.ofMinutes(1);
  private static final int SOME_TOPICS = 15;

  @RegisterExtension
  static final SharedCluster SHARED = new SharedCluster(ClusterHarness.of(3, 1));

  private static final ClusterHarness CLUSTER = SHARED.cluster();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Drill DRILL = new Drill();

  /** What is damaged. */
  enum Target {
    /** A last frame that was being written when the process died, and that nobody was told of: a torn write (Q44). */
    LOG_TAIL,
    /** The last frame, confirmed once, and nothing on this disk proves it: a disk that lies. It heals, and the leader says so. */
    LOG_TAIL_CONFIRMED,
    /** The last frame, and the hint proves that it had been forced. */
    LOG_TAIL_FORCED,
    /** A frame with many behind it. */
    LOG_MIDDLE,
    /** {@code quorum-state}. */
    TERM_AND_VOTE,
    /** The newest snapshot, while the log still holds everything that it holds. */
    SNAPSHOT,
    /** {@code meta.properties}. */
    IDENTITY
  }

  /** The controller that suffers, who it is, and its files as its last death left them. */
  private static final class Drill {
    private @Nullable Node chosen;
    private Map<Path, byte[]> intact = Map.of();
    private String self = "";

    /** A follower at first; always the same. */
    private Node victim() {
      Node victim = chosen;
      if (victim == null) {
        Node leader = CLUSTER.awaitActiveController(RECOVERY);
        victim = CLUSTER.controllers().stream().filter(node -> node != leader).findFirst().orElseThrow();
        chosen = victim;
      }
      return victim;
    }

    private MetadataFiles files() {
      return new MetadataFiles(victim());
    }
  }

  @BeforeAll
  static void writeSomeMetadata() {
    for (int i = 0; i < SOME_TOPICS; i++) {
      createATopic();
    }
    CLUSTER.awaitEqualMetadata(RECOVERY);
    CLUSTER.internal().snapshot(DRILL.victim());
    for (int i = 0; i < SOME_TOPICS; i++) {
      createATopic();
    }
  }

  static Stream<Arguments> cellsThatHeal() {
    return cells(LOG_TAIL, LOG_TAIL_CONFIRMED, SNAPSHOT);
  }

  static Stream<Arguments> cellsThatAreRefused() {
    return cells(LOG_TAIL_FORCED, LOG_MIDDLE, TERM_AND_VOTE, IDENTITY);
  }

  private static Stream<Arguments> cells(Target... targets) {
    return Stream.of(targets)
        .flatMap(target -> Stream.of(Damage.values()).map(damage -> Arguments.of(target, damage)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cellsThatHeal")
  void damageThatLosesNothingAcknowledgedHeals(Target target, Damage damage) {
    if (target == SNAPSHOT) {
      CLUSTER.internal().snapshot(DRILL.victim()); // the one before was the last cell's
    }
    die();
    MetadataFiles.damage(range(target), damage);

    DRILL.victim().start();

    QuorumView back = awaitState("RUNNING");
    assertThat(back.self()).as("identity after healing").isEqualTo(DRILL.self);
    createATopic();
    CLUSTER.awaitEqualMetadata(RECOVERY);
    assertThat(CLUSTER.internal().quorum(DRILL.victim()).role()).isIn("FOLLOWER", "LEADER");
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cellsThatAreRefused")
  void damageThatMayHaveLostSomethingAcknowledgedIsRefused(Target target, Damage damage) {
    die();
    MetadataFiles.Range range = range(target);
    MetadataFiles.damage(range, damage);

    DRILL.victim().start();

    QuorumView quarantined = awaitState("QUARANTINED");
    assertThat(quarantined.role()).as("role of a controller in quarantine").isIn("", "QUARANTINED");
    assertThat(quarantined.detail()).as("what it says").contains(range.file().getFileName().toString())
        .containsIgnoringCase("add-voter");
    createATopic();
    assertThat(DRILL.victim().isRunning()).as("the process answers its status").isTrue();
    assertThat(CLUSTER.internal().quorum(DRILL.victim()).state()).isEqualTo("QUARANTINED");
    if (damage == Damage.DELETE) {
      repair(target == LOG_TAIL_FORCED);
    }
  }

  /** The victim is dead, and its files are as they were before anybody damaged them. */
  private static void die() {
    Node victim = DRILL.victim();
    boolean tookPart = victim.isRunning() && CLUSTER.internal().quorum(victim).state().equals("RUNNING");
    if (tookPart) {
      CLUSTER.awaitEqualMetadata(RECOVERY);
      DRILL.self = CLUSTER.internal().quorum(victim).self();
      victim.kill();
      DRILL.intact = DRILL.files().save();
    } else {
      if (victim.isRunning()) {
        victim.kill();
      }
      DRILL.files().putBack(DRILL.intact);
    }
  }

  private static MetadataFiles.Range range(Target target) {
    MetadataFiles files = DRILL.files();
    return switch (target) {
      case LOG_TAIL -> files.writeAnotherFrame();
      case LOG_TAIL_CONFIRMED -> {
        files.hintThatForced(MetadataFiles.index(files.lastFrame()) - 1);
        yield files.lastFrame();
      }
      case LOG_TAIL_FORCED -> {
        files.hintThatForced(MetadataFiles.index(files.lastFrame()));
        yield files.lastFrame();
      }
      case LOG_MIDDLE -> files.middleFrame();
      case TERM_AND_VOTE -> files.whole("quorum-state");
      case SNAPSHOT -> files.newestSnapshot();
      case IDENTITY -> files.whole("meta.properties");
    };
  }

  /** As documented: an empty directory, add it as a new voter, remove the old one. */
  private static void repair(boolean byCommandLine) {
    Node victim = DRILL.victim();
    String old = DRILL.self;
    victim.kill();
    DRILL.files().empty();
    victim.start();
    QuorumView observer = Waiting.until("the repaired controller observes", RECOVERY, () -> {
      QuorumView view = CLUSTER.internal().quorum(victim);
      return view.state().equals("RUNNING") && view.role().equals("OBSERVER") ? view : null;
    }, () -> CLUSTER.internal().quorum(victim).toString());
    assertThat(observer.self()).as("identity of an empty directory").isNotEqualTo(old);
    String oldDirectory = old.substring(old.indexOf('/') + 1);
    if (byCommandLine) {
      String controllers = CLUSTER.controllers().stream().map(Node::internalAddress).collect(Collectors.joining(","));
      String id = Integer.toString(victim.id());
      Ottla.run(List.of("quorum", "add-voter", id, "--controller", controllers));
      Ottla.run(List.of("quorum", "remove-voter", id, "--directory", oldDirectory, "--controller", controllers));
    } else {
      Waiting.until("the repaired controller has caught up and is added", RECOVERY, () -> {
        CLUSTER.internal().addVoter(CLUSTER.awaitActiveController(RECOVERY), victim.id());
        return true;
      });
      CLUSTER.internal().removeVoter(CLUSTER.awaitActiveController(RECOVERY), victim.id(), oldDirectory);
    }
    Waiting.until("the repaired controller is a voter and the old one none", RECOVERY, () -> {
      List<String> voters = CLUSTER.internal().quorum(CLUSTER.awaitActiveController(RECOVERY)).voters();
      return voters.size() == 3 && voters.contains(observer.self()) && !voters.contains(old);
    });
    createATopic();
    CLUSTER.awaitEqualMetadata(RECOVERY);
    CLUSTER.internal().snapshot(victim);
    createATopic();
  }

  private static QuorumView awaitState(String state) {
    return Waiting.until(DRILL.victim() + " says " + state, RECOVERY, () -> {
      assertThat(DRILL.victim().isRunning()).as("%s runs: %s", DRILL.victim(), DRILL.victim().logTail(5)).isTrue();
      QuorumView view = CLUSTER.internal().quorum(DRILL.victim());
      return view.state().equals(state) ? view : null;
    }, () -> CLUSTER.internal().quorum(DRILL.victim()).toString());
  }

  /** The cluster serves. */
  private static void createATopic() {
    Waiting.until("a topic is created", RECOVERY, () -> {
      Node leader = CLUSTER.awaitActiveController(RECOVERY);
      String topic = "topic-" + NAMES.incrementAndGet();
      return CLUSTER.internal().createTopic(leader, topic, 1, 1, CALL).kind() == Kind.ACKNOWLEDGED;
    });
  }
}
