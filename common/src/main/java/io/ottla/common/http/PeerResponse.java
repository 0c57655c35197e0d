package io.ottla.common.http;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.WireJson;
import java.io.IOException;

/**
 * A peer's answer.
 *
 * @param status the HTTP status
 * @param body the whole body; never changed by the receiver
 */
public record PeerResponse(int status, byte[] body) {
  /** Whether the peer did what was asked. */
  public boolean ok() {
    return status == 200;
  }

  /** The body as a wire record. */
  public <T> T json(Class<T> type) throws IOException {
    return WireJson.read(body, type);
  }

  /** The refusal in a body whose status is not 200; an answer that is not one of ours counts as an unknown outcome. */
  public ErrorReply error() {
    if (status == 404 && body.length == 0) {
      return new ErrorReply(ErrorCode.LEADER_NOT_AVAILABLE, "the peer is still starting", null);
    }
    try {
      return json(ErrorReply.class);
    } catch (IOException e) {
      return new ErrorReply(ErrorCode.INDETERMINATE, "the peer answered HTTP " + status, null);
    }
  }
}
