package io.ottla.controller.control;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.MetadataRecord;
import io.ottla.controller.control.ProducerIdsCommand.Block;
import java.util.List;

/**
 * Gives out blocks of producer ids (P36). The next free id is part of the metadata, and the block is told only once the entry that moves it
 * on is committed: whatever fails in between, ids may stay unused, and none is given twice (I39). Stateless.
 */
final class ProducerIdControl {
  /** Ids in a block. */
  static final int BLOCK = 1_000;

  private ProducerIdControl() {
  }

  static Decision<Block> allocate(MetadataImage image, ProducerIdsCommand command) {
    BrokerRegistration broker = image.brokers().get(command.brokerId());
    if (broker == null) {
      return Decision.reject(ErrorCode.UNKNOWN_BROKER, "Broker " + command.brokerId() + " is not registered.",
          image.index());
    }
    if (broker.brokerEpoch() != command.brokerEpoch()) {
      return Decision.reject(ErrorCode.STALE_BROKER_EPOCH, "Broker " + command.brokerId() + " has epoch "
          + broker.brokerEpoch() + ", not " + command.brokerEpoch() + ".", image.index());
    }
    long first = image.nextProducerId();
    return Decision.accept(
        List.of(new MetadataRecord.ProducerIds(command.brokerId(), command.brokerEpoch(), first + BLOCK)),
        new Block(first, BLOCK), image.index());
  }
}
