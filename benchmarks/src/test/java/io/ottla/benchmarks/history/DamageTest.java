package io.ottla.benchmarks.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.benchmarks.history.Event.Reader;
import io.ottla.benchmarks.history.Event.Replica;
import io.ottla.benchmarks.history.Event.Seen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each damage to a clean history, wherever it is done, breaks the promise that it is to break. */
class DamageTest {
  private static final int RECORDS = 20;

  private static List<Event> clean() {
    List<Event> events = new ArrayList<>();
    List<Seen> all = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      all.add(new Seen(i, "k", "v" + i));
      events.add(new Event.Produce("p", 101, "orders", "k", "v" + i, 10L * i, 10L * i + 5, Outcome.OK, 0, i, ""));
    }
    events.add(read(Reader.RAW, 0, all));
    events.add(read(Reader.POLL, 0, all));
    events.add(new Event.Replicas("orders", 0, List.of(new Replica(101, 0, 20, 20, "d"), new Replica(102, 0, 20, 20,
        "d"))));
    events.add(read(Reader.FINAL, 0, all));
    events.add(read(Reader.FINAL, RECORDS, List.of()));
    return events;
  }

  private static Event read(Reader reader, long from, List<Seen> records) {
    return new Event.Read(reader.name(), reader, 101, "orders", 0, from, 500, 501, Outcome.OK, records, "");
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void isNoticed(Damage damage) {
    History healthy = clean()::forEach;
    assertThat(HistoryChecker.check(healthy, Terms.USUAL).violations()).isEmpty();
    for (int seed = 0; seed < 20; seed++) {
      Verdict verdict = HistoryChecker.check(damage.to(healthy, seed), Terms.USUAL);
      boolean cannotBeSkipped = damage == Damage.SKIPPED && verdict.isClean(); // the last record of every read
      assertThat(verdict.counts().containsKey(damage.expected()) || cannotBeSkipped).as("%s, seed %s: %s", damage, seed,
          verdict.counts()).isTrue();
    }
  }
}
