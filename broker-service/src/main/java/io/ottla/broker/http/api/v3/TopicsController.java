package io.ottla.broker.http.api.v3;

import io.ottla.broker.gateway.AdminGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.config.NodeConfig.HttpLimits;
import io.ottla.common.metadata.ConfigValue;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.metadata.TopicConfigs;
import io.ottla.common.metadata.TopicImage;
import io.ottla.common.wire.CreateTopicRequest;
import io.ottla.common.wire.CreateTopicResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Topics and their settings as resources: list, create, describe, delete. */
@RestController
@RequestMapping(path = "/v3/clusters/{cluster}/topics", produces = MediaTypes.JSON)
public final class TopicsController {
  private final BrokerView view;
  private final AdminGateway admin;
  private final RequestBody bodies;

  /** Shows the image of {@code view}; changes go to {@code admin}. */
  public TopicsController(BrokerView view, AdminGateway admin, HttpLimits limits) {
    this.view = view;
    this.admin = admin;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** All topics in name order. */
  @GetMapping
  public Collection<TopicResource> topics(@PathVariable String cluster, HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    List<TopicResource> topics = view.image().topics().stream().map(new ResourceMaker(at)::topic).toList();
    return Collection.of("KafkaTopicList", at.url("/topics"), topics);
  }

  /** Creates a topic, or checks whether it could be created. */
  @PostMapping
  public ResponseEntity<TopicResource> create(@PathVariable String cluster, HttpServletRequest request)
      throws IOException {
    Resources at = ClusterCheck.resources(view, cluster, request);
    JsonContent.require(request);
    CreateTopicRequest wanted = TopicBody.parse(bodies.read(request));
    CreateTopicResponse made = admin.createTopic(wanted);
    TopicResource topic = new ResourceMaker(at).topic(made.name(), made.replicationFactor(), made.partitions());
    return wanted.validateOnly()
        ? ResponseEntity.ok(topic)
        : ResponseEntity.created(URI.create(topic.metadata().self())).body(topic);
  }

  /** A topic. */
  @GetMapping("/{topic}")
  public TopicResource topic(@PathVariable String cluster, @PathVariable String topic, HttpServletRequest request) {
    return new ResourceMaker(ClusterCheck.resources(view, cluster, request)).topic(require(view.image(), topic));
  }

  /** Deletes a topic with all its records. */
  @DeleteMapping("/{topic}")
  public ResponseEntity<Void> delete(@PathVariable String cluster, @PathVariable String topic,
      HttpServletRequest request) {
    ClusterCheck.resources(view, cluster, request);
    admin.deleteTopic(topic);
    return ResponseEntity.noContent().build();
  }

  /** All settings in force for a topic. */
  @GetMapping("/{topic}/configs")
  public Collection<TopicConfigResource> configs(@PathVariable String cluster, @PathVariable String topic,
      HttpServletRequest request) {
    Resources at = ClusterCheck.resources(view, cluster, request);
    ResourceMaker make = new ResourceMaker(at);
    MetadataImage image = view.image();
    TopicImage found = require(image, topic);
    List<TopicConfigResource> configs = image.topicConfigs(found).stream()
        .map(value -> make.config(image, found, value)).toList();
    return Collection.of("KafkaTopicConfigList", at.url(ResourceMaker.topicPath(topic) + "/configs"), configs);
  }

  /** One setting in force for a topic. */
  @GetMapping("/{topic}/configs/{name}")
  public TopicConfigResource config(@PathVariable String cluster, @PathVariable String topic, @PathVariable String name,
      HttpServletRequest request) {
    ResourceMaker make = new ResourceMaker(ClusterCheck.resources(view, cluster, request));
    MetadataImage image = view.image();
    TopicImage found = require(image, topic);
    ConfigValue value = TopicConfigs.key(name).map(key -> image.topicConfig(found, key.name()))
        .orElseThrow(() -> ApiException.notFound("Config " + name + " cannot be found."));
    return make.config(image, found, value);
  }

  private static TopicImage require(MetadataImage image, String topic) {
    return image.topic(topic).orElseThrow(ApiException::unhosted);
  }
}
