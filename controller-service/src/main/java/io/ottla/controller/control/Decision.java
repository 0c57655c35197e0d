package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.MetadataRecord;
import java.util.List;
import java.util.Optional;

/**
 * What a control made of a command: records to append as one entry, and the reply. Deciding changes no metadata; only appended records do.
 *
 * @param records the entry, possibly empty
 * @param result the reply, to be given once the entry is committed
 * @param waitForIndex the reply rests on the metadata up to this index and must wait until that is committed too, lest someone observes what
 *          is then undone (M4)
 * @param <R> the value of an accepted command
 */
public record Decision<R>(List<MetadataRecord> records, Result<R> result, long waitForIndex) {
  /** Copies the records. */
  public Decision {
    records = List.copyOf(records);
  }

  static <R> Decision<R> accept(List<? extends MetadataRecord> records, R value, long waitForIndex) {
    return new Decision<>(List.copyOf(records), new Accepted<>(value), waitForIndex);
  }

  static <R> Decision<R> reject(ErrorCode code, String message, long waitForIndex) {
    return new Decision<>(List.of(), new Rejected<>(code, message), waitForIndex);
  }

  /** Whether there is something to append. */
  public boolean hasRecords() {
    return !records.isEmpty();
  }

  /** The reply of an accepted command. */
  public Optional<R> value() {
    return switch (result) {
      case Accepted<R>(R value) -> Optional.of(value);
      case Rejected<R> _ -> Optional.empty();
    };
  }

  /** The reason of a rejected command. */
  public Optional<ErrorCode> error() {
    return switch (result) {
      case Accepted<R> _ -> Optional.empty();
      case Rejected<R>(ErrorCode code, String _) -> Optional.of(code);
    };
  }

  /** A reply. */
  public sealed interface Result<R> {}

  /**
   * The command was accepted.
   *
   * @param value what it gives back
   */
  public record Accepted<R>(R value) implements Result<R> {}

  /**
   * The command was rejected and has no effect of its own.
   *
   * @param code why, for programs
   * @param message why, for people
   */
  public record Rejected<R>(ErrorCode code, String message) implements Result<R> {}
}
