package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.BrokerApi.KeyedValue;
import io.ottla.cluster.history.StoredRecord;
import io.ottla.cluster.history.WriteOutcome;
import io.ottla.cluster.restart.Fate;
import io.ottla.cluster.restart.RestartRules;
import io.ottla.cluster.restart.RestartRules.Down;
import io.ottla.common.wire.ReplicaStatusResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A sample of the restart matrix on real processes (F12, F14, F22): brokers are killed, stopped or lose their disks in some order and come back in
 * another; after each step three partitions, with min ISR 1, 2 and 3, are online exactly when {@link RestartRules} says so. In the end everything
 * acknowledged is there, on every replica, or the partition waits for a decision: it is never lossy by itself.
 *
 * <p>{@code -Dottla.restart.seed=N} draws other cells, {@code -Dottla.restart.minutes=N} more of them.
 */
@Tag("drill")
class RestartDrillIT {
  private static final Duration STEP = Duration.ofMinutes(2);
  private static final Duration START = Duration.ofMinutes(5);
  private static final Duration CALL = Duration.ofSeconds(10);
  /** What is offline must be so this long. */
  private static final long QUIET_MS = 1_500;
  private static final int MIN_CELLS = 12;
  private static final int ROTTEN_BYTE = 70;
  private static final List<Fate> LOSSES = List.of(Fate.WIPED, Fate.ROBBED, Fate.ROTTEN);

  private final long seed = Long.getLong("ottla.restart.seed", 1);
  private final Duration budget = Duration.ofMinutes(Long.getLong("ottla.restart.minutes", 6));
  private final Random random = new Random(seed);

  @RegisterExtension
  final ClusterHarness cluster = ClusterHarness.of(3, 3).with("http.produce.timeout.ms", "1500")
      // A busy machine is not to be taken for a dead broker: who went last would not be who we sent last.
      .with("replica.lag.time.max.ms", "20000").with("broker.session.timeout.ms", "12000")
      .with("controller.quorum.election.timeout.min.ms", "1500")
      .with("controller.quorum.election.timeout.max.ms", "3000")
      .with("controller.quorum.check.quorum.window.ms", "2000").with("controller.quorum.request.timeout.ms", "1000");

  /** One partition through one course of restarts. */
  private final class Cell {
    final String topic;
    final int minIsr;
    final UUID topicId;
    final RestartRules rules;
    final Map<Long, String> acknowledged = new TreeMap<>();
    private int values;

    Cell(int course, int minIsr) {
      this.topic = "course-" + course + "-min-" + minIsr;
      this.minIsr = minIsr;
      this.rules = new RestartRules(minIsr, cluster.brokers().stream().map(Node::id).toList());
      Node any = cluster.brokers().getFirst();
      CreateOutcome created = cluster.api(any).createTopic(topic, 1, 3,
          Map.of("min.insync.replicas", Integer.toString(minIsr)), Duration.ofSeconds(20));
      assertThat(created.kind()).as(created.detail()).isEqualTo(CreateOutcome.Kind.ACKNOWLEDGED);
      cluster.brokers().forEach(broker -> cluster.awaitHealthy(broker, topic, 1, 3, STEP));
      topicId = Waiting.until("the id of " + topic, STEP, () -> cluster.internal().replicas(any).replicas().stream()
          .filter(one -> one.topic().equals(topic)).map(ReplicaStatusResponse.Replica::topicId).findFirst()
          .orElse(null),
          () -> "");
    }

    /** Whether a record is acknowledged. */
    boolean produce(Node via) {
      String value = "\"" + topic + "-" + values + "\"";
      values++;
      WriteOutcome outcome = cluster.api(via).produce(topic, List.of(new KeyedValue("k", value)), CALL).getFirst();
      if (outcome instanceof WriteOutcome.Acknowledged(int _, long offset)) {
        assertThat(acknowledged.put(offset, value)).as("offset %s of %s", offset, topic).isNull();
        return true;
      }
      return false;
    }

    int leaderAt(Node broker) {
      return Waiting.until("an answer of " + broker, STEP, () -> cluster.api(broker).describe(topic).leaderOf(0),
          () -> "");
    }

    boolean isOnlineAt(Node broker) {
      TopicView.Partition partition = cluster.api(broker).describe(topic).partitions().getFirst();
      return partition.leader() >= 0 && partition.inSync().size() == rules.standing();
    }

    Path replica(Node broker) {
      return broker.directory().resolve("data/partitions").resolve(topicId + "-0");
    }

    void delete() {
      Waiting.until(topic + " is deleted", STEP, () -> {
        boolean there = cluster.api(cluster.brokers().getFirst()).topics().contains(topic);
        if (there) {
          cluster.internal().deleteTopic(cluster.awaitActiveController(STEP), topic);
        }
        return !there;
      });
    }

    void mustHaveEverything() {
      cluster.brokers().forEach(broker -> cluster.awaitHealthy(broker, topic, 1, 3, STEP));
      cluster.awaitConverged(topic, 1, STEP);
      for (Node broker : cluster.brokers()) {
        Map<Long, String> read = cluster.api(broker).readAll(topic, 1, STEP).getOrDefault(0, List.of()).stream()
            .collect(Collectors.toMap(StoredRecord::offset, StoredRecord::value));
        assertThat(read).as("read through %s", broker).containsAllEntriesOf(acknowledged);
      }
    }
  }

  @Test
  void aSampleOfTheRestartMatrixIsOnlineExactlyWhenTheRulesSaySo() throws IOException {
    long end = System.nanoTime() + budget.toNanos();
    int cells = 0;
    int offline = 0;
    for (int course = 0; cells < MIN_CELLS || System.nanoTime() < end; course++) {
      List<Down> downs = drawDowns(course);
      List<Integer> back = new ArrayList<>(downs.stream().map(Down::broker).toList());
      Collections.shuffle(back, random);
      String name = "seed " + seed + ", course " + course + ": down " + downs + ", back " + back;
      System.out.println("[Restart] " + name);
      try {
        offline += run(course, downs, back);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(name + ": " + e.getMessage(), e);
      }
      cells += 3;
    }
    System.out.println("[Restart] " + cells + " cells, " + offline + " of them offline in the end");
    for (Node controller : cluster.controllers()) {
      double unclean = Waiting.until("an answer of " + controller, STEP,
          () -> cluster.internal().metric(controller, "ottla_controller_unclean_elections_total", ""), () -> "");
      assertThat(unclean).isZero();
    }
  }

  /** All of them three times out of four: with fewer down the partition stays online. */
  private List<Down> drawDowns(int course) {
    List<Integer> order = new ArrayList<>(cluster.brokers().stream().map(Node::id).toList());
    Collections.shuffle(order, random);
    int count = random.nextInt(4) > 0 ? 3 : 1 + random.nextInt(2);
    List<Down> downs = new ArrayList<>();
    for (int broker : order.subList(0, count)) {
      downs.add(new Down(broker, switch (random.nextInt(3)) {
        case 0 -> Fate.KILLED;
        case 1 -> Fate.STOPPED;
        default -> LOSSES.get((course + downs.size()) % LOSSES.size());
      }));
    }
    return downs;
  }

  /** How many cells are offline when everybody is back. */
  private int run(int course, List<Down> downs, List<Integer> back) throws IOException {
    List<Cell> cells = List.of(new Cell(course, 1), new Cell(course, 2), new Cell(course, 3));
    expect(course, cells, "at first");
    for (Down down : downs) {
      goDown(cells, down);
      cells.forEach(cell -> cell.rules.goDown(down));
      expect(course, cells, "after " + down);
    }
    for (int broker : back) {
      Node node = cluster.node(broker);
      node.start();
      // Not ready, though: that takes replicas that are in sync.
      Waiting.until(node + " is unfenced", START, () -> !cluster.internal().replicas(node).fenced());
      cells.forEach(cell -> cell.rules.comeUp(broker));
      expect(course, cells, "with " + broker + " back");
    }
    List<Cell> online = cells.stream().filter(cell -> cell.rules.isOnline()).toList();
    online.forEach(Cell::mustHaveEverything);
    cells.forEach(Cell::delete);
    return cells.size() - online.size();
  }

  private void goDown(List<Cell> cells, Down down) throws IOException {
    Node node = cluster.node(down.broker());
    if (down.fate() == Fate.ROTTEN) {
      // What was forced a while ago is known to be forced: only there a bad batch is damage and not the end of an interrupted write.
      Waiting.until("recovery points of " + node, STEP,
          () -> cells.stream().allMatch(cell -> isRecoveryPointKnown(node, cell)));
    }
    if (down.fate() == Fate.STOPPED) {
      node.terminate();
    } else {
      node.kill();
    }
    for (Cell cell : cells) {
      switch (down.fate()) {
        case ROBBED -> ClusterHarness.deleteTree(cell.replica(node));
        case ROTTEN -> rot(cell.replica(node).resolve("00000000000000000000.log"));
        case KILLED, STOPPED, WIPED -> {
        }
      }
    }
    if (down.fate() == Fate.WIPED) {
      ClusterHarness.deleteTree(node.directory().resolve("data"));
    }
  }

  private static boolean isRecoveryPointKnown(Node node, Cell cell) {
    try (Stream<String> lines = Files.lines(cell.replica(node).resolveSibling("recovery-point-checkpoint"))) {
      return lines.anyMatch(line -> line.contains(cell.topicId.toString()));
    } catch (IOException e) {
      throw new UnansweredException("being replaced", e);
    }
  }

  private static void rot(Path segment) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, ROTTEN_BYTE);
      channel.write(one.put(0, (byte) ~one.get(0)).flip(), ROTTEN_BYTE);
    }
  }

  private void expect(int course, List<Cell> cells, String when) {
    System.out.println("[Restart] course " + course + " " + when);
    List<Node> standing = cluster.brokers().stream().filter(Node::isRunning).toList();
    if (standing.isEmpty()) {
      Waiting.until("no broker stands " + when, STEP, () -> cluster.internal()
          .metric(cluster.awaitActiveController(STEP), "ottla_controller_brokers", "state=\"fenced\"") == 3);
      return;
    }
    for (Cell cell : cells) {
      for (Node broker : standing) {
        Waiting.until(cell.topic + (cell.rules.isOnline() ? " is online " : " is offline ") + when, STEP,
            () -> (cell.rules.isOnline() ? cell.isOnlineAt(broker) : cell.leaderAt(broker) < 0) ? Boolean.TRUE : null,
            () -> cluster.api(broker).describe(cell.topic).toString());
      }
    }
    List<Cell> offline = cells.stream().filter(cell -> !cell.rules.isOnline()).toList();
    if (!offline.isEmpty()) {
      Waiting.pause(QUIET_MS);
      offline.forEach(cell -> standing.forEach(broker -> assertThat(cell.leaderAt(broker))
          .as("leader of %s %s at %s", cell.topic, when, broker).isNegative()));
    }
    for (Cell cell : cells) {
      Node via = standing.get(random.nextInt(standing.size()));
      if (cell.rules.isWritable()) {
        Waiting.until(cell.topic + " is writable " + when, STEP, () -> cell.produce(via));
      } else {
        assertThat(cell.produce(via)).as("%s is written %s", cell.topic, when).isFalse();
      }
    }
  }
}
