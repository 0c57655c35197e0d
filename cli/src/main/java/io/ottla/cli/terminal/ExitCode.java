package io.ottla.cli.terminal;

/** What the process's exit status tells a script. The numbers are part of the command's contract and never change meaning. */
public final class ExitCode {
  public static final int OK = 0;
  /** The server refused, or something else failed that has no number of its own. */
  public static final int FAILED = 1;
  /** The command line is wrong; nothing was attempted. */
  public static final int USAGE = 2;
  /** The topic, node or cluster named does not exist. */
  public static final int NOT_FOUND = 3;
  /** It exists already, or conflicts with what exists. */
  public static final int CONFLICT = 4;
  /** Authentication or rights. */
  public static final int DENIED = 5;
  /** No server could be reached, or the cluster has no leader for this; nothing was written. */
  public static final int UNREACHABLE = 6;
  /** The answer never came: it may or may not have taken effect. */
  public static final int UNKNOWN_OUTCOME = 7;
  /** Some of it was done; standard error says what was not. */
  public static final int PARTLY_DONE = 8;

  private ExitCode() {
  }
}
