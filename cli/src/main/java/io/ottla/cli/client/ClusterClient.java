package io.ottla.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The cluster behind a list of brokers. Any broker answers any request, so the first that can be reached is asked, and the next only when
 * that one certainly has not seen the request (or when asking twice does no harm). Safe for use by many threads.
 */
public final class ClusterClient {
  public static final String V2 = "application/vnd.kafka.v2+json";
  public static final String JSON = "application/json";
  private final HttpTransport transport = new HttpTransport();
  private final List<URI> servers;
  private final Duration timeout;
  /** The broker that answered last; asked first next time. */
  private final AtomicInteger preferred = new AtomicInteger();

  public ClusterClient(List<URI> servers, Duration timeout) {
    if (servers.isEmpty())
      throw new IllegalArgumentException("no servers");
    this.servers = List.copyOf(servers);
    this.timeout = timeout;
  }

  public List<URI> servers() {
    return servers;
  }

  public Duration timeout() {
    return timeout;
  }

  /** A 2xx answer to a GET as JSON; any other is thrown as the failure it means. */
  public JsonNode get(String path) {
    return checked(read(path, "*/*")).json();
  }

  /** A GET's answer, whatever its status, from the first server that gives one. */
  public Reply read(String path, String accept) {
    return call(Call.get(path, accept), true, timeout);
  }

  /** As {@link #read(String, String)}, with a time limit of its own (a long poll's). */
  public Reply read(String path, String accept, Duration limit) {
    return call(Call.get(path, accept), true, limit);
  }

  /** A change, sent to one server only once it may have been seen. */
  public Reply write(String method, String path, Object body) {
    byte[] bytes = body instanceof String text && text.isEmpty() ? new byte[0] : bytes(body);
    return call(new Call(method, path, JSON, JSON, bytes), false, timeout);
  }

  /** Makes a call of one server of the list: {@code turn} rotates through them. */
  public Result attempt(Call call, int turn, Duration limit) throws InterruptedException {
    int index = Math.floorMod(preferred.get() + turn, servers.size());
    Result result = transport.exchange(servers.get(index), call, limit);
    if (result instanceof Result.Answered)
      preferred.set(index);
    return result;
  }

  private Reply call(Call call, boolean repeatable, Duration limit) {
    String reason = "";
    boolean seen = false;
    for (int turn = 0; turn < servers.size(); turn++) {
      Result result = interruptibly(call, turn, limit);
      switch (result) {
        case Result.Answered answered -> {
          return answered.reply();
        }
        case Result.NotSent notSent -> reason = notSent.reason();
        case Result.NoAnswer noAnswer -> {
          reason = noAnswer.reason();
          seen = true;
          if (!repeatable) {
            throw new OutcomeUnknown(call.method() + " " + call.path() + ": " + reason + "; the outcome is unknown");
          }
        }
      }
    }
    throw unreachable(reason, seen);
  }

  private Result interruptibly(Call call, int turn, Duration limit) {
    try {
      return attempt(call, turn, limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted");
    }
  }

  /** The failure to report when no server of the list gave an answer. */
  public ServerUnreachable unreachable(String reason, boolean connected) {
    String names = String.join(", ", servers.stream().map(URI::toString).toList());
    return new ServerUnreachable((connected ? "no answer from " : "cannot reach ") + names + ": " + reason,
        "is the cluster up? `ottla status` shows the local one, `--server URL` names another");
  }

  /** The reply if it is 2xx; else the failure it means. */
  public static Reply checked(Reply reply) {
    if (reply.ok())
      return reply;
    throw failure(reply);
  }

  /** The failure that a non-2xx answer means. */
  public static CommandFailure failure(Reply reply) {
    return new CommandFailure(exitCode(reply.status()),
        reply.errorMessage() + " (" + reply.status() + ", error_code " + reply.errorCode() + ")");
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 401, 403 -> ExitCode.DENIED;
      case 404 -> ExitCode.NOT_FOUND;
      case 409 -> ExitCode.CONFLICT;
      case 408, 504 -> ExitCode.UNKNOWN_OUTCOME;
      case 429, 503 -> ExitCode.UNREACHABLE;
      default -> ExitCode.FAILED;
    };
  }

  /** One path segment, percent-encoded. */
  public static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static byte[] bytes(Object body) {
    return Json.compact(body).getBytes(StandardCharsets.UTF_8);
  }
}
