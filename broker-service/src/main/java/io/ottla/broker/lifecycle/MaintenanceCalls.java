package io.ottla.broker.lifecycle;

import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsResponse;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.DecommissionBrokerResponse;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.GrowTopicResponse;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;
import io.ottla.common.wire.UnregisterBrokerRequest;
import io.ottla.common.wire.UnregisterBrokerResponse;

/** Calls of administrators to the active controller; each returns when the change is committed. As {@link ControllerCalls} otherwise. */
public interface MaintenanceCalls {
  /** Changes settings of a topic. */
  AlterTopicConfigsResponse alterTopicConfigs(AlterTopicConfigsRequest request);

  /** Adds partitions to a topic. */
  GrowTopicResponse growTopic(GrowTopicRequest request);

  /** Elects leaders, a piece of them. */
  ElectLeadersResponse electLeaders(ElectLeadersRequest request);

  /** Begins or cancels reassignments, a piece of them. */
  ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request);

  /** Begins to decommission a broker, or stops it. */
  DecommissionBrokerResponse decommissionBroker(DecommissionBrokerRequest request);

  /** Forgets a broker that is gone. */
  UnregisterBrokerResponse unregisterBroker(UnregisterBrokerRequest request);
}
