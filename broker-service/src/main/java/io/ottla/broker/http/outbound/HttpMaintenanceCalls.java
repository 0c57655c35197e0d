package io.ottla.broker.http.outbound;

import io.ottla.broker.lifecycle.MaintenanceCalls;
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

/** Calls of administrators, over the way to the active controller that the broker has anyway. Any thread that may block. */
public final class HttpMaintenanceCalls implements MaintenanceCalls {
  private final ControllerClient client;

  /** Uses a client that somebody else closes. */
  public HttpMaintenanceCalls(ControllerClient client) {
    this.client = client;
  }

  @Override
  public AlterTopicConfigsResponse alterTopicConfigs(AlterTopicConfigsRequest request) {
    return client.administer("/cluster/v1/topics/configs", request, AlterTopicConfigsResponse.class, true);
  }

  @Override
  public GrowTopicResponse growTopic(GrowTopicRequest request) {
    // A repetition would be refused, since the topic has that many already.
    return client.administer("/cluster/v1/topics/partitions", request, GrowTopicResponse.class, request.validateOnly());
  }

  @Override
  public ElectLeadersResponse electLeaders(ElectLeadersRequest request) {
    // Whoever asks for an unclean election must be told of each one held.
    return client.administer("/cluster/v1/partitions/elect", request, ElectLeadersResponse.class,
        request.type() == ElectLeadersRequest.Type.PREFERRED);
  }

  @Override
  public ReassignPartitionsResponse reassignPartitions(ReassignPartitionsRequest request) {
    // What is cancelled cannot be cancelled again.
    boolean repeatable = request.targets().stream().allMatch(target -> target.replicas() != null);
    return client.administer("/cluster/v1/partitions/reassign", request, ReassignPartitionsResponse.class, repeatable);
  }

  @Override
  public DecommissionBrokerResponse decommissionBroker(DecommissionBrokerRequest request) {
    return client.administer("/cluster/v1/brokers/decommission", request, DecommissionBrokerResponse.class, true);
  }

  @Override
  public UnregisterBrokerResponse unregisterBroker(UnregisterBrokerRequest request) {
    return client.administer("/cluster/v1/brokers/unregister", request, UnregisterBrokerResponse.class, false);
  }
}
