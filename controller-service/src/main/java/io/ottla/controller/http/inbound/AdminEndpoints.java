package io.ottla.controller.http.inbound;

import io.ottla.common.http.InternalExchange;
import io.ottla.common.http.InternalServer;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.AlterTopicConfigsResponse;
import io.ottla.common.wire.DecommissionBrokerRequest;
import io.ottla.common.wire.DecommissionBrokerResponse;
import io.ottla.common.wire.ElectLeadersRequest;
import io.ottla.common.wire.GrowTopicRequest;
import io.ottla.common.wire.GrowTopicResponse;
import io.ottla.common.wire.ReassignPartitionsRequest;
import io.ottla.common.wire.UnregisterBrokerRequest;
import io.ottla.common.wire.UnregisterBrokerResponse;
import io.ottla.controller.control.AdminCommand;
import io.ottla.controller.control.DecommissionBrokerCommand;
import io.ottla.controller.control.GrowTopicCommand;
import io.ottla.controller.control.UnregisterBrokerCommand;
import io.ottla.controller.runtime.Controller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/** What administrators ask of the active controller, through the broker they happened to talk to. */
final class AdminEndpoints {
  private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

  private final ControllerHost host;

  AdminEndpoints(ControllerHost host) {
    this.host = host;
  }

  void addTo(InternalServer server) {
    ControllerRoutes routes = new ControllerRoutes(host, server);
    routes.add("POST", "/cluster/v1/topics/configs", (in, controller) -> {
      AlterTopicConfigsRequest request = read(in, AlterTopicConfigsRequest.class);
      return new AlterTopicConfigsResponse(
          decided(controller, AdminCommands.alterConfigs(request)).metadataIndex());
    });
    routes.add("POST", "/cluster/v1/topics/partitions", this::grow);
    routes.add("POST", "/cluster/v1/partitions/elect", (in, controller) -> AdminCommands
        .elected(decided(controller, AdminCommands.elect(read(in, ElectLeadersRequest.class)))));
    routes.add("POST", "/cluster/v1/partitions/reassign", (in, controller) -> AdminCommands
        .reassigned(decided(controller, AdminCommands.reassign(read(in, ReassignPartitionsRequest.class)))));
    routes.add("POST", "/cluster/v1/brokers/decommission", this::decommission);
    routes.add("POST", "/cluster/v1/brokers/unregister", (in, controller) -> {
      int brokerId = read(in, UnregisterBrokerRequest.class).brokerId();
      return new UnregisterBrokerResponse(decided(controller, new UnregisterBrokerCommand(brokerId)).metadataIndex());
    });
  }

  private Object grow(HttpServletRequest in, Controller controller) throws IOException {
    GrowTopicRequest request = read(in, GrowTopicRequest.class);
    GrowTopicCommand.Grown grown = decided(controller, new GrowTopicCommand(
        Commands.present(request.topic(), "topic"), request.partitions(), request.validateOnly()));
    return new GrowTopicResponse(grown.partitions(), grown.replicationFactor(), grown.metadataIndex());
  }

  private Object decommission(HttpServletRequest in, Controller controller) throws IOException {
    DecommissionBrokerRequest request = read(in, DecommissionBrokerRequest.class);
    DecommissionBrokerCommand.Begun begun = decided(controller,
        new DecommissionBrokerCommand(request.brokerId(), request.cancel()));
    return new DecommissionBrokerResponse(begun.replicas(), begun.metadataIndex());
  }

  private static <R> R decided(Controller controller, AdminCommand<R> command) throws IOException {
    return ControllerRoutes.await(controller.administer(command));
  }

  private static <T> T read(HttpServletRequest in, Class<T> type) throws IOException {
    return InternalExchange.json(in, MAX_BODY_BYTES, type);
  }
}
