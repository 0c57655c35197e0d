package io.ottla.common.error;

/**
 * Every error this system answers with, between nodes by name and to clients by number. Each code carries what it says about the request's
 * effect ({@link Outcome}), the HTTP status and {@code error_code} a client sees, and whether trying again later can help.
 */
public enum ErrorCode {
  /** The request is malformed or a value is outside its range. */
  INVALID_REQUEST(Outcome.REFUSED, 400, 400, false),
  /** Well-formed, but something required is missing. */
  INCOMPLETE_REQUEST(Outcome.REFUSED, 422, 422, false),
  /** A topic of that name lives already. */
  TOPIC_EXISTS(Outcome.REFUSED, 400, 40002, false),
  /** A name outside {@code [a-zA-Z0-9._-]{1,249}}, or {@code .} or {@code ..}, or one that collides with another topic (M6). */
  INVALID_TOPIC_NAME(Outcome.REFUSED, 422, 42206, false), INVALID_PARTITIONS(Outcome.REFUSED, 400, 40002,
      false), INVALID_REPLICATION_FACTOR(Outcome.REFUSED, 400, 40002, false), INVALID_REPLICA_ASSIGNMENT(
          Outcome.REFUSED, 400, 40002, false), INVALID_CONFIG(Outcome.REFUSED, 400, 40002, false), UNKNOWN_TOPIC(
              Outcome.REFUSED, 404, 40401, false), UNKNOWN_PARTITION(Outcome.REFUSED, 404, 40402, false),
  /** A topic was deleted after the sender had chosen this id, so it may have been used already: another must be chosen (M2). */
  STALE_TOPIC_ID(Outcome.REFUSED, 409, 40901, true),
  /** A topic id nobody knows, or whose topic was deleted (M40). */
  UNKNOWN_TOPIC_ID(Outcome.REFUSED, 404, 40403, false), RECORD_TOO_LARGE(Outcome.REFUSED, 413, 413,
      false), INVALID_TIMESTAMP(Outcome.REFUSED, 400, 40002,
          false), UNSUPPORTED_COMPRESSION(Outcome.REFUSED, 400, 40002, false),
  /** A batch whose checksum or structure is wrong. */
  CORRUPT_BATCH(Outcome.REFUSED, 400, 40002, false),
  /** Below the log start: the data was removed. */
  OFFSET_TRIMMED(Outcome.REFUSED, 410, 41001, false),
  /** Beyond the log end. */
  OFFSET_OUT_OF_RANGE(Outcome.REFUSED, 416, 41601, false),
  /** A new leader has not yet proven its high watermark (P20). */
  OFFSET_NOT_AVAILABLE(Outcome.REFUSED, 503, 50302, true),
  /** This broker does not lead the partition; nothing was appended. */
  NOT_LEADER(Outcome.REFUSED, 503, 50302, true), LEADER_NOT_AVAILABLE(Outcome.REFUSED, 503, 50302, true),
  /** The requester's leader epoch is older than the leader's (P11). */
  FENCED_LEADER_EPOCH(Outcome.REFUSED, 503, 50302, true),
  /** The requester's leader epoch is newer than this node's metadata (P11). */
  UNKNOWN_LEADER_EPOCH(Outcome.REFUSED, 503, 50302, true),
  /** Fewer in-sync replicas than min.insync.replicas; nothing was appended (P6). */
  NOT_ENOUGH_REPLICAS(Outcome.REFUSED, 503, 50003, true),
  /** The ISR fell below min.insync.replicas after the append; the records may still commit (P8). */
  NOT_ENOUGH_REPLICAS_AFTER_APPEND(Outcome.UNKNOWN, 503, 50003, true),
  /** The deadline passed after the request was accepted. */
  REQUEST_TIMED_OUT(Outcome.UNKNOWN, 503, 50003, true),
  /** Leadership was lost, or the connection broke, after the request may have taken effect. */
  INDETERMINATE(Outcome.UNKNOWN, 503, 50003, true),
  /** Too much in flight; nothing was taken. */
  BUSY(Outcome.REFUSED, 503, 50302, true), STORAGE_FULL(Outcome.REFUSED, 503, 50003, true),
  /** An idempotent producer's batch does not continue what it wrote before; nothing was appended (P37). */
  OUT_OF_ORDER_SEQUENCE(Outcome.REFUSED, 409, 40901, false),
  /** An idempotent producer's batch was written so long ago that its offsets are not remembered (P37). */
  DUPLICATE_SEQUENCE(Outcome.DONE, 409, 40901, false),
  /** A later incarnation of the same producer has written since; nothing was appended (P37). */
  INVALID_PRODUCER_EPOCH(Outcome.REFUSED, 409, 40901, false),
  /** The log directory failed; what was in flight is unknown. */
  STORAGE_ERROR(Outcome.UNKNOWN, 500, 50002, false),
  /** This controller is not the active one; nothing was appended. */
  NOT_CONTROLLER(Outcome.REFUSED, 503, 50302, true),
  /** No controller could be reached, or none is active. */
  CONTROLLER_NOT_AVAILABLE(Outcome.REFUSED, 503, 50302, true), STALE_BROKER_EPOCH(Outcome.REFUSED, 409, 40901,
      false), UNKNOWN_BROKER(Outcome.REFUSED, 409, 40901, false),
  /** Another live process holds this broker id (M10). */
  DUPLICATE_BROKER(Outcome.REFUSED, 409, 40901, true), INVALID_CLUSTER_ID(Outcome.REFUSED, 409, 40901, false),
  /** The partition epoch in the request is not the current one (M26). */
  INVALID_UPDATE_VERSION(Outcome.REFUSED, 409, 40901, true),
  /** A proposed ISR member is fenced, shutting down, or of another broker epoch (M26). */
  INELIGIBLE_REPLICA(Outcome.REFUSED, 409, 40901, true),
  /** The change was accepted and moved leadership away from the sender (M26). */
  NEW_LEADER_ELECTED(Outcome.REFUSED, 409, 40901, true),
  /** The preferred replica is not in sync, or its broker not in service, so it cannot lead now (M25). */
  PREFERRED_LEADER_NOT_AVAILABLE(Outcome.REFUSED, 409, 40901, true),
  /** No reassignment is under way that could be cancelled (M33). */
  NO_REASSIGNMENT(Outcome.REFUSED, 404, 404, false),
  /** The replicas to be removed are the only ones known to hold everything committed. */
  WOULD_LOSE_DATA(Outcome.REFUSED, 409, 40901, true),
  /** The broker is in service, or still holds replicas, so it cannot be unregistered. */
  BROKER_IN_USE(Outcome.REFUSED, 409, 40901, true),
  /** A bug, reported without internals. */
  INTERNAL(Outcome.UNKNOWN, 500, 500, false);

  private final Outcome outcome;
  private final int httpStatus;
  private final int number;
  private final boolean retriable;

  ErrorCode(Outcome outcome, int httpStatus, int number, boolean retriable) {
    this.outcome = outcome;
    this.httpStatus = httpStatus;
    this.number = number;
    this.retriable = retriable;
  }

  /** What this error says about the request's effect. */
  public Outcome outcome() {
    return outcome;
  }

  /** The HTTP status when this error fails a whole request. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The {@code error_code} a client sees. */
  public int number() {
    return number;
  }

  /** Whether the same request may succeed later without being changed. */
  public boolean retriable() {
    return retriable;
  }
}
