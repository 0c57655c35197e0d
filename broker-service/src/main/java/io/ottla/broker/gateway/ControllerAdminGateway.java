package io.ottla.broker.gateway;

import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import java.time.Duration;

/** Administration carried to the active controller. Any thread that may block. */
public final class ControllerAdminGateway implements AdminGateway {
  private static final Duration APPLY_WAIT = Duration.ofSeconds(5);

  private final ControllerCalls controllers;
  private final BrokerView view;

  /** Uses the broker's own way to the active controller. */
  public ControllerAdminGateway(ControllerCalls controllers, BrokerView view) {
    this.controllers = controllers;
    this.view = view;
  }

  @Override
  public CreateTopicResponse createTopic(CreateTopicRequest request) {
    CreateTopicResponse response = controllers.createTopic(request);
    if (!request.validateOnly()) {
      awaitApplied(response.metadataIndex());
    }
    return response;
  }

  @Override
  public void deleteTopic(String name) {
    awaitApplied(controllers.deleteTopic(new DeleteTopicRequest(name)).metadataIndex());
  }

  /** The change is committed; only this broker's own view may lag, which is no failure of the request. */
  private void awaitApplied(long index) {
    try {
      view.awaitIndex(index, APPLY_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OttlaException(ErrorCode.INDETERMINATE, "The change is committed, but this broker is stopping.");
    }
  }
}
