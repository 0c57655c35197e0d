package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;

/**
 * Someone wants a broker forgotten that is gone and holds nothing.
 *
 * @param brokerId the broker
 */
public record UnregisterBrokerCommand(int brokerId) implements AdminCommand<UnregisterBrokerCommand.Unregistered> {
  /**
   * The reply.
   *
   * @param metadataIndex index of the entry that removes it
   */
  public record Unregistered(long metadataIndex) {}

  @Override
  public Decision<Unregistered> decide(AdminContext context) {
    return context.judge(() -> decide(context.image()));
  }

  private Decision<Unregistered> decide(MetadataImage image) {
    BrokerRegistration broker = Drain.require(image, brokerId);
    if (!broker.fenced()) {
      throw new OttlaException(ErrorCode.BROKER_IN_USE,
          "Broker " + brokerId + " is in service; decommission it, then stop it.");
    }
    int replicas = Drain.replicasOf(image, brokerId);
    if (replicas > 0) {
      throw new OttlaException(ErrorCode.BROKER_IN_USE, "Broker " + brokerId + " is to hold " + replicas
          + " replicas; decommission it, which moves them to others and then unregisters it.");
    }
    return Decision.accept(Drain.unregister(image, broker), new Unregistered(image.index() + 1), image.index());
  }
}
