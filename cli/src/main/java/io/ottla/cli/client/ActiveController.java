package io.ottla.cli.client;

import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The active one of several controllers: each is asked until one does not say that it is another's business. For one thread.
 */
public final class ActiveController {
  private final HttpTransport transport = new HttpTransport();
  private final List<URI> controllers;
  private final Duration timeout;

  /** @param controllers internal URLs, at least one */
  public ActiveController(List<URI> controllers, Duration timeout) {
    this.controllers = List.copyOf(controllers);
    this.timeout = timeout;
  }

  /**
   * Posts to the active controller.
   *
   * @return its answer, 2xx or a refusal
   * @throws OutcomeUnknown when the answer was lost
   * @throws ServerUnreachable when none of them is active, or none can be reached
   */
  public Reply post(String path, Object body) throws InterruptedException {
    byte[] bytes = Json.compact(body).getBytes(StandardCharsets.UTF_8);
    String last = "";
    for (URI controller : controllers) {
      Call call = new Call("POST", path, "application/json", "application/json", bytes);
      switch (transport.exchange(controller, call, timeout)) {
        case Result.Answered(Reply reply) when isElsewhere(reply) -> last = reply.errorMessage();
        case Result.Answered(Reply reply) -> {
          return reply;
        }
        case Result.NotSent(String reason) -> last = reason;
        case Result.NoAnswer(String reason) ->
          throw new OutcomeUnknown("POST " + path + " at " + controller + ": " + reason + "; the outcome is unknown");
      }
    }
    throw new ServerUnreachable("no active controller among "
        + String.join(", ", controllers.stream().map(URI::toString).toList()) + ": " + last,
        "`ottla quorum status` shows what each of them says");
  }

  /** Between nodes the code is a name, so that it cannot be mistaken for a status. */
  private static boolean isElsewhere(Reply reply) {
    return !reply.ok() && reply.json().path("code").asText().matches("NOT_CONTROLLER|CONTROLLER_NOT_AVAILABLE");
  }

  /** Whether the same request may succeed later. */
  public static boolean isBusy(Reply reply) {
    return !reply.ok() && reply.json().path("code").asText().equals("BUSY");
  }

  /** The failure that a refusal means. */
  public static CommandFailure failure(Reply reply) {
    boolean unknown = reply.json().path("code").asText().equals("INDETERMINATE");
    int exit = unknown ? ExitCode.UNKNOWN_OUTCOME : ExitCode.FAILED;
    return new CommandFailure(exit, reply.json().path("message").asText("HTTP status " + reply.status()));
  }
}
