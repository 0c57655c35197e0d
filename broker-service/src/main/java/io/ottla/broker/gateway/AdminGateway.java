package io.ottla.broker.gateway;

import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;

/**
 * Administration through any broker: forwarded to the active controller. A call returns when the change is committed and this broker's own
 * image shows it, so that a client that creates and then describes here sees its topic. Calls block; callers run on virtual threads.
 * Failures are {@link io.ottla.common.error.OttlaException}s with the controller's code; INDETERMINATE when the answer was lost.
 */
public interface AdminGateway {
  /** Creates a topic, or only checks whether it could be created. */
  CreateTopicResponse createTopic(CreateTopicRequest request);

  /** Deletes a topic by name. */
  void deleteTopic(String name);
}
