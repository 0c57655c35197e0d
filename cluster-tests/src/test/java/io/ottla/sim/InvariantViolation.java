package io.ottla.sim;

/** A simulation found something that must never happen. */
public final class InvariantViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  /**
   * Says which invariant and how it was broken.
   *
   * @param invariant id such as "I1"
   */
  public InvariantViolation(String invariant, String message) {
    super(invariant + ": " + message);
    this.invariant = invariant;
  }

  /** The id of the invariant. */
  public String invariant() {
    return invariant;
  }
}
