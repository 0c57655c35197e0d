package io.ottla.common.wire;

import io.ottla.common.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The body of every refused internal call; its HTTP status is {@link ErrorCode#httpStatus()}.
 *
 * @param code the catalogue's code
 * @param message what went wrong and what to do
 * @param leader for NOT_CONTROLLER: where to try again, when known
 */
public record ErrorReply(ErrorCode code, String message, @Nullable LeaderHint leader) {}
