package io.ottla.broker.log;

/**
 * What a cleaning may use.
 *
 * @param keyMemoryBytes memory for keys and their newest offsets; with more keys a cleaning covers less of the log, and the next one the rest
 * @param pace told of work done
 */
public record CleaningLimits(long keyMemoryBytes, Pace pace) {
  /** Slows a cleaning down, or ends it. */
  @FunctionalInterface
  public interface Pace {
    /**
     * Called after some bytes were read or written; may wait.
     *
     * @return false to give the cleaning up
     */
    boolean took(long bytes);
  }
}
