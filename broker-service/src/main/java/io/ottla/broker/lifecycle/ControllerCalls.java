package io.ottla.broker.lifecycle;

import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import io.ottla.common.wire.DeleteTopicRequest;
import io.ottla.common.wire.DeleteTopicResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.HeartbeatResponse;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.common.wire.RegisterBrokerResponse;

/**
 * Calls to the active controller, whichever node that is. They block; callers run on threads of their own or on virtual ones. Failures are
 * {@link io.ottla.common.error.OttlaException}s: the controller's own refusal, CONTROLLER_NOT_AVAILABLE when certainly nothing was done, or
 * INDETERMINATE when the answer was lost.
 */
public interface ControllerCalls {
  /** Registers this process (M9). Idempotent per incarnation. */
  RegisterBrokerResponse register(RegisterBrokerRequest request);

  /** Says that this process lives, and what it wants (M14). */
  HeartbeatResponse heartbeat(HeartbeatRequest request);

  /** Proposes ISR changes (M26). */
  AlterPartitionsResponse alterPartitions(AlterPartitionsRequest request);

  /** Creates a topic; returns when the change is committed. */
  CreateTopicResponse createTopic(CreateTopicRequest request);

  /** Deletes a topic; returns when the change is committed. */
  DeleteTopicResponse deleteTopic(DeleteTopicRequest request);

  /** Gets a block of producer ids, committed when this returns (P36). Asked again, it gets another. */
  AllocateProducerIdsResponse allocateProducerIds(AllocateProducerIdsRequest request);
}
