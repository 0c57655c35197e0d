package io.ottla.benchmarks.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.ottla.benchmarks.campaign.CampaignNode.Roles;
import io.ottla.benchmarks.campaign.ClientCalls.Message;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.HistoryFile;
import io.ottla.benchmarks.history.HistoryWriter;
import io.ottla.benchmarks.history.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an answer, or none, says about the effect: a wrong class here would hide losses or invent them. */
class ClientCallsTest {
  private static final List<Message> TWO = List.of(new Message("k", "a"), new Message("k", "b"));

  private final Path home;
  private final HttpServer server;
  private final HistoryWriter history;
  private final ClientCalls calls;
  private volatile int status;
  private volatile String body = "";

  ClientCallsTest(@TempDir Path home) throws IOException {
    this.home = home;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      if (status == 0) {
        exchange.close(); // without an answer
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Next-Offset", "9");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    server.start();
    history = new HistoryWriter(home.resolve("h"));
    calls = new ClientCalls(history, 200);
  }

  @AfterEach
  void stop() throws IOException {
    calls.close();
    server.stop(0);
    history.close();
  }

  private CampaignNode broker() {
    return new CampaignNode(101, Roles.BROKER, home.resolve("jar"), home, server.getAddress().getPort(), List.of());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"503|{\"error_code\":50302}|FAIL", "503|{\"error_code\":50003}|INFO",
      "404|{\"error_code\":40401}|FAIL", "408|{\"error_code\":408}|INFO", "500|{\"error_code\":50002}|INFO",
      "502|bad gateway|INFO", "400|{\"error_code\":40002}|FAIL", "0||INFO"})
  void aFailedProduceIsUnknownUnlessItWasCertainlyRefused(int answered, String with, Outcome expected) {
    status = answered;
    body = with == null ? "" : with;
    assertThat(calls.produce("p", broker(), "t", TWO)).extracting(Event.Produce::outcome).containsExactly(expected,
        expected);
  }

  @Test
  void everyRecordOfAProduceHasItsOwnOutcome() throws IOException {
    status = 200;
    body = "{\"offsets\":[{\"partition\":2,\"offset\":7,\"error_code\":null},"
        + "{\"partition\":1,\"offset\":null,\"error_code\":50302,\"error\":\"no leader\"}]}";
    List<Event.Produce> told = calls.produce("p", broker(), "t", TWO);
    assertThat(told).extracting(Event.Produce::outcome).containsExactly(Outcome.OK, Outcome.FAIL);
    assertThat(told.getFirst()).extracting(Event.Produce::partition, Event.Produce::offset, Event.Produce::value)
        .containsExactly(2, 7L, "a");
    body = "{\"offsets\":[{\"partition\":1,\"offset\":null,\"error_code\":50003}]}";
    assertThat(calls.produce("p", broker(), "t", TWO)).as("one entry is missing").extracting(Event.Produce::outcome)
        .containsExactly(Outcome.INFO, Outcome.INFO);
    history.close();
    List<Event> noted = new ArrayList<>();
    new HistoryFile(home.resolve("h")).forEach(noted::add);
    assertThat(noted).hasSize(4).startsWith(told.toArray(Event[]::new));
  }

  @Test
  void whereNobodyListensNothingWasSent() {
    CampaignNode broker = broker();
    server.stop(0);
    assertThat(calls.produce("p", broker, "t", TWO)).extracting(Event.Produce::outcome).containsOnly(Outcome.FAIL);
  }

  @Test
  void readsAreNotedAsTheyWere() {
    status = 200;
    body = "[{\"offset\":7,\"key\":\"k\",\"value\":\"a\"},{\"offset\":8,\"key\":\"k\",\"value\":\"b\"}]";
    ClientCalls.ReadEnd end = calls.read("r", Event.Reader.RAW, broker(), "t", 0, 7, 0, 100);
    assertThat(end).isEqualTo(new ClientCalls.ReadEnd(9, Outcome.OK));
    status = 416;
    body = "{\"error_code\":41601,\"message\":\"beyond\"}";
    assertThat(calls.read("r", Event.Reader.RAW, broker(), "t", 0, 9, 0, 100))
        .isEqualTo(new ClientCalls.ReadEnd(9, Outcome.FAIL));
  }
}
