package io.ottla.controller.formation;

/**
 * Answer to a proposal.
 *
 * @param agreed whether the proposal is durable at the answering controller
 * @param reason why not; empty when agreed
 */
public record PrepareAnswer(boolean agreed, String reason) {
  static PrepareAnswer agree() {
    return new PrepareAnswer(true, "");
  }

  static PrepareAnswer refuse(String reason) {
    return new PrepareAnswer(false, reason);
  }
}
