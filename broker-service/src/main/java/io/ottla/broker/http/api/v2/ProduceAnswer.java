package io.ottla.broker.http.api.v2;

import io.ottla.broker.gateway.RecordResult;
import io.ottla.broker.http.api.JsonBytes;
import java.util.List;

/** The body of a produce answer: one entry per record, in the request's order. */
final class ProduceAnswer {
  private static final byte[] START = JsonBytes.ascii("{\"offsets\":[");
  private static final byte[] PARTITION = JsonBytes.ascii("{\"partition\":");
  private static final byte[] OFFSET = JsonBytes.ascii(",\"offset\":");
  private static final byte[] WRITTEN = JsonBytes.ascii(",\"error_code\":null,\"error\":null}");
  private static final byte[] FAILED = JsonBytes.ascii(",\"offset\":null,\"error_code\":");
  private static final byte[] ERROR = JsonBytes.ascii(",\"error\":");
  private static final byte[] MESSAGE = JsonBytes.ascii(",\"message\":");
  private static final byte[] END = JsonBytes.ascii("],\"key_schema_id\":null,\"value_schema_id\":null}");
  private static final int BYTES_PER_ENTRY = 72;

  private ProduceAnswer() {
  }

  static JsonBytes render(List<RecordResult> results) {
    JsonBytes out = new JsonBytes(64 + BYTES_PER_ENTRY * results.size()).raw(START);
    boolean first = true;
    for (RecordResult result : results) {
      if (!first) {
        out.raw(',');
      }
      first = false;
      switch (result) {
        case RecordResult.Written written ->
          out.raw(PARTITION).number(written.partition()).raw(OFFSET).number(written.offset()).raw(WRITTEN);
        case RecordResult.Failed failed -> failed(out, failed);
      }
    }
    return out.raw(END);
  }

  private static void failed(JsonBytes out, RecordResult.Failed failed) {
    out.raw(PARTITION);
    Integer partition = failed.partition();
    if (partition == null) {
      out.nothing();
    } else {
      out.number(partition);
    }
    out.raw(FAILED).number(failed.code().number()).raw(ERROR).string(failed.message()).raw(MESSAGE)
        .string(failed.message()).raw('}');
  }
}
