package io.ottla.broker.http.api.v3;

import io.ottla.broker.http.api.BaseUrl;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Makes the URLs and names of resources for one request.
 *
 * @param base absolute URL of the cluster
 * @param name the cluster's name, {@code crn:///kafka=<cluster>}
 */
record Resources(String base, String name, String clusterId) {
  static Resources of(HttpServletRequest request, String clusterId) {
    return new Resources(BaseUrl.v3(request) + "/clusters/" + clusterId, "crn:///kafka=" + clusterId, clusterId);
  }

  Link link(String path) {
    return new Link(base + path);
  }

  String url(String path) {
    return base + path;
  }

  Metadata metadata(String path, String nameSuffix) {
    return new Metadata(base + path, name + nameSuffix);
  }
}
