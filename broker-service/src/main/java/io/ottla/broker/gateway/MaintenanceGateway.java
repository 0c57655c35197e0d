package io.ottla.broker.gateway;

import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.ElectLeadersResponse;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.ReassignPartitionsResponse;

/**
 * Changes of topics, replicas and brokers through any broker; as {@link AdminGateway} otherwise. What the controllers do in pieces is asked for
 * until it is done.
 */
public interface MaintenanceGateway {
  /** Stores or resets settings of a topic, all of those named or none. */
  void alterTopicConfigs(AlterTopicConfigsRequest request);

  /** Adds partitions to a topic. */
  void growTopic(GrowTopicRequest request);

  /** Elects leaders. */
  ElectLeadersResponse electLeaders(ElectLeadersRequest request);

  /** Begins or cancels reassignments; each partition is judged for itself. */
  ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request);

  /** Begins to decommission a broker. */
  void decommissionBroker(int brokerId);

  /** Stops decommissioning a broker; moves under way go on. */
  void cancelDecommission(int brokerId);

  /** Forgets a broker that is gone and holds nothing. */
  void unregisterBroker(int brokerId);
}
