package io.ottla.cli.produce;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Counts what became of the input. Thread-safe. */
final class Tally {
  private static final int KEPT_PROBLEMS = 20;
  private final TreeSet<Long> open = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();
  private long lastLine;
  private long acknowledged;
  private long bytes;
  private long rejected;
  private long unknown;
  private long notWritten;

  /** A picture of the counts at one moment. {@code durableThrough}: every line up to this one is settled. */
  record Counts(long acknowledged, long bytes, long rejected, long unknown, long notWritten, long durableThrough,
      List<String> problems) {
    boolean complete() {
      return rejected + unknown + notWritten == 0;
    }
  }

  synchronized void read(InputRecord input) {
    open.add(input.line());
    lastLine = input.line();
  }

  synchronized void acknowledged(InputRecord input) {
    acknowledged++;
    bytes += input.bytes();
    open.remove(input.line());
  }

  /** A line that is no record, or a record refused for good. */
  synchronized void rejected(long line, String reason) {
    rejected++;
    open.remove(line);
    problem("line " + line + " rejected: " + reason);
  }

  /** Lines whose fate nobody knows; they stay open, so that {@code durableThrough} stops before them. */
  synchronized void unknown(List<InputRecord> batch, String reason) {
    unknown += batch.size();
    problem(lines(batch) + " may or may not be written: " + reason);
  }

  synchronized void notWritten(List<InputRecord> batch, String reason) {
    notWritten += batch.size();
    problem(lines(batch) + " not written: " + reason);
  }

  synchronized Counts counts() {
    long durable = open.isEmpty() ? lastLine : open.first() - 1;
    return new Counts(acknowledged, bytes, rejected, unknown, notWritten, durable, List.copyOf(problems));
  }

  private void problem(String text) {
    if (problems.size() < KEPT_PROBLEMS)
      problems.add(text);
  }

  private static String lines(List<InputRecord> batch) {
    long first = batch.getFirst().line();
    return batch.size() == 1 ? "line " + first
        : batch.size() + " records of lines " + first + " to " + batch.getLast().line();
  }
}
