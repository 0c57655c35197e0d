package io.ottla.broker.runtime;

import io.ottla.common.error.ErrorCode;

/** What became of a request to delete records. */
public sealed interface DeleteOutcome {
  /** @param logStartOffset first readable offset from now on; followers come after */
  record Ok(long logStartOffset) implements DeleteOutcome {}

  /** NOT_LEADER, OFFSET_NOT_AVAILABLE, OFFSET_OUT_OF_RANGE, STORAGE_FULL or a storage error. */
  record Failed(ErrorCode code, String message) implements DeleteOutcome {}
}
