package io.ottla.benchmarks;

import io.ottla.benchmarks.campaign.BrokerLossCommand;
import io.ottla.benchmarks.campaign.CampaignCommand;
import io.ottla.benchmarks.failover.FailoverCommand;
import io.ottla.benchmarks.history.CheckCommand;
import io.ottla.benchmarks.load.LoadCommand;
import io.ottla.benchmarks.scale.ScaleCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point; {@code run.sh}, {@code failover.sh}, {@code scale.sh} and {@code campaign.sh} call it. */
@Command(name = "benchmarks", mixinStandardHelpOptions = true, subcommands = {LoadCommand.class,
    FailoverCommand.class, ScaleCommand.class, CampaignCommand.class, CheckCommand.class,
    BrokerLossCommand.class})
public final class Benchmarks {
  private Benchmarks() {
  }

  /** Runs a measurement; the exit code is not zero when it failed. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Benchmarks());
    line.setExecutionExceptionHandler((failure, command, parsed) -> {
      if (!(failure instanceof BenchmarkFailure)) {
        throw failure;
      }
      command.getErr().println("FAILED: " + failure.getMessage() + cause(failure));
      return 1;
    });
    System.exit(line.execute(arguments));
  }

  private static String cause(Exception failure) {
    return failure.getCause() == null ? "" : " (" + failure.getCause() + ")";
  }
}
