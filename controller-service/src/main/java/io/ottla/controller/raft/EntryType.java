package io.ottla.controller.raft;

/** What a log entry is for. The number is the one on disk and never changes its meaning. */
public enum EntryType {
  /** Metadata records; the payload is opaque to Raft. */
  DATA(0),
  /** The no-op that opens a leader's term (Q20); the payload names the leader and the voters that elected it. */
  LEADER_CHANGE(1),
  /** A new voter set (Q5, Q36); written by membership changes. */
  VOTER_SET(2);

  private final int code;

  EntryType(int code) {
    this.code = code;
  }

  /** The number on disk. */
  public int code() {
    return code;
  }

  /** The type with this number on disk; an unknown number is a format from the future and must not be guessed at. */
  public static EntryType ofCode(int code) {
    for (EntryType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("unknown entry type " + code);
  }
}
