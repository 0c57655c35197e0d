package io.ottla.cli.client;

import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;

/** The request left, the answer did not come: it may or may not have taken effect. */
public final class OutcomeUnknown extends CommandFailure {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknown(String message) {
    super(ExitCode.UNKNOWN_OUTCOME, message, "check what is there before you repeat it");
  }
}
