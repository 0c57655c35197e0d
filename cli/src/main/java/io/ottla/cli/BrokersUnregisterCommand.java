package io.ottla.cli;

import io.ottla.cli.client.Maintenance;
import io.ottla.cli.terminal.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ottla brokers unregister}. */
@Command(name = "unregister", description = "Forget a broker that has stopped and holds nothing.", footer = {"",
    "Examples:", "  ottla brokers unregister 103", "  ottla brokers unregister 103 --server 127.0.0.1:8081", "",
    "A broker that still holds partitions is to be decommissioned instead."})
final class BrokersUnregisterCommand implements Callable<Integer> {
  private final Context context;
  @Mixin
  private ServerOptions server = new ServerOptions();
  @Parameters(paramLabel = "BROKER", description = "Its node id.")
  private int broker;

  BrokersUnregisterCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    new Maintenance(server.client(context)).unregister(broker);
    context.console().print("broker " + broker + " is not part of the cluster any more");
    return ExitCode.OK;
  }
}
