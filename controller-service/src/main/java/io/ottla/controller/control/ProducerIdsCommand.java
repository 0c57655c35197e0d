package io.ottla.controller.control;

/**
 * A registered broker asks for a block of producer ids (P36).
 *
 * @param brokerId node id
 * @param brokerEpoch epoch of its registration
 */
public record ProducerIdsCommand(int brokerId, long brokerEpoch) {
  /**
   * The reply.
   *
   * @param firstId first id of the block
   * @param count number of ids in it
   */
  public record Block(long firstId, int count) {}
}
