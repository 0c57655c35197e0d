package io.ottla.cli;

import io.ottla.cli.client.Topics;
import io.ottla.cli.terminal.ExitCode;
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
    if (!yes) {
      Confirmation.require(context.console(), topic, "not deleting " + topic,
          "This removes " + topic + " and its records for good.");
    }
    new Topics(server.client(context)).delete(topic);
    context.console().print("deleted " + topic);
    return ExitCode.OK;
  }
}
