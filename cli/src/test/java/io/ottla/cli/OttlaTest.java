package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cli.Cli.Outcome;
import io.ottla.cli.terminal.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import io.ottla.cli.terminal.Console;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class OttlaTest {
  @TempDir
  private Path home;

  private Cli cli() {
    return new Cli(home);
  }

  static Stream<List<String>> everyCommand() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console console = new Console(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, Console.Terminals.NONE,
        false);
    return paths(new CommandLine(new Ottla(),
        new CommandFactory(new Context(console, Path.of("."), "java", Map.of()))), List.of());
  }

  private static Stream<List<String>> paths(CommandLine command, List<String> path) {
    Stream<List<String>> below = command.getSubcommands().entrySet().stream()
        .flatMap(entry -> paths(entry.getValue(), Stream.concat(path.stream(), Stream.of(entry.getKey())).toList()));
    return Stream.concat(Stream.of(path), below);
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyCommandHasHelpWithTwoExamples(List<String> path) {
    Outcome outcome = cli().run(Stream.concat(path.stream(), Stream.of("--help")).toArray(String[]::new));
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).startsWith("Usage: ottla");
    assertThat(outcome.lines().stream().filter(line -> line.startsWith("  ") && line.contains("ottla ")))
        .hasSizeGreaterThan(1);
  }

  /** Every example that the help shows is at least a command line that parses. */
  @ParameterizedTest
  @MethodSource("everyCommand")
  void examplesInTheHelpParse(List<String> path) {
    Outcome outcome = cli().run(Stream.concat(path.stream(), Stream.of("--help")).toArray(String[]::new));
    List<String> examples = outcome.lines().stream().filter(line -> line.startsWith("  ")).map(String::strip)
        .flatMap(line -> Arrays.stream(line.split(" [|#] "))).map(String::strip)
        .filter(part -> part.startsWith("ottla ")).toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      String[] words = example.substring("ottla ".length()).replaceAll(" <.*", "").split(" +");
      assertThat(parses(words)).as(example).isTrue();
    }
  }

  private static boolean parses(String... words) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console console = new Console(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, Console.Terminals.NONE,
        false);
    CommandLine line = new CommandLine(new Ottla(),
        new CommandFactory(new Context(console, Path.of("."), "java", Map.of())));
    line.setCaseInsensitiveEnumValuesAllowed(true).parseArgs(words);
    return true;
  }

  @Test
  void nothingGivenIsAUsageError() {
    Outcome outcome = cli().run();
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("which command?");
  }

  @Test
  void aMistypedCommandIsAUsageErrorThatNamesTheNearest() {
    Outcome outcome = cli().run("topcs");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("topcs").contains("topics");
  }

  @Test
  void anUnknownOptionIsAUsageError() {
    assertThat(cli().run("status", "--jason").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aSettingWithoutValueIsAUsageError() {
    assertThat(cli().run("up", "--set", "durability").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aServerThatIsNoUrlIsAUsageError() {
    Outcome outcome = cli().run("topics", "list", "--server", "ftp://x");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("ftp://x");
  }

  @Test
  void statusWithoutAClusterIsNotFound() {
    Outcome outcome = cli().run("status");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(outcome.err()).contains("ottla up");
  }

  @Test
  void noServerIsUnreachable() {
    Outcome outcome = cli().run("topics", "list", "--server", "127.0.0.1:9");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(outcome.err()).contains("http://127.0.0.1:9").contains("connection refused");
  }

  @Test
  void failuresAreJsonWhereJsonIsAskedFor() {
    Outcome outcome = cli().run("topics", "list", "--server", "127.0.0.1:9", "--json");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(outcome.err()).startsWith("{\"error\":{\"exit_code\":6,");
  }

  @Test
  void deletingATopicUnattendedWantsYes() {
    Outcome outcome = cli().run("topics", "delete", "orders", "--server", "127.0.0.1:9");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("--yes");
  }

  @Test
  void deletingATopicWantsItsNameTyped() {
    Outcome outcome = cli().onTerminal().input("order\n").run("topics", "delete", "orders", "--server", "127.0.0.1:9");
    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("nothing was changed");
  }

  @Test
  void quorumStatusWithoutAClusterIsNotFound() {
    assertThat(cli().run("quorum", "status").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }
}
