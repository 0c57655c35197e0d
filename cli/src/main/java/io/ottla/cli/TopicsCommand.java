package io.ottla.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla topics}. */
@Command(name = "topics", description = "Create, list, describe, change and delete topics.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    TopicsCreateCommand.class, TopicsListCommand.class, TopicsDescribeCommand.class, TopicsAlterCommand.class,
    TopicsConfigCommand.class, TopicsDeleteCommand.class}, footer = {"", "Examples:",
        "  ottla topics create orders --partitions 6",
        "  ottla topics describe orders"})
final class TopicsCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null) {
      throw new ParameterException(command.commandLine(), "which of create, list, describe, alter, config, delete?");
    }
  }
}
