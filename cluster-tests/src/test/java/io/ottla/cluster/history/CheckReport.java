package io.ottla.cluster.history;

import java.util.List;

/**
 * The verdict over one history.
 *
 * @param acknowledged attempts that were acknowledged
 * @param refused attempts that certainly had no effect
 * @param unknown attempts whose effect the client does not know
 * @param unknownFound how many of those are in the log
 * @param stored records in the log
 * @param violations broken promises, at most {@link #MOST_VIOLATIONS}
 */
public record CheckReport(long acknowledged, long refused, long unknown, long unknownFound, long stored,
    List<Violation> violations) {
  /** Enough evidence for a human; a broken run can break the same promise thousands of times. */
  public static final int MOST_VIOLATIONS = 50;

  /** Whether every promise was kept. */
  public boolean clean() {
    return violations.isEmpty();
  }
}
