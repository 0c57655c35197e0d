package io.ottla.cli.terminal;

/** A failure told to the user in one line: what failed and why, the exit status, and (on a second line) what to do next. */
public class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;
  private final String hint;

  public CommandFailure(int exitCode, String message) {
    this(exitCode, message, "");
  }

  public CommandFailure(int exitCode, String message, String hint) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }

  /** The process's exit status, one of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }

  /** What the user can do about it; empty when nothing better is known than the message. */
  public String hint() {
    return hint;
  }

  /** The message; failures are never null-messaged. */
  public String text() {
    String message = getMessage();
    return message == null ? getClass().getSimpleName() : message;
  }
}
