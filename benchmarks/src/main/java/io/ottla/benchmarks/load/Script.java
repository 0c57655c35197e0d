package io.ottla.benchmarks.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What one connection sends, request after request. One thread. */
interface Script {
  /** The next request, ready to be read out; null when there is nothing left to send. */
  @Nullable
  ByteBuffer next();

  /** Judges the response to the last request; throws when it is not a full success. */
  void answered(HttpResponseReader response);
}
