package io.ottla.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ottla partitions}. */
@Command(name = "partitions", description = "Move partitions between brokers, elect their leaders, compare their replicas.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    PartitionsReassignCommand.class, PartitionsReassignmentsCommand.class, PartitionsCancelCommand.class,
    PartitionsElectCommand.class, PartitionsDescribeCommand.class}, footer = {"", "Examples:",
        "  ottla partitions reassign orders:0=101,102,103 --wait",
        "  ottla partitions reassignments", "  ottla partitions elect orders",
        "  ottla partitions describe orders --digests"})
final class PartitionsCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec command;

  @Override
  public void run() {
    if (command != null) {
      throw new ParameterException(command.commandLine(), "which of reassign, reassignments, cancel, elect, describe?");
    }
  }
}
