package io.ottla.common.metadata;

import static io.ottla.common.metadata.MetadataFixtures.TOPIC;
import static io.ottla.common.metadata.MetadataFixtures.next;
import static io.ottla.common.metadata.MetadataFixtures.partition;
import static io.ottla.common.metadata.MetadataFixtures.register;
import static io.ottla.common.metadata.MetadataFixtures.threeBrokersOneTopic;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ottla.common.metadata.MetadataRecord.BrokerChange;
import io.ottla.common.metadata.MetadataRecord.ConfigRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.MetadataRecord.TopicRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Q32, Q35, I13. */
class ImageSnapshotTest {
  private static final String GOLDEN = "common/src/test/resources/io/ottla/common/metadata/snapshot.jsonl";

  /** Q35, I13: a snapshot at any index and the rest of the log give the same bytes as the whole log. */
  @Test
  void aSnapshotAndTheRestOfTheLogEqualTheWholeLog() {
    for (int seed = 1; seed <= 30; seed++) {
      RandomHistory history = new RandomHistory(seed, 120);
      byte[] whole = bytes(history.images.getLast());
      for (int at = seed % 7; at <= history.entries.size(); at += 7) {
        MetadataImage original = history.images.get(at);
        MetadataImage image = read(bytes(original), original.index(), original.term());
        assertThat(image.digest()).isEqualTo(original.digest());
        assertThat(bytes(image)).as("seed " + seed + " at " + at).isEqualTo(bytes(original));
        for (int index = at + 1; index <= history.entries.size(); index++) {
          image = MetadataDelta.apply(image, index, history.term(index), history.entries.get(index - 1));
        }
        assertThat(bytes(image)).as("seed " + seed + " from " + at).isEqualTo(whole);
      }
    }
  }

  /** The stored form is a contract with snapshots already written; a change here needs new versions of lines. */
  @Test
  void theStoredFormIsFixed() throws IOException {
    Path file = Path.of(System.getProperty("ottla.root", "..")).resolve(GOLDEN);
    byte[] bytes = bytes(oneOfEach());
    if ("update".equals(System.getProperty("ottla.golden"))) {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    }
    assertThat(new String(bytes, UTF_8)).isEqualTo(Files.readString(file));
  }

  @Test
  void whatIsNotAsUsualIsWritten() {
    MetadataImage image = oneOfEach();
    MetadataImage read = read(bytes(image), image.index(), image.term());

    assertThat(read.topics()).isEqualTo(image.topics());
    assertThat(read.brokers()).isEqualTo(image.brokers());
    assertThat(read.configs(ConfigResource.CLUSTER)).isEqualTo(image.configs(ConfigResource.CLUSTER));
    assertThat(read.index()).isEqualTo(image.index());
    assertThat(read.term()).isEqualTo(image.term());
    assertThat(read.nextProducerId()).isEqualTo((1L << 53) + 3);
  }

  /** Section 2.1 and F30: what is not understood completely is never skipped. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      "TopicState"     | "TopicShape"
      "BrokerState","version":1 | "BrokerState","version":2
      "End","version":1 | "End","version":7
      "rack":"even"    | "rack":"even","row":3
      "partition":0    | "partition":0,"tier":"cold"
      """)
  void whatIsNotUnderstoodIsRefused(String from, String to) {
    MetadataImage image = threeBrokersOneTopic();
    String text = new String(bytes(image), UTF_8);
    assertThat(text).contains(from);
    assertThatThrownBy(() -> read(text.replace(from, to).getBytes(UTF_8), 4, 1))
        .isInstanceOf(MetadataReplayException.class);
  }

  /** A copy that was damaged on its way is not an image, whatever it was damaged to; another copy may be good. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      "leaderEpoch":0                 | "leaderEpoch":1
      "index":4                       | "index":5
      "term":1                        | "term":2
      "partitions":2                  | "partitions":3
      "partitions":2                  | "partitions":1
      "lines":7                       | "lines":8
      "replicas":[2,3,1],"leader":2   | "replicas":[2,3,1],"leader":4
      "replicas":[2,3,1]              | "replicas":[2,3,2]
      "replicas":[2,3,1]              | "replicas":[2,3,9]
      "partition":1                   | "partition":0
      "brokerId":2                    | "brokerId":3
      "brokerEpoch":2                 | "brokerEpoch":"2"
      "name":"orders"                 | "nom":1
      "type":"Snapshot"               | "type":"Config"
      {"type":"End"                   | {"type":"TopicState"
      "digest":"                      | "digest":"0
      """)
  void whatWasDamagedIsRefused(String from, String to) {
    String text = new String(bytes(threeBrokersOneTopic()), UTF_8);
    assertThat(text).contains(from);
    Throwable refusal = catchThrowable(() -> read(text.replace(from, to).getBytes(UTF_8), 4, 1));
    assertThat(refusal).isInstanceOfAny(UncheckedIOException.class, MetadataReplayException.class);
  }

  @Test
  void aSnapshotCutAnywhereIsNone() {
    byte[] whole = bytes(threeBrokersOneTopic());
    for (int length = 0; length < whole.length - 1; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut, 4, 1)).as("cut at " + cut.length).isInstanceOf(UncheckedIOException.class);
    }
    byte[] followed = Arrays.copyOf(whole, whole.length + 2);
    followed[whole.length] = '{';
    followed[whole.length + 1] = '}';
    assertThatThrownBy(() -> read(followed, 4, 1)).isInstanceOf(UncheckedIOException.class);
  }

  /** What was written whole and breaks an invariant is nothing that another copy would cure. */
  @Test
  void invariantsHoldForWhatIsLoaded() {
    MetadataImage image = threeBrokersOneTopic();
    refusesWhole(image, "\"fenced\":false", "\"fenced\":true");
    MetadataImage shrunk = next(image,
        new PartitionChange(TOPIC, 0, null, List.of(1), List.of(2), null, null, null, null, null, null));
    refusesWhole(shrunk, "\"isr\":[1],\"elr\":[2]", "\"isr\":[1,3],\"elr\":[2]");
    MetadataImage configured = next(image, new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "5"));
    refusesWhole(configured, "\"resourceName\":\"orders\"", "\"resourceName\":\"other\"");
  }

  @Test
  void theStreamsBelongToTheCaller() throws IOException {
    boolean[] closed = new boolean[1];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageSnapshot.write(threeBrokersOneTopic(), new FilterOutputStream(bytes) {
      @Override
      public void close() throws IOException {
        closed[0] = true;
        super.close();
      }
    });
    assertThat(closed[0]).isFalse();
    assertThat(bytes.size()).isPositive();
    ImageSnapshot.read(new ByteArrayInputStream(bytes.toByteArray()) {
      @Override
      public void close() throws IOException {
        closed[0] = true;
        super.close();
      }
    }, 4, 1);
    assertThat(closed[0]).isFalse();
  }

  /** 100,000 partitions stay below 20 MB on disk, and share in memory what is equal. */
  @Test
  void aPartitionTakesLittleRoom() {
    MetadataImage image = threeBrokersOneTopic();
    UUID big = new UUID(9, 9);
    List<MetadataRecord> records = new ArrayList<>(List.of(new TopicRecord(big, "big")));
    List<List<Integer>> replicas = List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2));
    for (int number = 0; number < 9_000; number++) {
      records.add(partition(big, number, replicas.get(number % 3)));
    }
    image = next(image, records.toArray(MetadataRecord[]::new));
    byte[] bytes = bytes(image);

    assertThat(bytes.length / 9_000).isLessThan(150);
    TopicImage read = read(bytes, 5, 1).topic(big).orElseThrow();
    assertThat(read.partitions().get(3_000)).isSameAs(read.partitions().get(0));
    assertThat(read.partitions().get(1).directories()).isSameAs(read.partitions().get(4).directories());
  }

  private static void refusesWhole(MetadataImage image, String from, String to) {
    String text = new String(bytes(image), UTF_8);
    assertThat(text).contains(from);
    String changed = text.replace(from, to);
    String digest = image.digest();
    Throwable unsealed = catchThrowable(() -> read(changed.getBytes(UTF_8), image.index(), image.term()));
    String message = String.valueOf(Objects.requireNonNull(unsealed.getCause()).getMessage());
    String actual = message.replaceFirst(".*has digest ([0-9a-f]{64}).*", "$1");
    assertThatThrownBy(
        () -> read(changed.replace(digest, actual).getBytes(UTF_8), image.index(), image.term()))
        .isInstanceOf(MetadataReplayException.class);
  }

  /** Everything a line can say that is not usual. */
  private static MetadataImage oneOfEach() {
    MetadataImage image = threeBrokersOneTopic();
    image = next(image, register(4), new ConfigRecord(ConfigResource.CLUSTER, "durability", "sync"),
        new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "1000"),
        new ConfigRecord(ConfigResource.broker(3), "a", "b"));
    UUID other = new UUID(7, 2);
    List<UUID> foreign = List.of(new UUID(2, 1), new UUID(99, 99));
    List<UUID> unassigned = List.of(new UUID(2, 1), PartitionState.UNASSIGNED_DIRECTORY);
    image = next(image, new TopicRecord(other, "ärger"),
        new MetadataRecord.PartitionRecord(other, 0, PartitionState.created(List.of(1, 2), List.of(1, 2), foreign)),
        new MetadataRecord.PartitionRecord(other, 1, PartitionState.created(List.of(1, 2), List.of(2), unassigned)));
    image = next(image, BrokerChange.shuttingDown(3, 3),
        new PartitionChange(TOPIC, 0, List.of(1, 2, 3, 4), List.of(), List.of(1, 2), 3, List.of(4), List.of(3), -1,
            null,
            List.of(new UUID(2, 1), new UUID(2, 2), new UUID(2, 3), new UUID(2, 4))),
        new PartitionChange(TOPIC, 1, null, List.of(2), null, null, null, null, 2, LeaderRecoveryState.RECOVERING,
            null));
    image = next(image, new MetadataRecord.ProducerIds(2, 2, (1L << 53) + 3));
    return MetadataDelta.apply(image, (1L << 53) + 1, 9, List.of());
  }

  private static byte[] bytes(MetadataImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageSnapshot.write(image, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static MetadataImage read(byte[] bytes, long index, long term) {
    try {
      return ImageSnapshot.read(new ByteArrayInputStream(bytes), index, term);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
