package io.ottla.broker.http.api.v3;

import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.BaseUrl;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.metadata.BrokerRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The cluster and its brokers as resources. */
@RestController
@RequestMapping(path = "/v3/clusters", produces = MediaTypes.JSON)
public final class ClustersController {
  private final BrokerView view;

  /** Shows the image of {@code view}. */
  public ClustersController(BrokerView view) {
    this.view = view;
  }

  /** All clusters known here: this one. */
  @GetMapping
  public Collection<ClusterResource> clusters(HttpServletRequest request) {
    ResourceMaker make = new ResourceMaker(Resources.of(request, view.clusterId()));
    return Collection.of("KafkaClusterList", BaseUrl.v3(request) + "/clusters", List.of(make.cluster(view.image())));
  }

  /** This cluster. */
  @GetMapping("/{cluster}")
  public ClusterResource cluster(@PathVariable String cluster, HttpServletRequest request) {
    return maker(cluster, request).cluster(view.image());
  }

  /** The brokers in service. */
  @GetMapping("/{cluster}/brokers")
  public Collection<BrokerResource> brokers(@PathVariable String cluster, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    List<BrokerResource> brokers = view.image().brokers().values().stream().filter(broker -> !broker.fenced())
        .map(new ResourceMaker(at)::broker).toList();
    return Collection.of("KafkaBrokerList", at.url("/brokers"), brokers);
  }

  /** A broker, in service or not. */
  @GetMapping("/{cluster}/brokers/{broker}")
  public BrokerResource broker(@PathVariable String cluster, @PathVariable String broker, HttpServletRequest request) {
    ResourceMaker make = maker(cluster, request);
    BrokerRegistration found = view.image().broker(PathParameters.broker(broker))
        .orElseThrow(() -> ApiException.notFound("Broker " + broker + " cannot be found."));
    return make.broker(found);
  }

  private ResourceMaker maker(String cluster, HttpServletRequest request) {
    return new ResourceMaker(ClusterCheck.resources(view, cluster, request));
  }
}
