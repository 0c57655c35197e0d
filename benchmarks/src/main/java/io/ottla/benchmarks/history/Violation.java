package io.ottla.benchmarks.history;

/** A broken promise and its evidence. */
public record Violation(Rule rule, String evidence) {
  /** The promises, with the invariant each stands for. */
  public enum Rule {
    /** A run without successful writes and reads proves nothing. */
    NO_SUCCESS,
    /** I34: an acknowledged record is not at its offset, or is another one. */
    LOST,
    /** I35: a record that no one sent, or not with this key or to this topic. */
    PHANTOM,
    /** I36: a record is in the log more often than it was sent with possible effect. */
    DUPLICATE,
    /** I37: a record whose every sending was refused. */
    REFUSED_APPEARS,
    /** I38: a record sent after another was acknowledged stands before it. */
    REORDERED,
    /** I40: two reads of an offset differ. */
    READS_DIFFER,
    /** I41: a read skips, repeats or reorders offsets, or a consumer's next read does not continue the last. */
    OFFSET_GAP,
    /** I42: a record that was read is not there at the end. */
    TAKEN_BACK,
    /** I42, P30: a reader is told that the log ends before a record that had been read. */
    WRONG_RANGE,
    /** I43: the end of the log is said to be before a record acknowledged earlier. */
    STALE_END,
    /** I44: the end of the log goes back. */
    END_DECREASED,
    /** I31: a record of a deleted topic is read from a later one. */
    RESURRECTED,
    /** I10: topics are not as their creators were told. */
    TOPICS_DIFFER,
    /** I33: replicas are not equal after all is quiet. */
    DIVERGED,
    /** I21: a partition could not be read to its end when all faults were over. */
    UNAVAILABLE,
    /** A call failed in a run in which none may. */
    FAILED,
    /** What was observed from outside is not as it must be. */
    OBSERVED
  }
}
