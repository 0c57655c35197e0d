package io.ottla.benchmarks.load;

import io.ottla.benchmarks.BenchmarkFailure;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Keyed produce requests with acks=all, built beforehand and sent in turn until the time is over. */
final class ProduceScript implements Script {
  private static final int BYTES_BUILT_PER_SCRIPT = 256 * 1024;
  private static final int MOST_VARIANTS = 64;
  private static final int KEYS = 10_000;
  private static final byte[] SUCCESS = "\"error_code\":null".getBytes(StandardCharsets.US_ASCII);

  private final ByteBuffer[] requests;
  private final int recordsPerRequest;
  private final long deadlineNanos;
  private int turn;
  private long answeredRequests;

  /**
   * @param valueBytes size of each JSON value
   * @param deadlineNanos on the clock of {@link System#nanoTime()}; no request is begun after it
   */
  ProduceScript(InetSocketAddress server, String topic, int recordsPerRequest, int valueBytes, long deadlineNanos,
      Random random) {
    this.recordsPerRequest = recordsPerRequest;
    this.deadlineNanos = deadlineNanos;
    int variants = Math.clamp(BYTES_BUILT_PER_SCRIPT / (recordsPerRequest * (valueBytes + 40L)), 4, MOST_VARIANTS);
    this.requests = new ByteBuffer[variants];
    for (int i = 0; i < variants; i++) {
      requests[i] = request(server, topic, body(recordsPerRequest, valueBytes, random));
    }
  }

  private static ByteBuffer request(InetSocketAddress server, String topic, String body) {
    String head = "POST /topics/" + topic + " HTTP/1.1\r\nHost: " + server.getHostString() + ":" + server.getPort()
        + "\r\nContent-Type: application/vnd.kafka.json.v2+json\r\nContent-Length: " + body.length() + "\r\n\r\n";
    byte[] bytes = (head + body).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  static String body(int records, int valueBytes, Random random) {
    StringBuilder body = new StringBuilder("{\"records\":[");
    for (int i = 0; i < records; i++) {
      StringBuilder value = new StringBuilder("{\"amount\":").append(random.nextInt(100_000)).append(",\"note\":\"");
      while (value.length() < valueBytes - 2) {
        value.append((char) ('a' + random.nextInt(26)));
      }
      body.append(i == 0 ? "" : ",").append("{\"key\":\"customer-").append(random.nextInt(KEYS)).append("\",\"value\":")
          .append(value).append("\"}}");
    }
    return body.append("]}").toString();
  }

  @Override
  public @Nullable ByteBuffer next() {
    if (System.nanoTime() >= deadlineNanos) {
      return null;
    }
    ByteBuffer request = requests[turn++ % requests.length];
    return request.rewind();
  }

  @Override
  public void answered(HttpResponseReader response) {
    if (response.status() != 200 || response.occurrences(SUCCESS) != recordsPerRequest) {
      throw new BenchmarkFailure("produce failed, status " + response.status() + ": " + response.bodyText());
    }
    answeredRequests++;
  }

  long records() {
    return answeredRequests * recordsPerRequest;
  }
}
