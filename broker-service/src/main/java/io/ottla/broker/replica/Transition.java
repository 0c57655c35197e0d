package io.ottla.broker.replica;

/** What a metadata change did to a replica (P26–P28). */
public enum Transition {
  /** Older than what is known. */
  IGNORED,
  /** Same leadership; ISR, replicas or minimum may differ. */
  UPDATED,
  /** A leadership of this broker began. */
  BECAME_LEADER,
  /** Another broker's leadership began. */
  BECAME_FOLLOWER,
  /** Nobody leads, or this broker holds the partition no more. */
  BECAME_IDLE
}
