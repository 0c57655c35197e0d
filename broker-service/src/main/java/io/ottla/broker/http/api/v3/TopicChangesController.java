package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.MaintenanceGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.NodeConfig.HttpLimits;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.wire.AlterTopicConfigsRequest;
import io.ottla.common.wire.GrowTopicRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Changes of topics that exist: more partitions, other settings. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/topics/{topic}", produces = MediaTypes.JSON)
public final class TopicChangesController {
  private final BrokerView view;
  private final MaintenanceGateway gateway;
  private final RequestBody bodies;

  /** Shows the image of {@code view}; changes go to {@code gateway}. */
  public TopicChangesController(BrokerView view, MaintenanceGateway gateway, HttpLimits limits) {
    this.view = view;
    this.gateway = gateway;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** Adds partitions. */
  @PatchMapping
  public TopicResource grow(@PathVariable String cluster, @PathVariable String topic, HttpServletRequest request)
      throws IOException {
    Resources at = ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    int partitions = MaintenanceBodies.partitionsCount(bodies.read(request));
    TopicImage found = require(topic);
    gateway.growTopic(new GrowTopicRequest(topic, partitions, false));
    return new ResourceMaker(at).topic(topic, found.partitions().getFirst().target().size(), partitions);
  }

  /** Stores a setting. */
  @PutMapping("/configs/{name}")
  public ResponseEntity<Void> set(@PathVariable String cluster, @PathVariable String topic, @PathVariable String name,
      HttpServletRequest request) throws IOException {
    ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    return change(topic, name, ConfigBodies.value(bodies.read(request)));
  }

  /** Takes a setting back to its default. */
  @DeleteMapping("/configs/{name}")
  public ResponseEntity<Void> reset(@PathVariable String cluster, @PathVariable String topic,
      @PathVariable String name, HttpServletRequest request) {
    ClusterCheck.resources(view, cluster, request);
    return change(topic, name, null);
  }

  private ResponseEntity<Void> change(String topic, String name, @Nullable String value) {
    require(topic);
    ConfigBodies.requireKnown(name);
    gateway.alterTopicConfigs(new AlterTopicConfigsRequest(topic,
        List.of(new AlterTopicConfigsRequest.Change(name, value)), false));
    return ResponseEntity.noContent().build();
  }

  /** Stores and resets several settings, all or none. */
  @PostMapping("/configs:alter")
  public ResponseEntity<Void> alter(@PathVariable String cluster, @PathVariable String topic,
      HttpServletRequest request) throws IOException {
    ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    AlterTopicConfigsRequest changes = ConfigBodies.batch(topic, bodies.read(request));
    require(topic);
    gateway.alterTopicConfigs(changes);
    return ResponseEntity.noContent().build();
  }

  private TopicImage require(String topic) {
    return view.image().topic(topic).orElseThrow(ApiException::unhosted);
  }
}
