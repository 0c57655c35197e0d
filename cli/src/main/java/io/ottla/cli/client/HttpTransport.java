package io.ottla.cli.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;

/**
 * One HTTP exchange with one server, its failures sorted by the only question that matters to a writer: can the server have seen the
 * request? Safe for use by many threads.
 */
public final class HttpTransport {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(CONNECT_TIMEOUT).build();

  /** What became of an exchange. */
  public sealed interface Result {
    /** The server answered, with whatever status. */
    record Answered(Reply reply) implements Result {}

    /** The connection could not be made: the server has seen nothing. */
    record NotSent(String reason) implements Result {}

    /** The connection broke, or time ran out, after the request may have arrived. */
    record NoAnswer(String reason) implements Result {}
  }

  /** A request to be made of any one server: the path with its query, and the body if there is one. */
  public record Call(String method, String path, String accept, String contentType, byte[] body) {
    public static Call get(String path, String accept) {
      return new Call("GET", path, accept, "", new byte[0]);
    }
  }

  /** Makes the call and waits for the whole answer, {@code timeout} at most. */
  public Result exchange(URI server, Call call, Duration timeout) throws InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(resolve(server, call.path())).timeout(timeout)
        .header("Accept", call.accept());
    if (call.body().length == 0) {
      request.method(call.method(), HttpRequest.BodyPublishers.noBody());
    } else {
      request.header("Content-Type", call.contentType()).method(call.method(),
          HttpRequest.BodyPublishers.ofByteArray(call.body()));
    }
    try {
      HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Result.Answered(new Reply(server, response.statusCode(), response.headers(), response.body()));
    } catch (ConnectException | HttpConnectTimeoutException | UnresolvedAddressException e) {
      return new Result.NotSent(reason(e));
    } catch (IOException e) {
      return new Result.NoAnswer(reason(e));
    }
  }

  private static URI resolve(URI server, String path) {
    String base = server.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return switch (e) {
      case HttpConnectTimeoutException timeout -> "connect timed out";
      case ConnectException connect -> "connection refused";
      case UnresolvedAddressException unresolved -> "unknown host";
      case java.net.http.HttpTimeoutException timeout -> "no answer in time";
      default -> message == null ? e.getClass().getSimpleName() : message;
    };
  }
}
