package io.ottla.benchmarks.history;

import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.benchmarks.history.Event.Produce;
import io.ottla.benchmarks.history.Event.Read;
import io.ottla.benchmarks.history.Event.Reader;
import io.ottla.benchmarks.history.Event.Seen;
import io.ottla.benchmarks.history.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Damage done to a history on purpose: a checker that does not notice it has proven nothing about the history as it was. */
enum Damage {
  /** At the end an acknowledged record and all behind it are gone. */
  TAIL_LOST(Rule.LOST),
  /** An acknowledged record was another one all the time. */
  REPLACED(Rule.PHANTOM),
  /** In the place of an acknowledged record stands a second copy of an earlier one. */
  DOUBLED(Rule.DUPLICATE),
  /** Two records change places, in what was acknowledged and in what was read. */
  SWAPPED(Rule.REORDERED),
  /** One read saw another record than all others. */
  READ_ONCE_OTHERWISE(Rule.READS_DIFFER),
  /** One read skipped a record. */
  SKIPPED(Rule.OFFSET_GAP),
  /** A record that is there was refused. */
  REFUSED(Rule.REFUSED_APPEARS),
  /** One replica has other contents. */
  OTHER_DIGEST(Rule.DIVERGED),
  /** Nothing was ever acknowledged. */
  NOTHING_ACKNOWLEDGED(Rule.NO_SUCCESS);

  private static final String NEVER_SENT = "never sent";

  private final Rule expected;

  Damage(Rule expected) {
    this.expected = expected;
  }

  /** The promise that is then broken, perhaps among others. */
  Rule expected() {
    return expected;
  }

  /** Two records of one partition, the second sent after the first was acknowledged. */
  private record Pair(Produce first, Produce second) {
    boolean isOf(Read read) {
      return read.topic().equals(first.topic()) && read.partition() == first.partition();
    }
  }

  /** The history with this damage; where it is done follows from the seed. */
  History to(History history, long seed) {
    Pair pair = pick(history, new Random(seed));
    UnaryOperator<Event> change = change(pair);
    return visitor -> history.forEach(new Consumer<>() {
      private boolean done;

      @Override
      public void accept(Event event) {
        Event changed = done && isOnce() ? event : change.apply(event);
        done |= !changed.equals(event);
        visitor.accept(changed);
      }
    });
  }

  private boolean isOnce() {
    return this == READ_ONCE_OTHERWISE || this == SKIPPED || this == OTHER_DIGEST;
  }

  private UnaryOperator<Event> change(Pair pair) {
    Seen never = new Seen(pair.second().offset(), pair.second().key(), NEVER_SENT);
    return switch (this) {
      case TAIL_LOST -> reads(pair, read -> read.reader() == Reader.FINAL,
          seen -> seen.offset() < pair.second().offset()
              ? seen
              : null);
      case REPLACED -> reads(pair, _ -> true, seen -> seen.offset() == never.offset() ? never : seen);
      case DOUBLED -> reads(pair, _ -> true, seen -> seen.offset() == never.offset()
          ? new Seen(seen.offset(), pair.first().key(), pair.first().value())
          : seen);
      case SWAPPED -> swap(pair);
      case READ_ONCE_OTHERWISE -> reads(pair, read -> read.reader() != Reader.FINAL,
          seen -> seen.offset() == never.offset() ? never : seen);
      case SKIPPED -> reads(pair, read -> read.records().size() > 2 && !last(read).equals(never.offset()),
          seen -> seen.offset() == never.offset() ? null : seen);
      case REFUSED -> event -> event instanceof Produce produce && produce.value().equals(pair.second().value())
          ? told(produce, Outcome.FAIL)
          : event;
      case OTHER_DIGEST -> event -> event instanceof Event.Replicas replicas ? otherDigest(replicas) : event;
      case NOTHING_ACKNOWLEDGED -> event -> event instanceof Produce produce && produce.outcome() == Outcome.OK
          ? told(produce, Outcome.INFO)
          : event;
    };
  }

  private static Long last(Read read) {
    return read.records().getLast().offset();
  }

  private static UnaryOperator<Event> reads(Pair pair, java.util.function.Predicate<Read> which,
      java.util.function.Function<Seen, @Nullable Seen> change) {
    return event -> {
      if (!(event instanceof Read read) || !pair.isOf(read) || !which.test(read)) {
        return event;
      }
      List<Seen> records = new ArrayList<>();
      for (Seen seen : read.records()) {
        Seen changed = change.apply(seen);
        if (changed != null) {
          records.add(changed);
        }
      }
      return records.equals(read.records()) ? event : with(read, records);
    };
  }

  private static Read with(Read read, List<Seen> records) {
    return new Read(read.process(), read.reader(), read.broker(), read.topic(), read.partition(), read.from(),
        read.start(), read.end(), read.outcome(), records, read.why());
  }

  private static Produce told(Produce produce, Outcome outcome) {
    return new Produce(produce.process(), produce.broker(), produce.topic(), produce.key(), produce.value(),
        produce.start(), produce.end(), outcome, produce.partition(), produce.offset(), produce.why());
  }

  private static UnaryOperator<Event> swap(Pair pair) {
    Produce first = pair.first();
    Produce second = pair.second();
    UnaryOperator<Event> inReads = reads(pair, _ -> true, seen -> {
      if (seen.offset() == first.offset()) {
        return new Seen(seen.offset(), second.key(), second.value());
      }
      return seen.offset() == second.offset() ? new Seen(seen.offset(), first.key(), first.value()) : seen;
    });
    return event -> {
      if (event instanceof Produce produce && (produce.equals(first) || produce.equals(second))) {
        long offset = produce.equals(first) ? second.offset() : first.offset();
        return new Produce(produce.process(), produce.broker(), produce.topic(), produce.key(), produce.value(),
            produce.start(), produce.end(), produce.outcome(), produce.partition(), offset, produce.why());
      }
      return inReads.apply(event);
    };
  }

  private static Event otherDigest(Event.Replicas replicas) {
    List<Event.Replica> changed = new ArrayList<>(replicas.replicas());
    Event.Replica one = changed.removeLast();
    changed.add(new Event.Replica(one.broker(), one.logStartOffset(), one.highWatermark(), one.logEndOffset(),
        one.digest() + "?"));
    return new Event.Replicas(replicas.topic(), replicas.partition(), changed);
  }

  /** Any acknowledged record that a reader saw, and one before it in its partition that was acknowledged before it was sent. */
  private static Pair pick(History history, Random random) {
    TopicFates topics = new TopicFates();
    List<Produce> acknowledged = new ArrayList<>();
    history.forEach(event -> {
      if (event instanceof Event.TopicChange change) {
        topics.add(change);
      }
      if (event instanceof Produce produce && produce.outcome() == Outcome.OK) {
        acknowledged.add(produce);
      }
    });
    acknowledged.removeIf(produce -> !topics.isKept(produce.topic()));
    for (int attempt = 0; attempt < acknowledged.size() * 2; attempt++) {
      Produce second = acknowledged.get(random.nextInt(acknowledged.size()));
      Produce first = acknowledged.stream().filter(one -> one.topic().equals(second.topic())
          && one.partition() == second.partition() && one.end() < second.start()).findFirst().orElse(null);
      if (first != null) {
        return new Pair(first, second);
      }
    }
    throw new BenchmarkFailure("no two acknowledged records to damage");
  }
}
