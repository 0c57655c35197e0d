package io.ottla.cli.client;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;

/** No connection could be made to any of the servers: nothing was sent, so nothing was done. */
public final class ServerUnreachable extends CommandFailure {
  private static final long serialVersionUID = 1L;

  public ServerUnreachable(String message, String hint) {
    super(ExitCode.UNREACHABLE, message, hint);
  }
}
