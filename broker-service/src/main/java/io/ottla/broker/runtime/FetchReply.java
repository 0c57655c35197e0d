package io.ottla.broker.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

import io.ottla.common.wire.FetchResponse;

/** The answer to a follower: a header, and the records of all partitions. Immutable; any thread. */
public final class FetchReply {
  private final List<FetchPart> parts;

  FetchReply(List<FetchPart> parts) {
    this.parts = List.copyOf(parts);
  }

  /** What to say per partition. */
  public FetchResponse header() {
    return new FetchResponse(parts.stream().map(FetchPart::wire).toList());
  }

  /** Bytes of records that follow the header. */
  public long payloadBytes() {
    long bytes = 0;
    for (FetchPart part : parts) {
      bytes += part.sizeInBytes();
    }
    return bytes;
  }

  /** Writes the records in the order of the header, exactly {@link #payloadBytes} of them. */
  public void writePayload(OutputStream out) throws IOException {
    for (FetchPart part : parts) {
      ByteBuffer records = part.records();
      if (records != null) {
        out.write(records.array(), records.arrayOffset() + records.position(), records.remaining());
      }
    }
  }
}
