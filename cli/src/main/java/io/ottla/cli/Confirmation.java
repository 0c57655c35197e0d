package io.ottla.cli;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Console;
import io.ottla.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Asks before something that cannot be undone: what is affected must be typed. */
final class Confirmation {
  private Confirmation() {
  }

  /**
   * Returns when the name was typed.
   *
   * @param refusal what is not being done, and why, when nobody is there to ask
   * @param warning what will happen
   */
  static void require(Console console, String name, String refusal, String warning) {
    if (!console.terminals().in()) {
      throw new CommandFailure(ExitCode.USAGE, refusal + ": nobody is there to ask", "--yes goes on without asking");
    }
    console.say(warning + " Type " + name + " to go on:");
    if (!name.equals(readLine(console))) {
      throw new CommandFailure(ExitCode.FAILED, "that is not its name; nothing was changed");
    }
  }

  private static String readLine(Console console) {
    StringBuilder line = new StringBuilder();
    try {
      for (int c = console.in().read(); c >= 0 && c != '\n'; c = console.in().read()) {
        line.append((char) c);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8).strip();
  }
}
