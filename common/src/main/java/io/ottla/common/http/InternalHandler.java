package io.ottla.common.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers one internal call. Runs on a virtual thread of its own and may block. */
@FunctionalInterface
public interface InternalHandler {
  /**
   * Reads the request and writes the whole answer. An {@link io.ottla.common.error.OttlaException} becomes an
   * {@link io.ottla.common.wire.ErrorReply} with its HTTP status.
   */
  void handle(HttpServletRequest request, HttpServletResponse response) throws IOException;
}
