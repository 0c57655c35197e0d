package io.ottla.cluster.history;

/** A broken promise and its evidence. */
public record Violation(Rule rule, String evidence) {
  /** The promises, with the invariant each stands for. */
  public enum Rule {
    /** A run without a single acknowledged write proves nothing. */
    NO_SUCCESS,
    /** I34: an acknowledged record is not at its offset, or is another one. */
    ACKNOWLEDGED_LOST,
    /** I35: a record that no one sent, or whose key was changed. */
    PHANTOM,
    /** I37: a record appears whose every attempt was refused. */
    REFUSED_APPEARS,
    /** A record appears more often than it was sent with possible effect. */
    DUPLICATE,
    /** An acknowledged record stands behind a later one of its key. */
    KEY_ORDER,
    /** Records of one key stand in different partitions. */
    KEY_PLACEMENT,
    /** I38: a record sent after another was acknowledged stands before it. */
    REAL_TIME_ORDER,
    /** I41: an offset is missing, repeated or out of order in a partition. */
    OFFSET_GAP,
    /** I40: two reads of the same offset differ. */
    READS_DIFFER
  }
}
