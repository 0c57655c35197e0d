package io.ottla.broker.replica.port;

/** Told of what must not happen in correct operation. */
@FunctionalInterface
public interface ReplicaAlarms {
  /** Kinds of alarms. */
  enum Kind {
    /** A follower had to remove records below its high watermark: an unclean election, or a bug (P15). */
    TRUNCATED_BELOW_HIGH_WATERMARK,
    /** A follower's offsets went back within one incarnation: it lost data without saying so (P16). */
    FOLLOWER_WENT_BACK,
    /** A follower was told to truncate, and truncating changed nothing. */
    DIVERGENCE_WITHOUT_PROGRESS
  }

  /** One occurrence. */
  void raise(Kind kind, String detail);
}
