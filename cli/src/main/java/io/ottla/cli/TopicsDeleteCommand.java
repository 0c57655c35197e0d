package io.ottla.cli;

import io.ottla.cli.client.Topics;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topics delete}. */
@Command(name = "delete", description = "Delete a topic and everything in it. Asks for the name unless --yes is given.", footer = {
    "", "Examples:", "  ottla topics delete orders", "  ottla topics delete orders --yes"})
final class TopicsDeleteCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "TOPIC")
  private String topic = "";
  @Option(names = {"-y", "--yes"}, description = "Do not ask.")
  private boolean yes;

  TopicsDeleteCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (!yes)
      confirm();
    new Topics(server.client(context)).delete(topic);
    context.console().print("deleted " + topic);
    return ExitCode.OK;
  }

  private void confirm() {
    if (!context.console().terminals().in()) {
      throw new CommandFailure(ExitCode.USAGE, "not deleting " + topic + ": nobody is there to ask",
          "--yes deletes without asking");
    }
    context.console().say("This removes " + topic + " and its records for good. Type its name to go on:");
    if (!topic.equals(readLine())) {
      throw new CommandFailure(ExitCode.FAILED, "that is not its name; nothing was deleted");
    }
  }

  private String readLine() {
    StringBuilder line = new StringBuilder();
    try {
      for (int c = context.console().in().read(); c >= 0 && c != '\n'; c = context.console().in().read()) {
        line.append((char) c);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8).strip();
  }
}
