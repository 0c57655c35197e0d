package io.ottla.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla metadata}. */
@Command(name = "metadata", description = "Look into the replicated metadata log.", synopsisSubcommandLabel = "COMMAND", subcommands = MetadataDumpCommand.class, footer = {
    "", "Examples:", "  ottla metadata dump | head", "  ottla metadata dump --from 100"})
final class MetadataCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null)
      throw new ParameterException(command.commandLine(), "which? `metadata dump`");
  }
}
