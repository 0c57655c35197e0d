package io.ottla.broker.gateway;

import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.error.Outcome;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.random.RandomSource;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import java.time.Duration;
import java.util.UUID;

/**
 * Administration carried to the active controller. A topic's id is chosen here, so that the controllers recognise a creation that is sent again
 * because its answer was lost: a failover of theirs is then invisible to a client that waits. Any thread that may block.
 */
public final class ControllerAdminGateway implements AdminGateway {
  private static final Duration APPLY_WAIT = Duration.ofSeconds(5);
  private static final Duration CATCH_UP_WAIT = Duration.ofMillis(500);
  private static final int MAX_IDS = 20;

  private final ControllerCalls controllers;
  private final BrokerView view;
  private final RandomSource random;

  /**
   * Uses the broker's own way to the active controller.
   *
   * @param random chooses topic ids; used by many threads at once
   */
  public ControllerAdminGateway(ControllerCalls controllers, BrokerView view, RandomSource random) {
    this.controllers = controllers;
    this.view = view;
    this.random = random;
  }

  @Override
  public CreateTopicResponse createTopic(CreateTopicRequest request) {
    if (request.validateOnly()) {
      return controllers.createTopic(request);
    }
    CreateTopicResponse response = create(request);
    awaitApplied(response.metadataIndex());
    return response;
  }

  /** With a fresh id each time that a topic was deleted between the image here and the controller's: then nothing was done (M2). */
  private CreateTopicResponse create(CreateTopicRequest request) {
    for (int ids = 1;; ids++) {
      MetadataImage image = view.image();
      UUID id = random.nextUuid();
      try {
        return controllers.createTopic(request.withId(id, image.index()));
      } catch (OttlaException e) {
        boolean mayChooseAgain = e.code() == ErrorCode.STALE_TOPIC_ID && ids < MAX_IDS && waitForChange(image);
        if (!mayChooseAgain) {
          return created(id, e);
        }
      }
    }
  }

  private boolean waitForChange(MetadataImage image) {
    try {
      return view.awaitIndex(image.index() + 1, CATCH_UP_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** An unknown outcome is known after all if the topic is there: nobody else uses its id. */
  private CreateTopicResponse created(UUID id, OttlaException failure) {
    MetadataImage image = view.image();
    TopicImage topic = failure.code().outcome() == Outcome.UNKNOWN ? image.topic(id).orElse(null) : null;
    if (topic == null) {
      throw failure;
    }
    return new CreateTopicResponse(id, topic.name(), topic.partitions().size(),
        topic.partition(0).map(first -> first.replicas().size()).orElse(0), image.index());
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
