package io.ottla.broker.replica;

/** What an answer did to a follower. */
public enum FollowerStep {
  /** It belongs to a leadership or a position that is over; nothing changed. */
  STALE,
  /** Records were appended; they count for the leader once forced. */
  APPENDED,
  /** Records were removed, or there was nothing to remove; ask again at once. */
  TRUNCATED,
  /** Nothing new but, perhaps, the high watermark. */
  UNCHANGED,
  /** Something is wrong on the other side; ask again later. */
  BACK_OFF
}
