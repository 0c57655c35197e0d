package io.ottla.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Plain HTTP/1.1 calls. What failed on the way comes back as a value, because it decides whether a request may have had an effect: a refused
 * connection certainly had none, everything else may. Any thread.
 */
final class Http implements AutoCloseable {
  /** How a call ended. */
  sealed interface Result {
    /** An answer arrived. */
    record Answer(int status, String body, OptionalLong nextOffset) implements Result {
      JsonNode json() {
        try {
          return WireJson.mapper().readTree(body);
        } catch (JsonProcessingException e) {
          throw new UnansweredException("not JSON (status " + status + "): " + body, e);
        }
      }
    }

    /** Nobody listened: nothing was sent. */
    record NotConnected(String why) implements Result {}

    /** The connection broke or the time passed after the request may have been sent. */
    record Broken(String why) implements Result {}
  }

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(5)).build();

  Result get(String url, String accept, Duration limit) {
    return call(HttpRequest.newBuilder(URI.create(url)).timeout(limit).header("Accept", accept).GET().build());
  }

  Result post(String url, String contentType, String body, Duration limit) {
    return call(HttpRequest.newBuilder(URI.create(url)).timeout(limit).header("Content-Type", contentType)
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** The JSON of a 200 answer. */
  JsonNode getJson(String url, Duration limit) {
    return answered(url, get(url, "*/*", limit)).json();
  }

  /** The answer, which must be there and have status 200. */
  static Result.Answer answered(String url, Result result) {
    if (result instanceof Result.Answer answer && answer.status() == 200) {
      return answer;
    }
    throw new UnansweredException(url + ": " + result);
  }

  private Result call(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      return new Result.Answer(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8),
          response.headers().firstValueAsLong("Next-Offset"));
    } catch (ConnectException e) {
      return new Result.NotConnected(e.toString());
    } catch (IOException e) {
      return new Result.Broken(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.Broken("interrupted");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
