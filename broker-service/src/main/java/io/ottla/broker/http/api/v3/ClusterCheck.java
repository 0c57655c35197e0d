package io.ottla.broker.http.api.v3;

import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.runtime.BrokerView;
import jakarta.servlet.http.HttpServletRequest;

/** Every resource path names its cluster, and there is only one. */
final class ClusterCheck {
  private ClusterCheck() {
  }

  /**
   * The URLs of a request that named this cluster.
   *
   * @throws ApiException 404/404 when it named another
   */
  static Resources resources(BrokerView view, String cluster, HttpServletRequest request) {
    if (!cluster.equals(view.clusterId())) {
      throw ApiException.notFound("Cluster " + cluster + " cannot be found.");
    }
    return Resources.of(request, cluster);
  }
}
