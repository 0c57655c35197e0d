package io.ottla.benchmarks.load;

import io.ottla.benchmarks.BenchmarkFailure;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads one partition from its start to an end known beforehand, in large pieces. */
final class DrainScript implements Script {
  private static final byte[] RECORD = "\"offset\":".getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress server;
  private final String path;
  private final int maxBytes;
  private final long endOffset;
  private long offset;
  private long bytes;

  DrainScript(InetSocketAddress server, String topic, int partition, long endOffset, int maxBytes) {
    this.server = server;
    this.path = "/topics/" + topic + "/partitions/" + partition + "/records";
    this.maxBytes = maxBytes;
    this.endOffset = endOffset;
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (offset >= endOffset) {
      return null;
    }
    return ByteBuffer
        .wrap(("GET " + path + "?offset=" + offset + "&timeout=5000&max_records=100000&max_bytes=" + maxBytes
            + " HTTP/1.1\r\nHost: " + server.getHostString() + ":" + server.getPort()
            + "\r\nAccept: application/vnd.kafka.json.v2+json\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void answered(HttpResponseReader response) {
    int records = response.status() == 200 ? response.occurrences(RECORD) : 0;
    if (records == 0) {
      throw new BenchmarkFailure("read of " + path + " at " + offset + " of " + endOffset + " failed, status "
          + response.status() + ": " + response.bodyText());
    }
    if (response.nextOffset() >= 0 && response.nextOffset() != offset + records) {
      throw new BenchmarkFailure(
          path + " at " + offset + ": " + records + " records, but the next offset is said to be "
              + response.nextOffset());
    }
    offset += records;
    bytes += response.bodyLength();
  }

  long records() {
    return offset;
  }

  long bytes() {
    return bytes;
  }
}
