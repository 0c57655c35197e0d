package io.ottla.cli;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import io.ottla.cli.terminal.Json;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import org.jspecify.annotations.Nullable;

/** The root command. It does nothing itself; each subcommand is a class of its own. */
@Command(name = "ottla", description = "A log cluster that you talk to with curl.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    UpCommand.class, DevCommand.class, StatusCommand.class, NodeCommand.class, DownCommand.class, TopicsCommand.class,
    PartitionsCommand.class, BrokersCommand.class, ProduceCommand.class, ConsumeCommand.class, QuorumCommand.class,
    MetadataCommand.class}, footer = {"",
        "Five minutes:", "  ottla up", "  ottla topics create demo --partitions 6",
        "  git log --pretty='%%an %%s' | ottla produce demo",
        "  ottla consume demo --from-beginning", "", "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict,",
        "  5 denied, 6 unreachable, 7 outcome unknown, 8 partly done"})
public final class Ottla implements Runnable {
  @Spec
  private @Nullable CommandSpec command;
  @Option(names = {"-h",
      "--help"}, usageHelp = true, scope = CommandLine.ScopeType.INHERIT, description = "Show this help.")
  private boolean help;
  @Option(names = "--debug", scope = CommandLine.ScopeType.INHERIT, description = "Print the stack trace of a failure.")
  private boolean debug;

  @Override
  public void run() {
    if (command != null)
      throw new ParameterException(command.commandLine(), "which command?");
  }

  /** Runs the command line of this process. */
  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    Console console = Console.system(environment, System.getProperty("ottla.tty", ""));
    Path home = Path.of(System.getProperty("ottla.home", ".")).toAbsolutePath().normalize();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int exitCode = run(new Context(console, home, java, environment), arguments);
    console.flush();
    System.exit(exitCode);
  }

  /** Runs one command line and returns the exit status. */
  public static int run(Context context, String... arguments) {
    CommandLine line = new CommandLine(new Ottla(), new CommandFactory(context));
    Console console = context.console();
    line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF));
    line.setUsageHelpAutoWidth(false).setUsageHelpWidth(100).setAbbreviatedOptionsAllowed(false)
        .setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
    line.setParameterExceptionHandler((failure, args) -> usage(console, failure));
    line.setExecutionExceptionHandler((failure, failed, parsed) -> report(console, failure, failed));
    return line.execute(arguments);
  }

  private static int usage(Console console, ParameterException failure) {
    CommandLine line = failure.getCommandLine();
    console.say("ottla: " + failure.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, line.getErr())) {
      console.say("       `" + line.getCommandSpec().qualifiedName() + " --help` shows what it takes");
    }
    return ExitCode.USAGE;
  }

  private static int report(Console console, Exception failure, CommandLine failed) {
    if (failed.getCommandSpec().root().userObject() instanceof Ottla root && root.debug) {
      console.flush();
      failure.printStackTrace(console.err());
    }
    boolean json = failed.getParseResult() != null && failed.getParseResult().hasMatchedOption("--json");
    return switch (failure) {
      case CommandFailure expected -> report(console, expected, json);
      case IllegalArgumentException wrong ->
        report(console, new CommandFailure(ExitCode.USAGE, "" + wrong.getMessage()), json);
      case InterruptedException interrupted ->
        report(console, new CommandFailure(ExitCode.FAILED, "interrupted"), json);
      default ->
        report(console, new CommandFailure(ExitCode.FAILED, "unexpected: " + failure, "--debug shows where"), json);
    };
  }

  private static int report(Console console, CommandFailure failure, boolean json) {
    if (json) {
      var error = Json.object();
      error.putObject("error").put("exit_code", failure.exitCode()).put("message", failure.text()).put("hint",
          failure.hint());
      console.say(Json.compact(error));
    } else {
      console.say(console.coloured(Console.Colour.BAD, "ottla: ") + failure.text());
      if (!failure.hint().isEmpty())
        console.say("       " + failure.hint());
    }
    return failure.exitCode();
  }
}
