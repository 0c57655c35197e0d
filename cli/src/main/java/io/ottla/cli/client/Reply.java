package io.ottla.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** One complete HTTP answer and who gave it. */
public record Reply(URI server, int status, HttpHeaders headers, byte[] body) {
  /** Whether the status is 2xx. */
  public boolean ok() {
    return status / 100 == 2;
  }

  /** The body as JSON; a server that sends something else is reported as such. */
  public JsonNode json() {
    try {
      return Json.parse(body);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, server + " answered " + status + " with something that is not JSON",
          "is this an Ottla broker's client port?");
    }
  }

  /** The {@code error_code} of an error body, or the status where there is none. */
  public int errorCode() {
    return errorBody().path("error_code").asInt(status);
  }

  /** The {@code message} of an error body, or a general one. */
  public String errorMessage() {
    return errorBody().path("message").asText("HTTP status " + status);
  }

  private JsonNode errorBody() {
    try {
      return Json.parse(body);
    } catch (IOException e) {
      return Json.object();
    }
  }

  /** The body as text, for messages. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
