package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.metadata.BrokerRegistration;
import io.ottla.common.metadata.MetadataImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The end of a broker's life: what each has to do, how to take everything from one, and how to forget one. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/brokers", produces = MediaTypes.JSON)
public final class BrokerChangesController {
  private final BrokerView view;
  private final MaintenanceGateway gateway;

  /** Shows the image of {@code view}; changes go to {@code gateway}. */
  public BrokerChangesController(BrokerView view, MaintenanceGateway gateway) {
    this.view = view;
    this.gateway = gateway;
  }

  /** All registered brokers with their state, those out of service included. */
  @GetMapping("/-/status")
  public Collection<BrokerStatusResource> states(@PathVariable String cluster, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    List<BrokerStatusResource> states = image.brokers().values().stream()
        .map(new MaintenanceMaker(at, image)::status).toList();
    return Collection.of("KafkaBrokerStatusList", at.url("/brokers/-/status"), states);
  }

  /** One broker's state. */
  @GetMapping("/{broker}/status")
  public BrokerStatusResource state(@PathVariable String cluster, @PathVariable String broker,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    return new MaintenanceMaker(at, image).status(require(image, broker));
  }

  /** Forgets a broker that has stopped and holds nothing. */
  @DeleteMapping("/{broker}")
  public ResponseEntity<Void> unregister(@PathVariable String cluster, @PathVariable String broker,
      HttpServletRequest request) {
    ClusterCheck.resources(view, cluster, request);
    gateway.unregisterBroker(require(view.image(), broker).brokerId());
    return ResponseEntity.noContent().build();
  }

  /** How far a broker is from being gone; 404 when it is to stay. */
  @GetMapping("/{broker}/decommission")
  public DecommissionResource progress(@PathVariable String cluster, @PathVariable String broker,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    MetadataImage image = view.image();
    return new MaintenanceMaker(at, image).decommission(requireDraining(image, broker));
  }

  /** Begins to take everything from a broker; when it holds nothing and has stopped, it is unregistered. */
  @PostMapping("/{broker}/decommission")
  public ResponseEntity<DecommissionResource> begin(@PathVariable String cluster, @PathVariable String broker,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    BrokerRegistration found = require(view.image(), broker);
    gateway.decommissionBroker(found.brokerId());
    return ResponseEntity.accepted().body(new MaintenanceMaker(at, view.image()).decommission(found));
  }

  /** The broker is to stay after all; moves under way go on. */
  @DeleteMapping("/{broker}/decommission")
  public ResponseEntity<Void> cancel(@PathVariable String cluster, @PathVariable String broker,
      HttpServletRequest request) {
    ClusterCheck.resources(view, cluster, request);
    gateway.cancelDecommission(requireDraining(view.image(), broker).brokerId());
    return ResponseEntity.noContent().build();
  }

  private static BrokerRegistration require(MetadataImage image, String broker) {
    return image.broker(PathParameters.broker(broker))
        .orElseThrow(() -> ApiException.notFound("Broker " + broker + " cannot be found."));
  }

  private static BrokerRegistration requireDraining(MetadataImage image, String broker) {
    BrokerRegistration found = require(image, broker);
    if (!image.isDraining(found.brokerId())) {
      throw ApiException.notFound("Broker " + broker + " is not being decommissioned.");
    }
    return found;
  }
}
