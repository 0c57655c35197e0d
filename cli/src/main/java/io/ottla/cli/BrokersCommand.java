package io.ottla.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla brokers}. */
@Command(name = "brokers", description = "Look at brokers, and take them out of the cluster for good.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    BrokersListCommand.class, BrokersDecommissionCommand.class, BrokersUnregisterCommand.class}, footer = {"",
        "Examples:", "  ottla brokers list", "  ottla brokers decommission 103 --wait"})
final class BrokersCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null) {
      throw new ParameterException(command.commandLine(), "which of list, decommission, unregister?");
    }
  }
}
