package io.ottla.cluster.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.history.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of broken promise, and nothing in a history that keeps them. */
class HistoryCheckerTest {
  private final List<Write> writes = new ArrayList<>();
  private final SortedMap<Integer, List<StoredRecord>> partitions = new TreeMap<>();
  private long clock;

  @Test
  void aHistoryThatKeepsEveryPromiseIsClean() {
    acknowledged("a", 0, 0, 0);
    acknowledged("b", 0, 1, 0);
    refused("a", 1);
    acknowledged("a", 1, 0, 1);
    unknown("a", 2);
    acknowledged("a", 3, 0, 3);
    stored(0, "a", 0);
    stored(0, "a", 1);
    stored(0, "a", 2);
    stored(0, "a", 3);
    stored(1, "b", 0);

    CheckReport report = check();

    assertThat(report.violations()).isEmpty();
    assertThat(report.clean()).isTrue();
    assertThat(report).extracting(CheckReport::acknowledged, CheckReport::refused, CheckReport::unknown,
        CheckReport::unknownFound, CheckReport::stored).containsExactly(4L, 1L, 1L, 1L, 5L);
  }

  @Test
  void anUnknownWriteMayBeMissingOrArriveLate() {
    unknown("a", 0);
    unknown("a", 1);
    acknowledged("a", 2, 0, 0);
    stored(0, "a", 2);
    stored(0, "a", 0);

    assertThat(rules()).isEmpty();
  }

  @Test
  void aRunWithoutSuccessFails() {
    refused("a", 0);
    unknown("a", 1);

    assertThat(rules()).containsExactly(Rule.NO_SUCCESS);
  }

  @Test
  void aLostRecordAtTheEndIsFound() {
    acknowledged("a", 0, 0, 0);
    acknowledged("a", 1, 0, 1);
    stored(0, "a", 0);

    assertThat(rules()).containsExactly(Rule.ACKNOWLEDGED_LOST);
  }

  @Test
  void aLostPartitionIsFound() {
    acknowledged("a", 0, 0, 0);
    acknowledged("b", 0, 1, 0);
    stored(0, "a", 0);

    assertThat(rules()).containsExactly(Rule.ACKNOWLEDGED_LOST);
  }

  @Test
  void aRecordAtAnotherOffsetThanAcknowledgedIsFound() {
    unknown("a", 0);
    acknowledged("b", 0, 0, 0);
    stored(0, "a", 0);
    stored(0, "b", 0);

    assertThat(rules()).containsExactly(Rule.ACKNOWLEDGED_LOST);
  }

  @Test
  void twoRecordsAcknowledgedAtOnePlaceAreFound() {
    acknowledged("a", 0, 0, 0);
    acknowledged("b", 0, 0, 0);
    stored(0, "b", 0);

    assertThat(rules()).containsExactly(Rule.ACKNOWLEDGED_LOST);
  }

  @Test
  void aReorderingWithinAKeyIsFound() {
    acknowledged("a", 0, 0, 1);
    unknown("a", 1);
    stored(0, "a", 1);
    stored(0, "a", 0);

    assertThat(rules()).contains(Rule.KEY_ORDER);
  }

  @Test
  void aReorderingWithinOneRequestIsFoundByItsKey() {
    writes.add(new Write("a", 0, value("a", 0), 1, 9, new WriteOutcome.Acknowledged(0, 1)));
    writes.add(new Write("a", 1, value("a", 1), 1, 9, new WriteOutcome.Acknowledged(0, 0)));
    stored(0, "a", 1);
    stored(0, "a", 0);

    assertThat(rules()).containsExactly(Rule.KEY_ORDER);
  }

  @Test
  void aReorderingAcrossKeysIsFoundByTime() {
    acknowledged("a", 0, 0, 1);
    acknowledged("b", 0, 0, 0);
    stored(0, "b", 0);
    stored(0, "a", 0);

    assertThat(rules()).containsExactly(Rule.REAL_TIME_ORDER);
  }

  @Test
  void aPhantomIsFound() {
    acknowledged("a", 0, 0, 0);
    stored(0, "a", 0);
    stored(0, "a", 7);

    assertThat(rules()).containsExactly(Rule.PHANTOM);
  }

  @Test
  void aChangedKeyIsFound() {
    acknowledged("a", 0, 0, 0);
    records(0).add(new StoredRecord(0, 0, "b", value("a", 0)));

    assertThat(rules()).containsExactlyInAnyOrder(Rule.PHANTOM, Rule.ACKNOWLEDGED_LOST);
  }

  @Test
  void aRefusedRecordThatAppearsIsFound() {
    acknowledged("a", 0, 0, 0);
    refused("a", 1);
    stored(0, "a", 0);
    stored(0, "a", 1);

    assertThat(rules()).containsExactly(Rule.REFUSED_APPEARS);
  }

  @Test
  void aDuplicateOfAnAcknowledgedRecordIsFound() {
    refused("a", 0);
    acknowledged("a", 0, 0, 0);
    stored(0, "a", 0);
    stored(0, "a", 0);

    assertThat(rules()).containsExactly(Rule.DUPLICATE);
  }

  @Test
  void anUnknownRecordAppearsAtMostAsOftenAsItWasSent() {
    acknowledged("b", 0, 0, 0);
    unknown("a", 0);
    unknown("a", 0);
    stored(0, "b", 0);
    stored(0, "a", 0);
    stored(0, "a", 0);
    assertThat(rules()).isEmpty();

    stored(0, "a", 0);
    assertThat(rules()).containsExactly(Rule.DUPLICATE);
  }

  @Test
  void aKeyInTwoPartitionsIsFound() {
    acknowledged("a", 0, 0, 0);
    acknowledged("a", 1, 1, 0);
    stored(0, "a", 0);
    stored(1, "a", 1);

    assertThat(rules()).containsExactly(Rule.KEY_PLACEMENT);
  }

  @Test
  void aGapInTheOffsetsIsFound() {
    acknowledged("a", 0, 0, 0);
    acknowledged("a", 1, 0, 2);
    stored(0, "a", 0);
    records(0).add(new StoredRecord(0, 2, "a", value("a", 1)));

    assertThat(rules()).containsExactly(Rule.OFFSET_GAP);
  }

  @Test
  void aLaterReadMayHoldMoreButNeverLessOrOther() {
    stored(0, "a", 0);
    stored(0, "a", 1);
    SortedMap<Integer, List<StoredRecord>> later = new TreeMap<>();
    List<StoredRecord> again = new ArrayList<>(records(0));
    later.put(0, again);
    assertThat(HistoryChecker.checkReads(partitions, later)).isEmpty();

    again.add(new StoredRecord(0, 2, "a", value("a", 2)));
    assertThat(HistoryChecker.checkReads(partitions, later)).isEmpty();
    assertThat(HistoryChecker.checkReads(later, partitions)).extracting(Violation::rule)
        .containsExactly(Rule.READS_DIFFER);

    again.set(0, new StoredRecord(0, 0, "a", "other"));
    assertThat(HistoryChecker.checkReads(partitions, later)).extracting(Violation::rule)
        .containsExactly(Rule.READS_DIFFER);
  }

  private void acknowledged(String key, long sequence, int partition, long offset) {
    attempt(key, sequence, new WriteOutcome.Acknowledged(partition, offset));
  }

  private void refused(String key, long sequence) {
    attempt(key, sequence, new WriteOutcome.Refused("leader not available"));
  }

  private void unknown(String key, long sequence) {
    attempt(key, sequence, new WriteOutcome.Unknown("connection reset"));
  }

  private void attempt(String key, long sequence, WriteOutcome outcome) {
    long sentAt = ++clock;
    writes.add(new Write(key, sequence, value(key, sequence), sentAt, ++clock, outcome));
  }

  /** Puts a record at the end of a partition. */
  private void stored(int partition, String key, long sequence) {
    List<StoredRecord> records = records(partition);
    records.add(new StoredRecord(partition, records.size(), key, value(key, sequence)));
  }

  private List<StoredRecord> records(int partition) {
    return partitions.computeIfAbsent(partition, p -> new ArrayList<>());
  }

  private static String value(String key, long sequence) {
    return key + "#" + sequence;
  }

  private CheckReport check() {
    return HistoryChecker.check(writes, partitions);
  }

  private List<Rule> rules() {
    return check().violations().stream().map(Violation::rule).distinct().toList();
  }
}
