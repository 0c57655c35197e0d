package io.ottla.benchmarks.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.benchmarks.history.Event.Reader;
import io.ottla.benchmarks.history.Event.Replica;
import io.ottla.benchmarks.history.Event.Seen;
import io.ottla.benchmarks.history.Violation.Rule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A good history is clean; each damage done to it by hand is found, and found as what it is. */
class HistoryCheckerTest {
  private static final Terms STRICT = new Terms(true, Duration.ZERO);
  private static final String TOPIC = "orders";
  private static final List<Replica> EQUAL = List.of(new Replica(101, 0, 3, 3, "d"), new Replica(102, 0, 3, 3, "d"));

  private final List<Event> events = new ArrayList<>(List.of(create("orders", 0, Outcome.OK),
      produce("a", 10, 20, Outcome.OK, 0), produce("b", 30, 40, Outcome.OK, 1), produce("c", 50, 60, Outcome.INFO, -1),
      read(Reader.POLL, 0, 45, 46, "a", "b"), read(Reader.POLL, 2, 70, 71, "c"), read(Reader.RAW, 1, 80, 81, "b", "c"),
      end(90, 91, 3), list(101, "orders"), list(102, "orders"), new Event.Replicas(TOPIC, 0, EQUAL),
      last(101, "a", "b", "c"), last(102, "a", "b", "c")));

  private static Event.Produce produce(String value, long start, long end, Outcome outcome, long offset) {
    return new Event.Produce("p", 101, TOPIC, "k", value, start, end, outcome, outcome == Outcome.OK ? 0 : -1, offset,
        "");
  }

  private static Event.Read read(Reader reader, long from, long start, long end, String... values) {
    return readThrough(101, reader, from, start, end, values);
  }

  private static Event.Read readThrough(int broker, Reader reader, long from, long start, long end, String... values) {
    List<Seen> records = new ArrayList<>();
    for (String value : values) {
      records.add(new Seen(from + records.size(), "k", value));
    }
    return new Event.Read(reader.name(), reader, broker, TOPIC, 0, from, start, end, Outcome.OK, records, "");
  }

  private static Event.Read last(int broker, String... values) {
    return readThrough(broker, Reader.FINAL, 0, 1_000, 1_001, values);
  }

  private static Event.Read refusedRead(long from, long start, String why) {
    return new Event.Read("r", Reader.RAW, 101, TOPIC, 0, from, start, start + 1, Outcome.FAIL, List.of(), why);
  }

  private static Event.End end(long start, long end, long offset) {
    return new Event.End("e", 101, TOPIC, 0, start, end, Outcome.OK, 0, offset, "");
  }

  private static Event.TopicChange create(String topic, long start, Outcome outcome) {
    return new Event.TopicChange("t", 101, true, topic, 1, start, start + 1, outcome, "");
  }

  private static Event.TopicChange delete(String topic, long start, Outcome outcome) {
    return new Event.TopicChange("t", 101, false, topic, 0, start, start + 1, outcome, "");
  }

  private static Event.TopicList list(int broker, String... topics) {
    return new Event.TopicList(broker, List.of(topics));
  }

  private Verdict check() {
    return HistoryChecker.check(events::forEach, STRICT);
  }

  private void change(int index, UnaryOperator<Event> damage) {
    events.set(index, damage.apply(events.get(index)));
  }

  private void finals(String... values) {
    events.removeIf(event -> event instanceof Event.Read read && read.reader() == Reader.FINAL);
    events.add(last(101, values));
    events.add(last(102, values));
  }

  private void assertOnly(Rule... rules) {
    Verdict verdict = check();
    assertThat(verdict.counts().keySet()).as(verdict.text()).containsExactlyInAnyOrder(rules);
    assertThat(verdict.isClean()).isFalse();
  }

  @Test
  void aGoodHistoryIsClean() {
    Verdict verdict = check();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.isClean()).isTrue();
    assertThat(verdict.operations()).containsEntry("produce OK", 2L).containsEntry("produce INFO", 1L)
        .containsEntry("create topic OK", 1L);
    assertThat(verdict.text()).contains("every promise was kept");
  }

  @Test
  void anUnknownWriteMayBeThereOrNot() {
    finals("a", "b", "c");
    assertThat(check().isClean()).isTrue();
    events.removeIf(event -> event instanceof Event.Read read && read.reader() != Reader.FINAL
        && read.records().getLast().value().equals("c"));
    finals("a", "b");
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void aRunWithoutSuccessfulWritesProvesNothing() {
    events.clear();
    events.add(produce("a", 1, 2, Outcome.INFO, -1));
    events.add(last(101, "a"));
    assertOnly(Rule.NO_SUCCESS);
  }

  @Test
  void aRunWithoutRecordsReadProvesNothing() {
    events.clear();
    events.add(produce("a", 1, 2, Outcome.OK, 0));
    assertOnly(Rule.NO_SUCCESS, Rule.UNAVAILABLE, Rule.LOST);
  }

  @Test
  void anEmptyHistoryProvesNothing() {
    events.clear();
    assertOnly(Rule.NO_SUCCESS);
  }

  @Test
  void anAcknowledgedRecordThatIsNotThereIsLost() {
    events.removeIf(event -> event instanceof Event.Read || event instanceof Event.End);
    finals("a");
    assertOnly(Rule.LOST);
  }

  @Test
  void anAcknowledgedRecordAtAnotherOffsetIsLost() {
    change(1, _ -> produce("a", 10, 20, Outcome.OK, 2));
    assertThat(check().counts()).containsKey(Rule.LOST);
  }

  @Test
  void anAcknowledgedRecordWithAnotherKeyIsLostAndAPhantom() {
    change(1, _ -> new Event.Produce("p", 101, TOPIC, "other", "a", 10, 20, Outcome.OK, 0, 0, ""));
    assertOnly(Rule.LOST, Rule.PHANTOM);
  }

  @Test
  void aRecordNobodySentIsAPhantom() {
    finals("a", "b", "c", "x");
    assertOnly(Rule.PHANTOM);
  }

  @Test
  void aRecordInATopicItWasNotSentToIsAPhantom() {
    events.add(new Event.Read("r", Reader.RAW, 101, "audit", 0, 0, 100, 101, Outcome.OK,
        List.of(new Seen(0, "k", "a")), ""));
    assertThat(check().counts()).containsKey(Rule.PHANTOM);
  }

  @Test
  void aRecordThatIsThereTwiceIsADuplicate() {
    finals("a", "b", "c", "c");
    assertOnly(Rule.DUPLICATE);
  }

  @Test
  void aRecordThatWasSentTwiceMayBeThereTwice() {
    events.add(3, produce("c", 41, 42, Outcome.INFO, -1));
    finals("a", "b", "c", "c");
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void aRecordWhoseOnlySendingWasRefusedMustNotBeThere() {
    change(3, _ -> produce("c", 50, 60, Outcome.FAIL, -1));
    assertOnly(Rule.REFUSED_APPEARS);
  }

  @Test
  void aRecordSentAfterAnotherWasAcknowledgedMustNotStandBeforeIt() {
    change(1, _ -> produce("a", 41, 44, Outcome.OK, 0)); // b was acknowledged at 40, and stands behind
    assertOnly(Rule.REORDERED);
  }

  @Test
  void recordsSentAtTheSameTimeMayStandInAnyOrder() {
    change(1, _ -> produce("a", 39, 44, Outcome.OK, 0));
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void anUnknownWriteThatAppearsBeforeAnAcknowledgedOneIsReorderedIfItWasSentLater() {
    events.removeIf(event -> event instanceof Event.Read || event instanceof Event.End);
    events.set(2, produce("b", 30, 40, Outcome.OK, 2));
    finals("a", "c", "b");
    assertOnly(Rule.REORDERED);
  }

  @Test
  void twoReadsOfAnOffsetMustNotDiffer() {
    events.add(8, read(Reader.RAW, 1, 92, 93, "c"));
    assertThat(check().counts()).containsKey(Rule.READS_DIFFER);
  }

  @Test
  void aReadMustNotSkipOrRepeatOffsets() {
    events.set(6, new Event.Read("r", Reader.RAW, 101, TOPIC, 0, 0, 80, 81, Outcome.OK,
        List.of(new Seen(0, "k", "a"), new Seen(2, "k", "c")), ""));
    assertOnly(Rule.OFFSET_GAP);
    events.set(6, new Event.Read("r", Reader.RAW, 101, TOPIC, 0, 0, 80, 81, Outcome.OK,
        List.of(new Seen(0, "k", "a"), new Seen(0, "k", "a")), ""));
    assertOnly(Rule.OFFSET_GAP);
    events.set(6, new Event.Read("r", Reader.RAW, 101, TOPIC, 0, 1, 80, 81, Outcome.OK,
        List.of(new Seen(2, "k", "c")), ""));
    assertOnly(Rule.OFFSET_GAP);
  }

  @Test
  void aConsumersNextReadMustContinueItsLast() {
    events.set(5, read(Reader.POLL, 1, 70, 71, "b", "c"));
    assertOnly(Rule.OFFSET_GAP);
  }

  @Test
  void aRecordThatWasReadMustBeThereAtTheEnd() {
    finals("a", "b");
    assertOnly(Rule.TAKEN_BACK);
  }

  @Test
  void aReaderMustNotBeToldThatTheLogEndsBeforeWhatWasRead() {
    events.add(8, refusedRead(3, 95, "41601 Offset out of range"));
    assertOnly(Rule.WRONG_RANGE);
    events.set(8, refusedRead(4, 95, "41601 Offset out of range"));
    assertThat(check().isClean()).isTrue();
    events.set(8, refusedRead(3, 70, "41601 Offset out of range")); // c was not yet read then
    assertThat(check().isClean()).isTrue();
    events.set(8, refusedRead(3, 95, "50302 No leader"));
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void theEndMustNotBeBeforeWhatWasAcknowledgedOrRead() {
    events.add(4, end(42, 43, 1));
    assertOnly(Rule.STALE_END);
    events.set(4, end(39, 43, 1)); // b was acknowledged after the question was asked
    assertThat(check().isClean()).isTrue();
    events.remove(4);
    events.add(end(92, 93, 2)); // c was never acknowledged, but read
    assertThat(check().counts()).containsKey(Rule.STALE_END);
  }

  @Test
  void aReplacedLeaderMayBeBehindForAsLongAsItsLeaseLasts() {
    events.add(4, end(45, 46, 1));
    Terms lenient = new Terms(true, Duration.ofNanos(6));
    assertThat(HistoryChecker.check(events::forEach, lenient).isClean()).isTrue();
    assertThat(HistoryChecker.check(events::forEach, lenient).staleWithinLease()).isEqualTo(1);
    assertThat(HistoryChecker.check(events::forEach, new Terms(true, Duration.ofNanos(4))).counts())
        .containsOnlyKeys(Rule.STALE_END);
  }

  @Test
  void theEndMustNotGoBack() {
    events.add(4, end(21, 22, 3));
    events.add(5, end(23, 24, 2));
    assertOnly(Rule.END_DECREASED);
    events.set(5, end(21, 24, 2)); // both were asked at the same time
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void recordsOfADeletedTopicMustNotComeBack() {
    events.add(create("side", 1, Outcome.OK));
    events.add(new Event.Produce("p", 101, "side", "k", "old", 2, 3, Outcome.OK, 0, 0, ""));
    events.add(delete("side", 4, Outcome.OK));
    events.add(create("side", 6, Outcome.OK));
    Event.Read read = new Event.Read("r", Reader.RAW, 101, "side", 0, 0, 8, 9, Outcome.OK,
        List.of(new Seen(0, "k", "old")), "");
    events.add(read);
    for (int i = 8; i <= 9; i++) {
      change(i, list -> list(((Event.TopicList) list).broker(), "orders", "side"));
    }
    assertOnly(Rule.RESURRECTED);
    events.set(events.indexOf(read), new Event.Read("r", Reader.RAW, 101, "side", 0, 0, 4, 9, Outcome.OK,
        List.of(new Seen(0, "k", "old")), "")); // the deletion was not over when the read began
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void acknowledgedTopicsExistOnEveryBrokerAndDeletedOrRefusedOnesOnNone() {
    events.set(9, list(102));
    assertOnly(Rule.TOPICS_DIFFER);
    events.set(9, list(102, "orders", "gone"));
    events.add(create("gone", 1, Outcome.OK));
    events.add(delete("gone", 3, Outcome.OK));
    assertOnly(Rule.TOPICS_DIFFER);
    events.set(9, list(102, "orders", "never"));
    events.add(create("never", 5, Outcome.FAIL));
    assertOnly(Rule.TOPICS_DIFFER);
    events.set(9, list(102, "orders", "perhaps"));
    events.add(create("perhaps", 5, Outcome.INFO));
    assertThat(check().isClean()).isTrue();
  }

  @Test
  void replicasMustBeEqual() {
    for (Replica other : List.of(new Replica(102, 0, 3, 3, "e"), new Replica(102, 0, 2, 3, "d"),
        new Replica(102, 0, 3, 4, "d"))) {
      events.set(10, new Event.Replicas(TOPIC, 0, List.of(EQUAL.getFirst(), other)));
      assertOnly(Rule.DIVERGED);
    }
    events.set(10, new Event.Replicas(TOPIC, 0, List.of()));
    assertOnly(Rule.DIVERGED);
  }

  @Test
  void everyPartitionMustBeReadToTheSameEndThroughEveryBroker() {
    events.removeLast();
    events.add(last(102, "a", "b"));
    assertOnly(Rule.UNAVAILABLE);
    events.removeIf(event -> event instanceof Event.Read read && read.reader() == Reader.FINAL);
    assertThat(check().counts()).containsKey(Rule.UNAVAILABLE);
  }

  @Test
  void whatIsObservedToBeBadIsAViolation() {
    events.add(new Event.Observation("back after faults", true, ""));
    assertThat(check().isClean()).isTrue();
    events.add(new Event.Observation("a process ended by itself", false, "broker 101"));
    assertOnly(Rule.OBSERVED);
  }

  @Test
  void inARunInWhichNothingMayFailEveryFailureIsAViolation() {
    Verdict verdict = HistoryChecker.check(events::forEach, STRICT.withoutFailures());
    assertThat(verdict.counts()).containsOnlyKeys(Rule.FAILED).containsEntry(Rule.FAILED, 1L);
    events.set(3, produce("c", 50, 60, Outcome.OK, 2));
    assertThat(HistoryChecker.check(events::forEach, STRICT.withoutFailures()).isClean()).isTrue();
  }

  @Test
  void evidenceIsLimitedAndCountsAreNot() {
    String[] many = new String[100];
    Arrays.setAll(many, i -> i == 0 ? "a" : i == 1 ? "b" : i == 2 ? "c" : "x" + i);
    finals(many);
    Verdict verdict = check();
    assertThat(verdict.counts()).containsEntry(Rule.PHANTOM, 97L);
    assertThat(verdict.violations()).hasSize(Findings.MOST_OF_A_RULE);
    assertThat(verdict.json()).contains("\"phantom\" : 97");
  }

  @Test
  void aHistoryOnDiskSaysTheSame(@TempDir Path home) throws IOException {
    Path file = home.resolve("history.jsonl");
    events.add(new Event.Fault("KILL", "[broker 101]", 1, 2));
    events.add(new Event.Observation("ready", true, "after 3 ms"));
    try (HistoryWriter writer = new HistoryWriter(file)) {
      events.forEach(writer::add);
    }
    List<Event> read = new ArrayList<>();
    new HistoryFile(file).forEach(read::add);
    assertThat(read).isEqualTo(events);
    assertThat(HistoryChecker.check(new HistoryFile(file), STRICT)).isEqualTo(check());
  }
}
