package io.ottla.cli.produce;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one batch that was sent once. */
sealed interface Delivery {
  /** The server answered record by record, in the order sent. */
  record Answered(List<Entry> entries) implements Delivery {}

  /** Nothing of it was written, and the same request may succeed later. */
  record NotWritten(String reason) implements Delivery {}

  /** It may or may not have been written. */
  record Unknown(String reason) implements Delivery {}

  /** Nothing of it was written, and sending it again cannot help. */
  record Refused(int exitCode, String reason) implements Delivery {}

  /** One record's fate. */
  record Entry(Fate fate, int partition, long offset, @Nullable String reason) {}

  /** The three things an answer can say of a record, plus refusal for good. */
  enum Fate {
    WRITTEN, NOT_WRITTEN, UNKNOWN, REJECTED
  }
}
