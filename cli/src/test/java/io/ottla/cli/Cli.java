package io.ottla.cli;

import io.ottla.cli.terminal.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs one command line inside the test's JVM and keeps what it printed. */
public final class Cli {
  private final Path home;
  private InputStream input = new ByteArrayInputStream(new byte[0]);
  private Console.Terminals terminals = Console.Terminals.NONE;
  private Map<String, String> environment = Map.of();

  public Cli(Path home) {
    this.home = home;
  }

  /** What came of it. */
  public record Outcome(int exitCode, String out, String err) {
    public List<String> lines() {
      return out.lines().toList();
    }
  }

  public Cli input(String text) {
    this.input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public Cli onTerminal() {
    this.terminals = new Console.Terminals(true, true, true);
    return this;
  }

  public Cli environment(Map<String, String> variables) {
    this.environment = Map.copyOf(variables);
    return this;
  }

  public Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(input, new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, false, StandardCharsets.UTF_8), terminals, false);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int exitCode = Ottla.run(new Context(console, home, java, environment), arguments);
    console.flush();
    return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
