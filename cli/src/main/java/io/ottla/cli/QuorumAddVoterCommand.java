package io.ottla.cli;

import io.ottla.cli.client.ActiveController;
import io.ottla.cli.client.OutcomeUnknown;
import io.ottla.cli.client.Reply;
import io.ottla.cli.client.ServerUnreachable;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Progress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla quorum add-voter}. */
@Command(name = "add-voter", description = "Make a controller that follows as observer a voter.", footer = {"",
    "Examples:",
    "  ottla quorum add-voter 3", "  ottla quorum add-voter 4 --timeout 300", "",
    "The controller must run and follow the quorum; this waits until it has caught up."})
final class QuorumAddVoterCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final long RETRY_MS = 200;
  /** A controller whose disk was replaced may still be starting; the directory that it had is a voter meanwhile. */
  private static final long APPEARS_MS = 20_000;
  private final Context context;
  @Mixin
  private QuorumCommand.ControllerOptions controllers = new QuorumCommand.ControllerOptions();
  @Parameters(paramLabel = "NODE", description = "Node id of the controller.")
  private int nodeId;
  @Option(names = "--directory", paramLabel = "UUID", description = "Id of its metadata directory, where the node id alone is ambiguous.")
  private @Nullable UUID directory;
  @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "60", description = "How long to wait for it to appear and catch up (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  QuorumAddVoterCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    ActiveController active = new ActiveController(controllers.urls(context), TIMEOUT);
    long startMs = nowMs();
    long deadlineMs = startMs + timeoutSeconds * 1_000L;
    Progress progress = new Progress(context.console(), nowMs());
    boolean answerLost = false;
    while (true) {
      Reply reply = null;
      String reason;
      try {
        reply = active.post("/raft/v1/voters/add", QuorumCommand.voter(nodeId, directory));
        reason = message(reply);
      } catch (ServerUnreachable | OutcomeUnknown elected) {
        // The quorum is electing, or did while it answered: asking again does no harm, a disk becomes a voter once.
        if (isLast(deadlineMs)) {
          progress.clear();
          throw answerLost && elected instanceof ServerUnreachable ? doubtful(elected.text()) : elected;
        }
        answerLost |= elected instanceof OutcomeUnknown;
        reason = elected.text();
      }
      boolean mayCome = reply != null && (mayCome(reply) || (mayAppear(reply) && nowMs() - startMs < APPEARS_MS));
      if (reply != null && (!mayCome || isLast(deadlineMs))) {
        progress.clear();
        return conclude(reply, answerLost);
      }
      String why = reason;
      progress.update(nowMs(), () -> "waiting for controller " + nodeId + ": " + why);
      Thread.sleep(RETRY_MS);
    }
  }

  /** Whether there is no time for another attempt. */
  private static boolean isLast(long deadlineMs) {
    return nowMs() + RETRY_MS >= deadlineMs;
  }

  /** A refusal says what became of the request that it answers, and nothing of one before it whose answer was lost. */
  private int conclude(Reply reply, boolean answerLost) {
    if (reply.ok() || !answerLost) {
      return QuorumCommand.reportVoters(context, reply, json);
    }
    if (!message(reply).contains("is a voter already")) {
      throw doubtful(message(reply));
    }
    if (directory == null) {
      throw lostBefore(message(reply), "this may be the directory meant, or one that it replaces");
    }
    context.console().say("controller " + nodeId + " votes");
    return ExitCode.OK;
  }

  private static OutcomeUnknown doubtful(String message) {
    return lostBefore(message, "the controller may or may not vote");
  }

  private static OutcomeUnknown lostBefore(String message, String doubt) {
    return new OutcomeUnknown(message + ". An answer was lost before: " + doubt + "; `ottla quorum status` tells");
  }

  private static String message(Reply reply) {
    return reply.json().path("message").asText();
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  private static boolean mayAppear(Reply reply) {
    return !reply.ok() && message(reply).contains("no other directory of it has shown itself");
  }

  /** Not there yet, or not caught up yet. */
  private static boolean mayCome(Reply reply) {
    return ActiveController.isBusy(reply)
        || (!reply.ok() && message(reply).contains("follows this leader as observer"));
  }
}
