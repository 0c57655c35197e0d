package io.ottla.common.fault;

/**
 * What happens to this node's calls of one peer. A cut of everything from one node to another needs a rule at both: one loses its requests,
 * the other the answers to its own.
 *
 * @param peer {@code host:port} of the peer's internal listener as this node calls it, or {@code *} for all that have no rule of their own
 * @param dropRequests whether requests are lost on the way
 * @param dropAnswers whether answers are lost on the way back: the peer has acted
 * @param delayRequestsMs how much later requests arrive, milliseconds
 * @param delayAnswersMs how much later answers arrive, milliseconds
 */
public record CallFaults(String peer, boolean dropRequests, boolean dropAnswers, long delayRequestsMs,
    long delayAnswersMs) {
  /** The peer of a rule for all others. */
  public static final String EVERYONE = "*";
  /** A network as it should be. */
  public static final CallFaults NONE = new CallFaults(EVERYONE, false, false, 0, 0);
  private static final long MOST_DELAY_MS = 60_000;

  /** Checks the delays. */
  public CallFaults {
    if (peer == null || peer.isEmpty()) {
      throw new IllegalArgumentException("peer must be host:port, or *");
    }
    boolean inRange = delayRequestsMs >= 0 && delayRequestsMs <= MOST_DELAY_MS && delayAnswersMs >= 0
        && delayAnswersMs <= MOST_DELAY_MS;
    if (!inRange) {
      throw new IllegalArgumentException("delays must be between 0 and " + MOST_DELAY_MS);
    }
  }
}
