package io.ottla.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.ottla.benchmarks.BenchmarkFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every answer counts once, and one failure ends the run. */
class ClosedLoopTest {
  private static final String ACKNOWLEDGED = "{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null}";
  private static final String REFUSED = "{\"partition\":null,\"offset\":null,\"error_code\":50003,\"error\":\"no\"}";

  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile String answer = "";
  private HttpServer server;
  private InetSocketAddress address;

  ClosedLoopTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    address = server.getAddress();
  }

  @BeforeEach
  void startServer() {
    server.setExecutor(threads);
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      requests.incrementAndGet();
      byte[] body = answer.getBytes(StandardCharsets.US_ASCII);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void everyAnsweredRequestIsCountedOnce() {
    answer = "{\"offsets\":[" + ACKNOWLEDGED + "," + ACKNOWLEDGED + "]}";
    List<ProduceScript> scripts = List.of(script(2), script(2), script(2));

    ClosedLoop.Result result = ClosedLoop.run(List.of(address), scripts);

    assertThat(result.micros().getTotalCount()).isEqualTo(requests.get()).isGreaterThan(2);
    assertThat(scripts.stream().mapToLong(ProduceScript::records).sum()).isEqualTo(requests.get() * 2L);
  }

  @Test
  void aRecordThatIsNotAcknowledgedEndsTheRun() {
    answer = "{\"offsets\":[" + ACKNOWLEDGED + "," + REFUSED + "]}";

    assertThatThrownBy(() -> ClosedLoop.run(List.of(address), List.of(script(2)))).isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("50003");
    assertThat(requests).hasValue(1);
  }

  @Test
  void aDrainThatGetsNothingEndsTheRun() {
    answer = "[]";

    assertThatThrownBy(() -> ClosedLoop.run(List.of(address), List.of(new DrainScript(address, "t", 0, 5, 1024))))
        .isInstanceOf(BenchmarkFailure.class).hasMessageContaining("at 0 of 5");
  }

  @Test
  void aRequestBodyHoldsTheAskedForRecordsAndSizes() {
    String body = ProduceScript.body(3, 100, new Random(1));

    assertThat(body.split("\"key\":")).hasSize(4);
    int start = body.indexOf("\"value\":") + "\"value\":".length();
    assertThat(body.indexOf('}', start) + 1 - start).isEqualTo(100);
  }

  private ProduceScript script(int records) {
    long deadline = System.nanoTime() + Duration.ofMillis(300).toNanos();
    return new ProduceScript(address, "t", records, 100, deadline, new Random(1));
  }
}
