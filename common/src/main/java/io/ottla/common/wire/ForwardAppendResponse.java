package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers in the order of the request. */
public record ForwardAppendResponse(List<Item> items) {
  /**
   * @param error null on success; its outcome says whether anything was written
   * @param baseOffset offset of the batch's first record, -1 on error
   */
  public record Item(@Nullable ErrorCode error, @Nullable String message, long baseOffset, int leaderEpoch) {}
}
