package io.ottla.controller.http.inbound;

import io.ottla.common.http.InternalServer;
import io.ottla.common.time.MonotonicClock;

/** All routes of a controller. */
public final class ControllerEndpoints {
  private ControllerEndpoints() {
  }

  /** Adds them to the node's internal server. */
  public static void addTo(InternalServer server, ControllerHost host, MonotonicClock clock) {
    new RaftEndpoints(host).addTo(server);
    new ClusterEndpoints(host, clock).addTo(server);
    new AdminEndpoints(host).addTo(server);
    new QuorumEndpoints(host).addTo(server);
    new StatusEndpoint(host).addTo(server);
  }
}
