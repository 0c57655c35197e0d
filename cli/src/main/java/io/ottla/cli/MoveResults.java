package io.ottla.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;

/** What became of a request for many partitions: the refused ones are said one by one, and decide the exit code. */
final class MoveResults {
  private MoveResults() {
  }

  /** Says the failures and returns the exit code. */
  static int report(Console console, JsonNode answer, String done) {
    for (JsonNode failure : answer.path("failures")) {
      console.say(failure.path("topic_name").asText() + ":" + failure.path("partition_id").asInt() + ": "
          + failure.path("message").asText() + " (error_code " + failure.path("error_code").asInt() + ")");
    }
    if (answer.path("failures").isEmpty()) {
      return ExitCode.OK;
    }
    return answer.path(done).isEmpty() ? ExitCode.FAILED : ExitCode.PARTLY_DONE;
  }
}
